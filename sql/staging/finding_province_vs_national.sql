-- Rule province_vs_national: provinces that were all reported should add up to the country's own row, within 1 %; a part of
-- them must not exceed it by more than that. Only indicators that add up over territories, latest vintages, no ranges.
-- Provinces count if they were in force on the last day of the period, so former and present units never mix.
CREATE TABLE staging.finding_province_vs_national AS
WITH v AS (
  SELECT o.*, p.date_end FROM staging.latest AS o
  JOIN dw.dim_indicator AS i ON i.indicator_key = o.indicator_key AND i.aggregation = 'sum'
  JOIN dw.dim_period AS p ON p.period_key = o.period_key
  WHERE o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL
), nation AS (
  SELECT * FROM v WHERE territory_level = 'country'
), provinces AS (
  SELECT v.indicator_key, v.period_key, v.measure_type, v.sex, v.area, sum(v.value) AS total, count(*) AS provinces
  FROM v JOIN dw.dim_territory AS t ON t.territory_key = v.territory_key
  WHERE t.level = 'province' AND coalesce(t.valid_from, DATE '0001-01-01') <= v.date_end AND coalesce(t.valid_to, DATE '9999-12-31') >= v.date_end
  GROUP BY ALL
), in_force AS (
  SELECT p.period_key, count(*) AS provinces
  FROM (SELECT DISTINCT period_key, date_end FROM nation) AS p JOIN dw.dim_territory AS t
    ON t.level = 'province' AND coalesce(t.valid_from, DATE '0001-01-01') <= p.date_end AND coalesce(t.valid_to, DATE '9999-12-31') >= p.date_end
  GROUP BY p.period_key
)
SELECT 'province_vs_national' AS rule_code, n.observation_id, n.source_sha256, n.sheet, n.cell, n.raw,
       rtrim(rtrim(CAST(s.total AS VARCHAR), '0'), '.') AS expected, rtrim(rtrim(CAST(n.value AS VARCHAR), '0'), '.') AS actual
FROM nation AS n
JOIN provinces AS s USING (indicator_key, period_key, measure_type, sex, area)
JOIN in_force AS f USING (period_key)
WHERE CASE WHEN s.provinces = f.provinces THEN abs(s.total - n.value) > abs(n.value) / 100
           ELSE n.value >= 0 AND s.total - n.value > n.value / 100 END;
