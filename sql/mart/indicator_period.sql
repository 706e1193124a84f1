-- What indicator_trend leaves out because it is not a year: months, quarters, half-years and spans of several years,
-- latest vintage. A value of a span counts over the whole span and must not be added to the years inside it.
-- previous_value is the same series one year earlier (2023-06 for 2024-06), exact values only; spans have none.
-- change_pct: double precision, 4 decimals.
CREATE TABLE mart.indicator_period AS
WITH latest AS (
  SELECT o.*, p.date_start, p.date_end, o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL AS is_exact
  FROM staging.latest AS o JOIN dw.dim_period AS p ON p.period_key = o.period_key
  WHERE p.freq IS DISTINCT FROM 'A'
), paired AS (
  SELECT l.*, CASE WHEN l.is_exact AND b.is_exact THEN b.value END AS previous_value
  FROM latest AS l
  LEFT JOIN latest AS b ON l.freq <> 'span' AND b.freq = l.freq AND b.indicator_code = l.indicator_code AND b.territory_id = l.territory_id
                       AND b.measure_type = l.measure_type AND b.sex = l.sex AND b.area = l.area
                       AND b.period_id = CAST(l.year - 1 AS VARCHAR) || substr(l.period_id, 5)
)
SELECT p.indicator_code, i.name_vi AS indicator_vi, i.name_en AS indicator_en, i.domain, i.unit_code AS unit,
       p.territory_id, t.territory_code, t.name_vi AS territory_vi, t.level AS territory_level, t.region_id,
       p.period_id, p.freq, p.year_from, p.year, p.date_start, p.date_end, p.measure_type, p.sex, p.area,
       p.value, p.value_high, p.qualifier, p.empty_kind, p.obs_status, p.previous_value,
       TRY_CAST(p.value - p.previous_value AS DECIMAL(28,10)) AS change,
       CASE WHEN p.previous_value <> 0 THEN TRY_CAST(TRY_CAST(100 * CAST(p.value - p.previous_value AS DOUBLE) / abs(CAST(p.previous_value AS DOUBLE)) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS change_pct,
       p.round_id, p.source_sha256, p.sheet AS source_sheet, p.cell AS source_cell, p.note, p.observation_id, p.is_sample,
       p.achieved_pct, p.achieved_cell
FROM paired AS p
JOIN dw.dim_indicator AS i ON i.indicator_code = p.indicator_code
JOIN dw.dim_territory AS t ON t.territory_id = p.territory_id
ORDER BY p.indicator_code, p.territory_id, p.freq, p.date_start, p.date_end, p.measure_type, p.sex, p.area;
