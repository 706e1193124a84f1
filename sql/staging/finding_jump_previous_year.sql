-- Rule jump_previous_year: an actual yearly figure that is more than three times, or less than a third of, the year before; for
-- percentages a step of more than 20 points. Years that a break of the indicator separates are not compared.
CREATE TABLE staging.finding_jump_previous_year AS
WITH v AS (
  SELECT o.*, i.value_kind FROM staging.latest AS o JOIN dw.dim_indicator AS i ON i.indicator_code = o.indicator_code
  WHERE o.freq = 'A' AND o.measure_type = 'actual' AND o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL
), pairs AS (
  SELECT v.*, lag(v.value) OVER w AS before, lag(v.year) OVER w AS year_before
  FROM v WINDOW w AS (PARTITION BY v.indicator_key, v.territory_key, v.sex, v.area ORDER BY v.year)
)
SELECT 'jump_previous_year' AS rule_code, p.observation_id, p.source_sha256, p.sheet, p.cell, p.raw,
       rtrim(rtrim(CAST(p.before AS VARCHAR), '0'), '.') AS expected, rtrim(rtrim(CAST(p.value AS VARCHAR), '0'), '.') AS actual
FROM pairs AS p
WHERE p.year_before = p.year - 1
  AND CASE WHEN p.value_kind IN ('percent', 'percentage_point') THEN abs(p.value - p.before) > 20
           WHEN p.before > 0 AND p.value > 0 THEN (p.value > 3 * p.before OR 3 * p.value < p.before) AND greatest(p.value, p.before) >= 10
           ELSE false END
  AND NOT EXISTS (SELECT 1 FROM dw.dim_break AS b WHERE b.year = p.year AND coalesce(b.indicator_code, p.indicator_code) = p.indicator_code
                    AND coalesce(b.territory_id, p.territory_id) = p.territory_id);
