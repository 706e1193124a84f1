-- check: insurance_keys_resolve
-- severity: error
-- text_en: an insurance count has a dimension that no catalogue knows
-- text_vi: có số người tham gia bảo hiểm mang chiều không có trong danh mục
SELECT insurance_id, cell, raw FROM dw.fact_insurance
WHERE period_key IS NULL OR territory_key IS NULL OR scheme IS NULL OR sex_key IS NULL OR age_group IS NULL OR source_key IS NULL
