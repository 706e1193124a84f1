-- Facts that came more than once: the first and the last vintage side by side, whether they differ or not. Targets are left out: two
-- documents that set different targets restate nothing. Nothing is erased; the winner follows the rule of dim_source. change is
-- exact and exists where both are exact numbers; change_pct is in percent of the first value, double precision, 4 decimals.
CREATE TABLE mart.restatement AS
WITH again AS (
  SELECT indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key, count(*) AS vintages, row_number() OVER () AS fact_no
  FROM dw.fact_observation
  WHERE measure_type_key NOT IN (SELECT measure_type_key FROM dw.dim_measure_type WHERE measure_type = 'target')
  GROUP BY ALL HAVING count(*) > 1
), v AS (
  SELECT g.fact_no, g.vintages, f.observation_id, f.indicator_key, f.territory_key, f.period_key, f.measure_type_key, f.sex_key, f.area_key,
         f.vintage_rank, f.value, f.value_high, f.qualifier, f.empty_kind, f.sheet, f.cell, r.round_id, s.file_name, s.vintage_date, s.source_sha256
  FROM dw.fact_observation AS f
  JOIN again AS g ON g.indicator_key = f.indicator_key AND g.territory_key = f.territory_key AND g.period_key = f.period_key
                 AND g.measure_type_key = f.measure_type_key AND g.sex_key = f.sex_key AND g.area_key = f.area_key
  JOIN dw.dim_source AS s ON s.source_key = f.source_key
  LEFT JOIN dw.dim_round AS r ON r.round_key = f.round_key
), said AS (
  SELECT fact_no, count(DISTINCT row(value, value_high, qualifier, empty_kind)) AS different_values,
         array_to_string(list_transform(list_reverse_sort(list({rank: vintage_rank, text: -- quicker than ordering in string_agg
           coalesce(round_id, file_name) || ': ' || coalesce(rtrim(rtrim(CAST(value AS VARCHAR), '0'), '.'), empty_kind, '')
           || coalesce('–' || rtrim(rtrim(CAST(value_high AS VARCHAR), '0'), '.'), '')})), lambda v: v.text), '; ') AS history
  FROM v GROUP BY fact_no
)
SELECT i.indicator_code, i.name_vi AS indicator_vi, i.name_en AS indicator_en, i.unit_code AS unit,
       t.territory_id, t.name_vi AS territory_vi, t.level AS territory_level, p.period_id, p.year, m.measure_type, x.sex, u.area,
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
JOIN v AS z ON z.fact_no = a.fact_no AND z.vintage_rank = 1
JOIN said AS d ON d.fact_no = a.fact_no
JOIN dw.dim_indicator AS i ON i.indicator_key = a.indicator_key
JOIN dw.dim_territory AS t ON t.territory_key = a.territory_key
JOIN dw.dim_period AS p ON p.period_key = a.period_key
JOIN dw.dim_measure_type AS m ON m.measure_type_key = a.measure_type_key
JOIN dw.dim_sex AS x ON x.sex_key = a.sex_key
JOIN dw.dim_area AS u ON u.area_key = a.area_key
WHERE a.vintage_rank = a.vintages
ORDER BY i.indicator_code, t.territory_id, p.period_id, m.measure_type, x.sex, u.area;
