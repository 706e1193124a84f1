-- check: indicators_resolve
-- severity: error
-- text_en: an indicator names a unit, weight or parent that no catalogue knows
-- text_vi: có chỉ tiêu mang đơn vị, quyền số hoặc chỉ tiêu cha không có trong danh mục
SELECT indicator_code, unit_code, weight_code, parent_code FROM dw.dim_indicator
WHERE unit_key IS NULL OR (weight_code IS NOT NULL AND weight_key IS NULL) OR (parent_code IS NOT NULL AND parent_key IS NULL)
   OR aggregation IS NULL OR aggregation NOT IN ('sum', 'weighted_mean', 'none')
UNION ALL
SELECT whole_code, part_code, NULL, NULL FROM dw.bridge_indicator_part WHERE whole_key IS NULL OR part_key IS NULL
