-- What is measured. aggregation says how values of territories add up: sum, weighted_mean (by weight_code) or none.
-- break_years are those that hold everywhere.
-- parent_code is set only where the indicator is a part of the parent.
CREATE TABLE dw.dim_indicator AS
WITH i AS (
  SELECT CAST(row_number() OVER (ORDER BY code) AS INTEGER) AS indicator_key, * FROM input.indicators
), b AS (
  SELECT indicator_code, string_agg(DISTINCT CAST(year AS VARCHAR), ',' ORDER BY CAST(year AS VARCHAR)) AS break_years
  FROM dw.dim_break WHERE territory_id IS NULL GROUP BY indicator_code
)
SELECT i.indicator_key, i.code AS indicator_code, i.name_vi, i.name_en, i.domain, i.unit_code, u.unit_key,
       i.value_kind, i.direction_good, i.aggregation, i.stock_flow, i.weight_code, w.indicator_key AS weight_key,
       i.parent_code, p.indicator_key AS parent_key, coalesce(i.sex, 'T') AS sex, coalesce(i.area, 'T') AS area,
       CAST(i.min_value AS DECIMAL(28,10)) AS min_value, CAST(i.max_value AS DECIMAL(28,10)) AS max_value,
       b.break_years IS NOT NULL AS has_break, b.break_years, i.notes, i.evidence
FROM i
LEFT JOIN dw.dim_unit AS u ON u.unit_code = i.unit_code
LEFT JOIN i AS w ON w.code = i.weight_code
LEFT JOIN i AS p ON p.code = i.parent_code
LEFT JOIN b ON b.indicator_code = i.code
ORDER BY i.indicator_key;
