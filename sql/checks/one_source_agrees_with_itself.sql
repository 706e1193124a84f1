-- check: one_source_agrees_with_itself
-- severity: warning
-- text_en: one file states two figures for one fact
-- text_vi: một tệp nêu hai số khác nhau cho cùng một dữ kiện
WITH again AS ( -- few facts stand twice in one file: only those are compared by their words
  SELECT source_key, indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key
  FROM dw.fact_observation GROUP BY ALL HAVING count(*) > 1
), differing AS (
  SELECT f.source_key, f.indicator_key, f.territory_key, f.period_key, f.measure_type_key, f.sex_key, f.area_key, count(*) AS cells, min(f.cell) AS first_cell
  FROM dw.fact_observation AS f JOIN again USING (source_key, indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key)
  GROUP BY ALL
  HAVING count(DISTINCT coalesce(CAST(value AS VARCHAR), empty_kind) || '/' || coalesce(CAST(value_high AS VARCHAR), '')) > 1
)
SELECT s.source_sha256, i.indicator_code, t.territory_id, p.period_id, m.measure_type, x.sex, a.area, d.cells, d.first_cell
FROM differing AS d
LEFT JOIN dw.dim_source AS s ON s.source_key = d.source_key
LEFT JOIN dw.dim_indicator AS i ON i.indicator_key = d.indicator_key
LEFT JOIN dw.dim_territory AS t ON t.territory_key = d.territory_key
LEFT JOIN dw.dim_period AS p ON p.period_key = d.period_key
LEFT JOIN dw.dim_measure_type AS m ON m.measure_type_key = d.measure_type_key
LEFT JOIN dw.dim_sex AS x ON x.sex_key = d.sex_key
LEFT JOIN dw.dim_area AS a ON a.area_key = d.area_key
