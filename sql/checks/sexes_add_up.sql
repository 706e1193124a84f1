-- check: sexes_add_up
-- severity: warning
-- text_en: men and women do not add up to the total
-- text_vi: nam cộng nữ không bằng tổng số
WITH v AS (
  SELECT o.* FROM staging.latest AS o JOIN dw.dim_indicator AS i ON i.indicator_key = o.indicator_key AND i.aggregation = 'sum'
  WHERE o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL
)
SELECT t.indicator_code, t.territory_id, t.period_id, t.measure_type, t.area, t.value AS total, f.value AS female, m.value AS male
FROM v AS t
JOIN v AS f ON f.sex = 'F' AND f.indicator_key = t.indicator_key AND f.territory_key = t.territory_key AND f.period_key = t.period_key AND f.measure_type = t.measure_type AND f.area = t.area
JOIN v AS m ON m.sex = 'M' AND m.indicator_key = t.indicator_key AND m.territory_key = t.territory_key AND m.period_key = t.period_key AND m.measure_type = t.measure_type AND m.area = t.area
WHERE t.sex = 'T' AND abs(f.value + m.value - t.value) > greatest(0.15, abs(t.value) / 1000)
