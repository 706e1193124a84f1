-- check: observation_grain_unique
-- severity: error
-- text_en: two values have all dimensions, source and cell in common
-- text_vi: có hai giá trị trùng mọi chiều, nguồn và ô
SELECT indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key, source_key, sheet, cell, count(*) AS n
FROM dw.fact_observation GROUP BY ALL HAVING count(*) > 1
