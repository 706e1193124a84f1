-- Facts that came more than once: the first and the last vintage side by side, whether they differ or not. Nothing is erased;
-- the winner follows the rule of dim_source. change is exact and exists where both are exact numbers; change_pct is in
-- percent of the first value, double precision, 4 decimals.
CREATE TABLE mart.restatement AS
WITH v AS (
  SELECT o.*, s.file_name, s.vintage_date,
         count(*) OVER w AS vintages,
         row_number() OVER (PARTITION BY o.indicator_key, o.territory_key, o.period_key, o.measure_type, o.sex, o.area ORDER BY o.vintage_rank DESC) AS nth
  FROM dw.observation AS o JOIN dw.dim_source AS s ON s.source_key = o.source_key
  WINDOW w AS (PARTITION BY o.indicator_key, o.territory_key, o.period_key, o.measure_type, o.sex, o.area)
  QUALIFY vintages > 1
), said AS (
  SELECT indicator_key, territory_key, period_key, measure_type, sex, area,
         count(DISTINCT concat_ws('|', coalesce(CAST(value AS VARCHAR), ''), coalesce(CAST(value_high AS VARCHAR), ''), coalesce(qualifier, ''), coalesce(empty_kind, ''))) AS different_values,
         string_agg(coalesce(round_id, file_name) || ': ' || coalesce(rtrim(rtrim(CAST(value AS VARCHAR), '0'), '.'), empty_kind, '')
                    || coalesce('–' || rtrim(rtrim(CAST(value_high AS VARCHAR), '0'), '.'), ''), '; ' ORDER BY nth) AS history
  FROM v GROUP BY ALL
)
SELECT a.indicator_code, i.name_vi AS indicator_vi, i.name_en AS indicator_en, i.unit_code AS unit,
       a.territory_id, t.name_vi AS territory_vi, a.territory_level, a.period_id, a.year, a.measure_type, a.sex, a.area,
       z.vintages, d.different_values, d.different_values > 1 AS is_changed,
       a.value AS first_value, a.value_high AS first_value_high, a.qualifier AS first_qualifier, a.empty_kind AS first_empty_kind,
       z.value AS last_value, z.value_high AS last_value_high, z.qualifier AS last_qualifier, z.empty_kind AS last_empty_kind,
       CASE WHEN a.value_high IS NULL AND z.value_high IS NULL AND a.qualifier IS NULL AND z.qualifier IS NULL
            THEN TRY_CAST(z.value - a.value AS DECIMAL(28,10)) END AS change,
       CASE WHEN a.value_high IS NULL AND z.value_high IS NULL AND a.qualifier IS NULL AND z.qualifier IS NULL AND a.value <> 0
            THEN TRY_CAST(TRY_CAST(100 * CAST(z.value - a.value AS DOUBLE) / abs(CAST(a.value AS DOUBLE)) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS change_pct,
       d.history,
       a.round_id AS first_round_id, a.vintage_date AS first_as_of, a.observation_id AS first_observation_id,
       a.source_sha256 AS first_source_sha256, a.sheet AS first_source_sheet, a.cell AS first_source_cell,
       z.round_id AS last_round_id, z.vintage_date AS last_as_of, z.observation_id AS last_observation_id,
       z.source_sha256 AS last_source_sha256, z.sheet AS last_source_sheet, z.cell AS last_source_cell
FROM v AS a
JOIN v AS z ON z.indicator_key = a.indicator_key AND z.territory_key = a.territory_key AND z.period_key = a.period_key
           AND z.measure_type = a.measure_type AND z.sex = a.sex AND z.area = a.area AND z.vintage_rank = 1
JOIN said AS d ON d.indicator_key = a.indicator_key AND d.territory_key = a.territory_key AND d.period_key = a.period_key
              AND d.measure_type = a.measure_type AND d.sex = a.sex AND d.area = a.area
JOIN dw.dim_indicator AS i ON i.indicator_key = a.indicator_key
JOIN dw.dim_territory AS t ON t.territory_key = a.territory_key
WHERE a.nth = 1
ORDER BY a.indicator_code, a.territory_id, a.period_id, a.measure_type, a.sex, a.area;
