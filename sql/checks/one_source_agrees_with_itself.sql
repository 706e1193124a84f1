-- check: one_source_agrees_with_itself
-- severity: warning
-- text_en: one file states two figures for one fact
-- text_vi: một tệp nêu hai số khác nhau cho cùng một dữ kiện
SELECT source_sha256, indicator_code, territory_id, period_id, measure_type, sex, area, count(*) AS cells, min(cell) AS first_cell
FROM dw.observation
-- Few facts stand twice in one file: only those are compared by their words.
WHERE (indicator_key, territory_key, period_key, source_key) IN (
  SELECT (indicator_key, territory_key, period_key, source_key) FROM dw.fact_observation
  GROUP BY indicator_key, territory_key, period_key, source_key, measure_type_key, sex_key, area_key HAVING count(*) > 1)
GROUP BY ALL
HAVING count(DISTINCT coalesce(CAST(value AS VARCHAR), empty_kind) || '/' || coalesce(CAST(value_high AS VARCHAR), '')) > 1
