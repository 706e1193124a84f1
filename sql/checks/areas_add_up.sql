-- check: areas_add_up
-- severity: warning
-- text_en: urban and rural do not add up to the total
-- text_vi: thành thị cộng nông thôn không bằng tổng số
WITH v AS (
  SELECT o.* FROM staging.latest AS o JOIN dw.dim_indicator AS i ON i.indicator_key = o.indicator_key AND i.aggregation = 'sum'
  WHERE o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL
)
SELECT t.indicator_code, t.territory_id, t.period_id, t.measure_type, t.sex, t.value AS total, u.value AS urban, r.value AS rural
FROM v AS t
JOIN v AS u ON u.area = 'U' AND u.indicator_key = t.indicator_key AND u.territory_key = t.territory_key AND u.period_key = t.period_key AND u.measure_type = t.measure_type AND u.sex = t.sex
JOIN v AS r ON r.area = 'R' AND r.indicator_key = t.indicator_key AND r.territory_key = t.territory_key AND r.period_key = t.period_key AND r.measure_type = t.measure_type AND r.sex = t.sex
WHERE t.area = 'T' AND abs(u.value + r.value - t.value) > greatest(0.15, abs(t.value) / 1000)
