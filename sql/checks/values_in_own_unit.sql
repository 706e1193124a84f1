-- check: values_in_own_unit
-- severity: error
-- text_en: a value is kept in another unit than its indicator's
-- text_vi: có giá trị lưu theo đơn vị khác đơn vị của chỉ tiêu
SELECT f.observation_id, i.indicator_code, i.unit_code, u.unit_code AS kept_in
FROM dw.fact_observation AS f
JOIN dw.dim_indicator AS i ON i.indicator_key = f.indicator_key
JOIN dw.dim_unit AS u ON u.unit_key = f.unit_key
WHERE i.unit_key <> f.unit_key
