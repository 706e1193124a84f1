-- What mart.indicator_trend shows, with keys instead of texts: every annual value, latest vintage, on two bases, with the value before it,
-- the breaks up to it and where it came from. previous_value is that of the same series one year earlier, if both are exact. base_year
-- and base_value are those of the first positive exact value of the series since the latest break.
CREATE TABLE dw.fact_trend AS
WITH again AS ( -- how often each fact came
  SELECT indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key, count(*) AS vintages
  FROM dw.fact_observation GROUP BY ALL HAVING count(*) > 1
), sent AS (
  SELECT f.observation_id, f.source_key, coalesce(g.vintages, 1) AS vintages
  FROM dw.fact_observation AS f
  LEFT JOIN again AS g ON g.indicator_key = f.indicator_key AND g.territory_key = f.territory_key AND g.period_key = f.period_key
                      AND g.measure_type_key = f.measure_type_key AND g.sex_key = f.sex_key AND g.area_key = f.area_key
  WHERE f.is_latest
), annual AS (
  SELECT * FROM staging.latest WHERE freq = 'A'
), both_bases AS (
  SELECT 'as_reported' AS basis, a.indicator_code, a.territory_id, a.year, a.measure_type, a.sex, a.area, a.value, a.value_high, a.qualifier,
         a.empty_kind, a.obs_status, a.round_id, a.sheet AS source_sheet, a.cell AS source_cell, a.note, a.observation_id,
         'reported' AS method, CAST(NULL AS VARCHAR) AS restate_reason, CAST(NULL AS BIGINT) AS members_expected, CAST(NULL AS BIGINT) AS members_found
  FROM annual AS a
  UNION ALL
  SELECT 'units_2025', r.indicator_code, r.territory_id, r.year, r.measure_type, r.sex, r.area, r.value, r.value_high, r.qualifier,
         r.empty_kind, r.obs_status, r.round_id, r.source_sheet, r.source_cell, r.note, r.observation_id,
         r.method, r.restate_reason, r.members_expected, r.members_found
  FROM mart.restated_value AS r
  UNION ALL
  SELECT 'units_2025', a.indicator_code, a.territory_id, a.year, a.measure_type, a.sex, a.area, a.value, a.value_high, a.qualifier,
         a.empty_kind, a.obs_status, a.round_id, a.sheet, a.cell, a.note, a.observation_id, 'reported', NULL, NULL, NULL
  FROM annual AS a WHERE a.territory_level = 'country'
  UNION ALL
  SELECT 'units_2025', g.indicator_code, g.territory_id, g.year, g.measure_type, g.sex, g.area, g.value,
         g.published_high, g.published_qualifier, a.empty_kind, g.obs_status, g.round_id, g.source_sheet, g.source_cell,
         CASE WHEN g.value_source = 'published' THEN g.note
              WHEN g.value_source IS NULL AND g.members_missing_vi IS NOT NULL THEN 'Thiếu số liệu của ' || g.members_missing_vi || ' / No usable figure from ' || g.members_missing_vi
              WHEN g.value_source IS NULL AND g.reason = 'not_additive' THEN 'Chỉ tiêu không cộng được giữa các tỉnh / The indicator does not add up over provinces'
              WHEN g.value_source IS NULL THEN 'Chưa có quyền số / No weight'
              WHEN g.aggregation = 'sum' THEN 'Tổng của ' || g.members_found || ' đơn vị / Sum of ' || g.members_found || ' units'
              ELSE 'Bình quân của ' || g.members_found || ' đơn vị theo ' || g.weight_code || ' / Mean of ' || g.members_found || ' units weighted by ' || g.weight_code END,
         g.observation_id, CASE WHEN g.value_source = 'published' THEN 'reported' WHEN g.is_complete THEN g.aggregation END,
         CASE WHEN g.value_source IS NULL THEN g.reason END, g.members_expected, g.members_found
  FROM mart.region_summary AS g
  JOIN dw.bridge_territory_2025 AS b ON b.territory_id = g.territory_id AND b.level = 'region' AND b.successor_id = g.territory_id
  LEFT JOIN annual AS a ON a.observation_id = g.observation_id
), keyed AS ( -- one number for each series: windows and joins over six columns are slow
  SELECT b.*, i.indicator_key, t.territory_key, m.measure_type_key, x.sex_key, a.area_key,
         b.value IS NOT NULL AND b.value_high IS NULL AND b.qualifier IS NULL AS is_exact,
         ((CAST(b.basis = 'units_2025' AS BIGINT) * 1000000 + i.indicator_key) * 1000000 + t.territory_key) * 1000
           + m.measure_type_key * 100 + x.sex_key * 10 + a.area_key AS series_no
  FROM both_bases AS b
  JOIN dw.dim_indicator AS i ON i.indicator_code = b.indicator_code
  JOIN dw.dim_territory AS t ON t.territory_id = b.territory_id
  JOIN dw.dim_measure_type AS m ON m.measure_type = b.measure_type
  JOIN dw.dim_sex AS x ON x.sex = b.sex
  JOIN dw.dim_area AS a ON a.area = b.area
), series AS (
  SELECT DISTINCT series_no, basis, indicator_code, territory_id FROM keyed
), changed AS ( -- changes of definition out of the catalogue, and mergers into a territory that keeps its id
  SELECT s.series_no, b.year, concat_ws(' / ', b.text_vi, b.text_en) AS text
  FROM series AS s
  JOIN dw.dim_break AS b ON coalesce(b.indicator_code, s.indicator_code) = s.indicator_code AND coalesce(b.territory_id, s.territory_id) = s.territory_id
  UNION ALL
  SELECT s.series_no, year(b.date), 'Sáp nhập ' || p.name_vi || ' / ' || p.name_vi || ' merged into it'
  FROM series AS s
  JOIN dw.bridge_territory AS b ON b.successor_id = s.territory_id AND b.predecessor_id <> b.successor_id
  JOIN dw.bridge_territory_2025 AS u ON u.territory_id = b.successor_id AND u.successor_id <> u.territory_id
  JOIN dw.dim_territory AS p ON p.territory_id = b.predecessor_id
  WHERE NOT EXISTS (SELECT 1 FROM dw.dim_break AS k WHERE k.territory_id = b.successor_id AND k.year = year(b.date)
                      AND coalesce(k.indicator_code, s.indicator_code) = s.indicator_code)
), break AS (
  SELECT series_no, year, string_agg(text, '; ' ORDER BY text) AS text,
         lead(year, 1, 9999) OVER (PARTITION BY series_no ORDER BY year) AS next_year
  FROM changed GROUP BY series_no, year
), stepped AS ( -- one ordering of all is quicker than one of each series
  SELECT series_no, year, CASE WHEN is_exact THEN value END AS exact_value,
         CASE WHEN lag(series_no) OVER w = series_no THEN lag(year) OVER w END AS seen_year,
         CASE WHEN lag(series_no) OVER w = series_no THEN lag(CASE WHEN is_exact THEN value END) OVER w END AS value_before
  FROM keyed
  WINDOW w AS (ORDER BY series_no, year)
), marked AS (
  SELECT p.*, b.year AS last_break_year, coalesce(b.year = p.year OR b.year > p.seen_year, false) AS is_break, b.text AS break_text
  FROM stepped AS p
  LEFT JOIN break AS b ON b.series_no = p.series_no AND p.year >= b.year AND p.year < b.next_year
), base AS ( -- first positive figure of each stretch between two breaks
  SELECT series_no, coalesce(last_break_year, 0) AS since, arg_min(exact_value, year) AS base_value, min(year) AS base_year
  FROM marked WHERE exact_value > 0 GROUP BY series_no, since
)
SELECT k.basis, k.indicator_key, k.territory_key, k.year, k.measure_type_key, k.sex_key, k.area_key,
       k.value, k.value_high, k.qualifier, k.empty_kind, k.obs_status,
       CASE WHEN k.is_exact AND m.seen_year = k.year - 1 THEN m.value_before END AS previous_value,
       m.is_break, m.last_break_year AS previous_break_year, b.base_year, b.base_value, k.round_id,
       n.source_key, k.source_sheet, k.source_cell, k.observation_id, n.vintages,
       nullif(concat_ws('; ', k.note, CASE WHEN m.is_break THEN m.break_text END), '') AS note,
       k.method, k.restate_reason, k.members_expected, k.members_found
FROM keyed AS k
JOIN marked AS m ON m.series_no = k.series_no AND m.year = k.year
LEFT JOIN base AS b ON b.series_no = m.series_no AND b.since = coalesce(m.last_break_year, 0)
LEFT JOIN sent AS n ON n.observation_id = k.observation_id
ORDER BY k.basis, k.indicator_key, k.territory_key, k.year, k.measure_type_key, k.sex_key, k.area_key;
