-- check: target_keys_resolve
-- severity: error
-- text_en: a target names an indicator, territory or unit that no catalogue knows
-- text_vi: có mục tiêu mang chỉ tiêu, địa bàn hoặc đơn vị không có trong danh mục
SELECT target_id FROM dw.fact_target WHERE indicator_key IS NULL OR territory_key IS NULL OR unit_key IS NULL OR period_key IS NULL OR year_to IS NULL
