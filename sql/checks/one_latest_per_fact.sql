-- check: one_latest_per_fact
-- severity: error
-- text_en: a fact has no latest vintage, or several
-- text_vi: có dữ kiện không có hoặc có nhiều bản mới nhất
SELECT 'fact_observation' AS table_name, indicator_key, territory_key, period_key, count(*) FILTER (WHERE is_latest) AS latest
FROM dw.fact_observation GROUP BY indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key
HAVING count(*) FILTER (WHERE is_latest) <> 1 OR max(vintage_rank) <> count(*)
UNION ALL
SELECT 'fact_insurance', NULL, territory_key, period_key, count(*) FILTER (WHERE is_latest)
FROM dw.fact_insurance GROUP BY territory_key, period_key, scheme, sex_key, age_group
HAVING count(*) FILTER (WHERE is_latest) <> 1 OR max(vintage_rank) <> count(*)
