-- check: values_in_bounds
-- severity: warning
-- text_en: a value is outside the plausible range of its indicator
-- text_vi: có giá trị nằm ngoài khoảng hợp lý của chỉ tiêu
SELECT f.observation_id, i.indicator_code, f.value, f.value_high, i.min_value, i.max_value
FROM dw.fact_observation AS f JOIN dw.dim_indicator AS i ON i.indicator_key = f.indicator_key
WHERE f.value < i.min_value OR coalesce(f.value_high, f.value) > i.max_value
