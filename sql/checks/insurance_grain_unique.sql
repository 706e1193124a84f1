-- check: insurance_grain_unique
-- severity: error
-- text_en: two insurance counts have all dimensions, source and cell in common
-- text_vi: có hai số liệu bảo hiểm trùng mọi chiều, nguồn và ô
SELECT period_key, territory_key, scheme, sex_key, age_group, source_key, sheet, cell, count(*) AS n
FROM dw.fact_insurance GROUP BY ALL HAVING count(*) > 1
