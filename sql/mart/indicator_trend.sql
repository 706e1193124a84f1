-- The long table BI starts from: every annual value, latest vintage, on two bases.
--   as_reported  territories as they were when the figure was made
--   units_2025   the 34 units of 1 July 2025 (mart.restated_value), the regions of 5 October 2025 (published, else from
--                their units, mart.region_summary) and the country as published; regions of the old division are not in it
-- Choose one basis and one territory_level before adding anything up.
--
-- previous_value is the same series one year earlier; change is exact; change_pct is 100 x change / |previous_value|, computed
-- in double precision, 4 decimals. None of them exists for a range, a qualified value or an empty cell, nor across a missing year.
-- For a rate `change` is in percentage points. is_break marks the first value of a series after a change of definition, or the
-- year in which the territory took in another one: what crosses it is shown but must not be read as development.
-- cagr_pct is the average growth a year since cagr_from_year, the first value after the latest break; 4 decimals; only for
-- counts, money, areas and ratios above zero.
CREATE VIEW mart.indicator_trend AS
WITH f AS (
  SELECT *, value > 0 AND value_high IS NULL AND qualifier IS NULL AND year > base_year AS may_grow FROM dw.fact_trend
)
SELECT f.basis, i.indicator_code, i.name_vi AS indicator_vi, i.name_en AS indicator_en, i.domain, i.unit_code AS unit,
       t.territory_id, t.territory_code, t.name_vi AS territory_vi, t.level AS territory_level, t.region_id,
       f.year, m.measure_type, x.sex, a.area, f.value, f.value_high, f.qualifier, f.obs_status,
       f.previous_value,
       TRY_CAST(f.value - f.previous_value AS DECIMAL(28,10)) AS change,
       CASE WHEN f.previous_value <> 0 THEN TRY_CAST(TRY_CAST(100 * CAST(f.value - f.previous_value AS DOUBLE) / abs(CAST(f.previous_value AS DOUBLE)) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS change_pct,
       f.is_break, f.round_id, s.source_sha256, f.source_sheet, f.source_cell, f.note,
       CASE WHEN f.may_grow AND i.value_kind IN ('count', 'currency_vnd', 'area', 'ratio')
            THEN TRY_CAST(TRY_CAST(100 * (power(CAST(f.value AS DOUBLE) / CAST(f.base_value AS DOUBLE), 1.0 / (f.year - f.base_year)) - 1) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS cagr_pct,
       CASE WHEN f.may_grow AND i.value_kind IN ('count', 'currency_vnd', 'area', 'ratio') THEN f.base_year END AS cagr_from_year,
       f.previous_break_year, f.vintages, s.vintage_date AS as_of, f.observation_id, s.is_sample, f.empty_kind, f.method, f.restate_reason, f.members_expected, f.members_found,
       i.value_kind, i.direction_good, i.aggregation
FROM f
JOIN dw.dim_indicator AS i ON i.indicator_key = f.indicator_key
JOIN dw.dim_territory AS t ON t.territory_key = f.territory_key
JOIN dw.dim_measure_type AS m ON m.measure_type_key = f.measure_type_key
JOIN dw.dim_sex AS x ON x.sex_key = f.sex_key
JOIN dw.dim_area AS a ON a.area_key = f.area_key
LEFT JOIN dw.dim_source AS s ON s.source_key = f.source_key;
