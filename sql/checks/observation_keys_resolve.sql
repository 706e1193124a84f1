-- check: observation_keys_resolve
-- severity: error
-- text_en: a value has a dimension that no catalogue knows
-- text_vi: có giá trị mang chiều không có trong danh mục
SELECT s.source_sha256, f.sheet, f.cell,
       concat_ws(', ', CASE WHEN f.indicator_key IS NULL THEN 'indicator' END, CASE WHEN f.territory_key IS NULL THEN 'territory' END,
                 CASE WHEN f.period_key IS NULL THEN 'period' END, CASE WHEN f.measure_type_key IS NULL THEN 'measure_type' END,
                 CASE WHEN f.sex_key IS NULL THEN 'sex' END, CASE WHEN f.area_key IS NULL THEN 'area' END,
                 CASE WHEN f.unit_key IS NULL THEN 'unit' END, CASE WHEN f.source_key IS NULL THEN 'source' END) AS unknown
FROM dw.fact_observation AS f LEFT JOIN dw.dim_source AS s ON s.source_key = f.source_key
WHERE f.indicator_key IS NULL OR f.territory_key IS NULL OR f.period_key IS NULL OR f.measure_type_key IS NULL
   OR f.sex_key IS NULL OR f.area_key IS NULL OR f.unit_key IS NULL OR f.source_key IS NULL
