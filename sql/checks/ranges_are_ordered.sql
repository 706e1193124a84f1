-- check: ranges_are_ordered
-- severity: error
-- text_en: the lower end of a range is above its upper end
-- text_vi: có khoảng giá trị mà cận dưới lớn hơn cận trên
SELECT observation_id, value, value_high, raw FROM dw.fact_observation
WHERE value_high IS NOT NULL AND (value IS NULL OR value > value_high)
