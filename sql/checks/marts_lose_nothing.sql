-- check: marts_lose_nothing
-- severity: error
-- text_en: a mart has more or fewer rows than the facts it shows
-- text_vi: bảng tổng hợp có số dòng khác với dữ liệu nguồn
WITH counts AS (
  SELECT 'latest' AS shown_in, (SELECT count(*) FROM dw.fact_observation WHERE is_latest) AS facts, (SELECT count(*) FROM staging.latest) AS shown
  UNION ALL SELECT 'indicator_trend', (SELECT count(*) FROM staging.latest WHERE freq = 'A'), (SELECT count(*) FROM mart.indicator_trend WHERE basis = 'as_reported')
  UNION ALL SELECT 'indicator_period', (SELECT count(*) FROM staging.latest WHERE freq <> 'A'), (SELECT count(*) FROM mart.indicator_period)
  UNION ALL SELECT 'target_progress', (SELECT count(*) FROM dw.fact_target), (SELECT count(*) FROM mart.target_progress)
)
SELECT * FROM counts WHERE facts <> shown
