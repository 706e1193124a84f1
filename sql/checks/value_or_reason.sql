-- check: value_or_reason
-- severity: error
-- text_en: a value is neither a number nor a declared kind of emptiness, or both
-- text_vi: có giá trị không phải là số cũng không nêu loại trống, hoặc có cả hai
SELECT observation_id, value, empty_kind, raw FROM dw.fact_observation WHERE (value IS NULL) = (empty_kind IS NULL)
