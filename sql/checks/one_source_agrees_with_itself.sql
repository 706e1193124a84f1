-- check: one_source_agrees_with_itself
-- severity: warning
-- text_en: one file states two figures for one fact
-- text_vi: một tệp nêu hai số khác nhau cho cùng một dữ kiện
SELECT source_sha256, indicator_code, territory_id, period_id, measure_type, sex, area, count(*) AS cells, min(cell) AS first_cell
FROM dw.observation GROUP BY ALL
HAVING count(DISTINCT coalesce(CAST(value AS VARCHAR), empty_kind) || '/' || coalesce(CAST(value_high AS VARCHAR), '')) > 1
