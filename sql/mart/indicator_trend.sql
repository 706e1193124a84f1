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
CREATE TABLE mart.indicator_trend AS
WITH again AS ( -- facts that came more than once
  SELECT indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key, count(*) AS vintages
  FROM dw.fact_observation GROUP BY ALL HAVING count(*) > 1
), sent AS (
  SELECT f.observation_id, s.vintage_date, s.is_sample, coalesce(g.vintages, 1) AS vintages
  FROM dw.fact_observation AS f
  JOIN dw.dim_source AS s ON s.source_key = f.source_key
  LEFT JOIN again AS g ON g.indicator_key = f.indicator_key AND g.territory_key = f.territory_key AND g.period_key = f.period_key
                      AND g.measure_type_key = f.measure_type_key AND g.sex_key = f.sex_key AND g.area_key = f.area_key
  WHERE f.is_latest
), annual AS (
  SELECT * FROM staging.latest WHERE freq = 'A'
), both_bases AS (
  SELECT 'as_reported' AS basis, a.indicator_code, a.territory_id, a.year, a.measure_type, a.sex, a.area, a.value, a.value_high, a.qualifier,
         a.empty_kind, a.obs_status, a.round_id, a.source_sha256, a.sheet AS source_sheet, a.cell AS source_cell, a.note, a.observation_id,
         'reported' AS method, CAST(NULL AS VARCHAR) AS restate_reason, CAST(NULL AS BIGINT) AS members_expected, CAST(NULL AS BIGINT) AS members_found
  FROM annual AS a
  UNION ALL
  SELECT 'units_2025', r.indicator_code, r.territory_id, r.year, r.measure_type, r.sex, r.area, r.value, r.value_high, r.qualifier,
         r.empty_kind, r.obs_status, r.round_id, r.source_sha256, r.source_sheet, r.source_cell, r.note, r.observation_id,
         r.method, r.restate_reason, r.members_expected, r.members_found
  FROM mart.restated_value AS r
  UNION ALL
  SELECT 'units_2025', a.indicator_code, a.territory_id, a.year, a.measure_type, a.sex, a.area, a.value, a.value_high, a.qualifier,
         a.empty_kind, a.obs_status, a.round_id, a.source_sha256, a.sheet, a.cell, a.note, a.observation_id, 'reported', NULL, NULL, NULL
  FROM annual AS a WHERE a.territory_level = 'country'
  UNION ALL
  SELECT 'units_2025', g.indicator_code, g.territory_id, g.year, g.measure_type, g.sex, g.area, g.value,
         g.published_high, g.published_qualifier, a.empty_kind, g.obs_status, g.round_id, g.source_sha256, g.source_sheet, g.source_cell,
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
), place AS (
  SELECT DISTINCT basis, indicator_code, territory_id FROM both_bases
), changed AS ( -- changes of definition out of the catalogue, and mergers into a territory that keeps its id
  SELECT s.basis, s.indicator_code, s.territory_id, b.year, concat_ws(' / ', b.text_vi, b.text_en) AS text
  FROM place AS s
  JOIN dw.dim_break AS b ON coalesce(b.indicator_code, s.indicator_code) = s.indicator_code AND coalesce(b.territory_id, s.territory_id) = s.territory_id
  UNION ALL
  SELECT s.basis, s.indicator_code, s.territory_id, year(b.date), 'Sáp nhập ' || p.name_vi || ' / ' || p.name_vi || ' merged into it'
  FROM place AS s
  JOIN dw.bridge_territory AS b ON b.successor_id = s.territory_id AND b.predecessor_id <> b.successor_id
  JOIN dw.bridge_territory_2025 AS u ON u.territory_id = b.successor_id AND u.successor_id <> u.territory_id
  JOIN dw.dim_territory AS p ON p.territory_id = b.predecessor_id
  WHERE NOT EXISTS (SELECT 1 FROM dw.dim_break AS k WHERE k.territory_id = b.successor_id AND k.year = year(b.date)
                      AND coalesce(k.indicator_code, s.indicator_code) = s.indicator_code)
), series AS ( -- a number for each series and each place: windows, joins and orders over texts and wide rows are slow
  SELECT basis, indicator_code, territory_id, measure_type, sex, area, dense_rank() OVER (ORDER BY basis, indicator_code, territory_id) AS place_no,
         row_number() OVER (ORDER BY basis, indicator_code, territory_id, measure_type, sex, area) AS series_no
  FROM both_bases GROUP BY basis, indicator_code, territory_id, measure_type, sex, area
), break AS (
  SELECT s.series_no, c.year, string_agg(c.text, '; ' ORDER BY c.text) AS text,
         lead(c.year, 1, 9999) OVER (PARTITION BY s.series_no ORDER BY c.year) AS next_year
  FROM changed AS c JOIN series AS s ON s.basis = c.basis AND s.indicator_code = c.indicator_code AND s.territory_id = c.territory_id
  GROUP BY s.series_no, c.year
), told AS (
  SELECT s.series_no, s.place_no, t.*, t.value IS NOT NULL AND t.value_high IS NULL AND t.qualifier IS NULL AS is_exact
  FROM both_bases AS t
  JOIN series AS s ON s.basis = t.basis AND s.indicator_code = t.indicator_code AND s.territory_id = t.territory_id
                  AND s.measure_type = t.measure_type AND s.sex = t.sex AND s.area = t.area
), stepped AS ( -- one ordering of all is quicker than one of each series
  SELECT series_no, year, CASE WHEN is_exact THEN value END AS exact_value,
         CASE WHEN lag(series_no) OVER w = series_no THEN lag(year) OVER w END AS seen_year,
         CASE WHEN lag(series_no) OVER w = series_no THEN lag(CASE WHEN is_exact THEN value END) OVER w END AS value_before
  FROM told
  WINDOW w AS (ORDER BY series_no, year)
), marked AS (
  SELECT p.*, b.year AS last_break_year, coalesce(b.year = p.year OR b.year > p.seen_year, false) AS is_break, b.text AS break_text
  FROM stepped AS p
  LEFT JOIN break AS b ON b.series_no = p.series_no AND p.year >= b.year AND p.year < b.next_year
), base AS ( -- first positive figure of each stretch between two breaks
  SELECT series_no, coalesce(last_break_year, 0) AS since, arg_min(exact_value, year) AS base_value, min(year) AS base_year
  FROM marked WHERE exact_value > 0 GROUP BY series_no, since
), measured AS (
  SELECT t.*, m.last_break_year, m.is_break, m.break_text, CASE WHEN t.is_exact AND m.seen_year = t.year - 1 THEN m.value_before END AS previous_value,
         b.base_value, b.base_year
  FROM told AS t
  JOIN marked AS m ON m.series_no = t.series_no AND m.year = t.year
  LEFT JOIN base AS b ON b.series_no = m.series_no AND b.since = coalesce(m.last_break_year, 0)
)
SELECT m.basis, m.indicator_code, i.name_vi AS indicator_vi, i.name_en AS indicator_en, i.domain, i.unit_code AS unit,
       m.territory_id, t.territory_code, t.name_vi AS territory_vi, t.level AS territory_level, t.region_id,
       m.year, m.measure_type, m.sex, m.area, m.value, m.value_high, m.qualifier, m.obs_status,
       m.previous_value,
       TRY_CAST(m.value - m.previous_value AS DECIMAL(28,10)) AS change,
       CASE WHEN m.previous_value <> 0 THEN TRY_CAST(TRY_CAST(100 * CAST(m.value - m.previous_value AS DOUBLE) / abs(CAST(m.previous_value AS DOUBLE)) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS change_pct,
       m.is_break, m.round_id, m.source_sha256, m.source_sheet, m.source_cell,
       nullif(concat_ws('; ', m.note, CASE WHEN m.is_break THEN m.break_text END), '') AS note,
       CASE WHEN m.is_exact AND m.value > 0 AND m.year > m.base_year AND i.value_kind IN ('count', 'currency_vnd', 'area', 'ratio')
            THEN TRY_CAST(TRY_CAST(100 * (power(CAST(m.value AS DOUBLE) / CAST(m.base_value AS DOUBLE), 1.0 / (m.year - m.base_year)) - 1) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS cagr_pct,
       CASE WHEN m.is_exact AND m.value > 0 AND m.year > m.base_year AND i.value_kind IN ('count', 'currency_vnd', 'area', 'ratio') THEN m.base_year END AS cagr_from_year,
       m.last_break_year AS previous_break_year,
       a.vintages, a.vintage_date AS as_of, m.observation_id, a.is_sample, m.empty_kind, m.method, m.restate_reason, m.members_expected, m.members_found,
       i.value_kind, i.direction_good, i.aggregation
FROM measured AS m
JOIN dw.dim_indicator AS i ON i.indicator_code = m.indicator_code
JOIN dw.dim_territory AS t ON t.territory_id = m.territory_id
LEFT JOIN sent AS a ON a.observation_id = m.observation_id
ORDER BY m.place_no, m.year, m.series_no; -- place, year, measure type, sex, area
