-- Every target beside what happened, 2013-2030. One row a target; numbers are in the indicator's own unit (a target
-- in another unit of the same quantity is converted).
--
-- Actuals: figures of measure type actual, else estimate, of the target's own territory. A province that only changed its id in
-- 2025 continues under the new one; a unit of 2025 has its restated past; a region or the country without a published row has the
-- sum or weighted mean of its provinces (mart.region_summary). Such a mean is judged only if the provinces found carry at
-- least 0.8 of the weight (of the number, where weights are unknown); below that the numbers are shown and the status stays no_data.
-- A range or a qualified figure counts with its cautious end: the lower one where more is better, the upper one where less is.
--
-- direction: up for >=, down for <=, else the indicator's good direction; exact if it has none. goal is the end of the target's range
-- that is reached first in that direction. gap is what is still missing in that direction: positive short, zero or less reached.
-- kind level_at_year     latest_value is the latest actual up to year_to. Baseline: the latest actual at or before year_from (and before
--                        latest_year), else the first one after; never from before a change of definition. path_value is on the
--                        straight line from the baseline to the goal at year_to; a baseline that already reaches the goal must hold it.
-- kind annual_change     latest_value is the average yearly change in the period: of the indicator's own figures if it is itself a
--                        change; else of its level between years that no change of definition parts. poverty_reduction_pp without
--                        figures of its own is the fall of poverty_rate. path_value is the goal.
-- kind cumulative        latest_value is the sum of the years of the period, or the figure published for exactly that span. path_value
--                        is the share of the goal due after the years passed. A target in percent for a count means its change in
--                        percent since the start of the period and is read like a level.
-- required_per_year is the change (annual_change, cumulative: the amount) a year that is still needed until year_to.
-- status: achieved and missed once year_to has a figure (a cumulative goal also before); on_track and off_track against path_value;
-- no_data (also where a sum lacks a year, or an average more than half of its years); not_comparable if the newest figures are of a redrawn territory. reason holds codes, reason_vi and reason_en sentences.
-- Other figures that speak of the same thing under another definition stand in related_*; they are never compared with the target.
-- Averages, paths and paces are computed in double precision and rounded to 4 decimals.
CREATE TABLE mart.target_progress AS
WITH concept(indicator_code, other_code, role, sign) AS (
  VALUES ('poverty_reduction_pp', 'poverty_rate', 'level', -1),
         ('poverty_reduction_pp', 'mpi_rate', 'related_change', -1),
         ('poverty_reduction_pp', 'poverty_rate_gso', 'related_change', -1),
         ('poverty_rate', 'poverty_rate_gso', 'related', 1),
         ('trained_labour_rate', 'trained_employed_rate_gso', 'related', 1),
         ('trained_labour_cert_rate', 'trained_employed_rate_gso', 'related', 1)
), lone AS ( -- units of 2025 that continue one province unchanged
  SELECT successor_id AS unit_id, min(territory_id) AS territory_id
  FROM dw.bridge_territory_2025 WHERE level = 'province' AND steps = 1 GROUP BY successor_id HAVING count(*) = 1
), target AS (
  SELECT g.target_id, g.document, g.issue_date, g.quote, i.indicator_code, i.name_vi AS indicator_vi, i.name_en AS indicator_en, i.unit_code,
         i.value_kind, i.aggregation, t.territory_id, t.name_vi AS territory_vi, t.level, t.valid_to, x.sex, a.area, g.year_from, g.year_to, g.comparator,
         CASE WHEN u.quantity = iu.quantity AND u.factor <> iu.factor THEN TRY_CAST(TRY(g.target_min * u.factor) / iu.factor AS DECIMAL(28,10)) ELSE g.target_min END AS target_min,
         CASE WHEN u.quantity = iu.quantity AND u.factor <> iu.factor THEN TRY_CAST(TRY(g.target_max * u.factor) / iu.factor AS DECIMAL(28,10)) ELSE g.target_max END AS target_max,
         g.kind, coalesce(g.strict, false) AS strict, coalesce(g.approx, false) AS approx, g.origin, g.reliability,
         g.source_sha256, g.sheet AS source_sheet, g.cell AS source_cell, g.observation_id AS target_observation_id,
         CASE WHEN g.comparator IN ('>=', '>') THEN 'up' WHEN g.comparator IN ('<=', '<') THEN 'down'
              WHEN i.direction_good IN ('up', 'down') THEN i.direction_good ELSE 'exact' END AS direction,
         i.value_kind = 'percentage_point' OR (i.value_kind = 'percent' AND i.aggregation = 'none') AS is_change,
         g.kind = 'cumulative' AND u.unit_code = 'percent' AND iu.unit_code <> 'percent' AS is_relative,
         CASE WHEN t.level = 'province' AND (t.valid_to IS NULL OR l.unit_id IS NOT NULL) THEN 'units_2025' ELSE 'as_reported' END AS basis,
         coalesce(l.unit_id, t.territory_id) AS series_id
  FROM dw.fact_target AS g
  JOIN dw.dim_indicator AS i ON i.indicator_key = g.indicator_key
  JOIN dw.dim_territory AS t ON t.territory_key = g.territory_key
  LEFT JOIN dw.dim_sex AS x ON x.sex_key = g.sex_key
  LEFT JOIN dw.dim_area AS a ON a.area_key = g.area_key
  LEFT JOIN dw.dim_unit AS u ON u.unit_key = g.unit_key
  LEFT JOIN dw.dim_unit AS iu ON iu.unit_code = i.unit_code
  LEFT JOIN lone AS l ON l.territory_id = t.territory_id
), goal AS (
  SELECT *, CASE WHEN direction = 'down' THEN coalesce(target_max, target_min) ELSE coalesce(target_min, target_max) END AS goal FROM target
), wanted AS (
  SELECT target_id, indicator_code AS code, 'own' AS role, 1 AS sign FROM goal
  UNION ALL
  SELECT g.target_id, c.other_code, c.role, c.sign FROM goal AS g JOIN concept AS c ON c.indicator_code = g.indicator_code
   WHERE c.role = 'related' OR g.kind = 'annual_change'
  UNION ALL
  SELECT target_id, indicator_code, 'level', 1 FROM goal WHERE kind = 'annual_change' AND NOT is_change
), figures AS ( -- territory x indicator x year, one figure each: actual before estimate
  SELECT basis, territory_id, indicator_code, sex, area, year, measure_type, value, value_high, qualifier, obs_status, observation_id,
         source_sha256, source_sheet, source_cell, 'reported' AS origin, CAST(NULL AS BIGINT) AS members_found, CAST(NULL AS BIGINT) AS members_expected,
         CAST(1 AS DOUBLE) AS coverage
  FROM mart.indicator_trend
  WHERE measure_type IN ('actual', 'estimate') AND value IS NOT NULL AND territory_level NOT IN ('region', 'country')
  UNION ALL
  SELECT 'as_reported', territory_id, indicator_code, sex, area, year, measure_type, coalesce(value, members_value), published_high, published_qualifier,
         obs_status, observation_id, source_sha256, source_sheet, source_cell, coalesce(value_source, 'members'),
         CASE WHEN value_source IS DISTINCT FROM 'published' THEN members_found END, CASE WHEN value_source IS DISTINCT FROM 'published' THEN members_expected END,
         CASE WHEN value_source IS NOT NULL THEN 1 ELSE coalesce(weight_share, members_found / members_expected) END
  FROM mart.region_summary
  WHERE measure_type IN ('actual', 'estimate') AND (value IS NOT NULL OR (value_source IS NULL AND members_value IS NOT NULL AND aggregation = 'weighted_mean'))
), act AS (
  SELECT g.target_id, w.role, w.code, w.sign, f.year, f.measure_type, f.origin, f.observation_id, f.source_sha256, f.source_sheet, f.source_cell,
         f.members_found, f.members_expected, f.coverage, f.coverage >= 0.8 AS judged,
         CASE WHEN g.direction = 'down' THEN CASE WHEN f.qualifier = 'at_least' THEN NULL ELSE coalesce(f.value_high, f.value) END
              ELSE CASE WHEN f.qualifier = 'at_most' THEN NULL ELSE f.value END END AS value,
         f.value_high IS NULL AND coalesce(f.qualifier, 'about') = 'about' AS is_point
  FROM goal AS g
  JOIN wanted AS w ON w.target_id = g.target_id
  JOIN figures AS f ON f.basis = g.basis AND f.territory_id = g.series_id AND f.indicator_code = w.code AND f.sex = g.sex AND f.area = g.area
                   AND f.year <= g.year_to
  QUALIFY row_number() OVER (PARTITION BY g.target_id, w.role, w.code, f.year ORDER BY f.coverage >= 0.8 DESC, f.measure_type) = 1
), own AS (
  SELECT * FROM act WHERE role = 'own' AND value IS NOT NULL
), last_break AS ( -- the latest change of definition not after the latest figure
  SELECT o.target_id, max(b.year) AS year
  FROM (SELECT target_id, max(year) AS latest FROM own WHERE judged GROUP BY target_id) AS o
  JOIN goal AS g ON g.target_id = o.target_id
  JOIN dw.dim_break AS b ON coalesce(b.indicator_code, g.indicator_code) = g.indicator_code AND coalesce(b.territory_id, g.territory_id) = g.territory_id AND b.year <= o.latest
  GROUP BY o.target_id
), newest AS (
  SELECT * FROM own QUALIFY row_number() OVER (PARTITION BY target_id ORDER BY judged DESC, year DESC) = 1
), base AS (
  SELECT o.target_id, o.year, o.value, o.measure_type
  FROM own AS o JOIN goal AS g ON g.target_id = o.target_id JOIN newest AS n ON n.target_id = o.target_id
  LEFT JOIN last_break AS b ON b.target_id = o.target_id
  WHERE o.judged AND n.judged AND o.year < n.year AND o.year < g.year_to AND o.year >= coalesce(b.year, 0)
  QUALIFY row_number() OVER (PARTITION BY o.target_id ORDER BY o.year <= g.year_from DESC, CASE WHEN o.year <= g.year_from THEN -o.year ELSE o.year END) = 1
), pair AS ( -- steps of a level between two years that no change of definition parts
  SELECT a.target_id, a.role, a.code, a.sign, a.year, a.value, a.origin, a.measure_type, a.observation_id, a.source_sha256, a.source_sheet, a.source_cell,
         lag(a.year) OVER w AS year0, lag(a.value) OVER w AS value0
  FROM act AS a WHERE a.role IN ('level', 'related_change') AND a.judged AND a.is_point
  WINDOW w AS (PARTITION BY a.target_id, a.role, a.code ORDER BY a.year)
), step AS (
  SELECT p.target_id, p.role, p.code, sum(p.sign * (p.value - p.value0)) AS change, sum(p.year - p.year0) AS years, max(p.year) AS year, min(p.year0) AS year0,
         arg_min(p.value0, p.year0) AS value0, arg_max(p.value, p.year) AS value1, arg_max(p.measure_type, p.year) AS measure_type,
         arg_max(p.source_sha256, p.year) AS source_sha256, arg_max(p.source_sheet, p.year) AS source_sheet, arg_max(p.source_cell, p.year) AS source_cell
  FROM pair AS p JOIN goal AS g ON g.target_id = p.target_id
  WHERE p.year0 >= g.year_from - 1 AND NOT EXISTS (SELECT 1 FROM dw.dim_break AS b WHERE coalesce(b.indicator_code, p.code) = p.code AND coalesce(b.territory_id, g.territory_id) = g.territory_id
                                             AND b.year > p.year0 AND b.year <= p.year)
  GROUP BY p.target_id, p.role, p.code
), yearly AS (
  SELECT o.target_id, sum(o.value) AS total, count(*) AS years, max(o.year) AS year, max(o.measure_type) AS measure_type,
         arg_max(o.source_sha256, o.year) AS source_sha256, arg_max(o.source_sheet, o.year) AS source_sheet, arg_max(o.source_cell, o.year) AS source_cell
  FROM own AS o JOIN goal AS g ON g.target_id = o.target_id
  WHERE o.judged AND o.year >= g.year_from GROUP BY o.target_id
), span AS (
  SELECT g.target_id, p.value, p.measure_type, p.source_sha256, p.source_sheet, p.source_cell
  FROM goal AS g JOIN mart.indicator_period AS p
    ON p.freq = 'span' AND p.period_id = g.year_from || '/' || g.year_to AND p.territory_id = g.territory_id AND p.indicator_code = g.indicator_code
   AND p.sex = g.sex AND p.area = g.area AND p.measure_type IN ('actual', 'estimate') AND p.value IS NOT NULL AND p.value_high IS NULL
  WHERE g.kind = 'cumulative' AND g.year_from < g.year_to AND NOT g.is_relative
  QUALIFY row_number() OVER (PARTITION BY g.target_id ORDER BY p.measure_type) = 1
), related AS (
  SELECT a.target_id, a.code, a.year, a.value FROM act AS a WHERE a.role = 'related' AND a.judged AND a.value IS NOT NULL
  UNION ALL
  SELECT target_id, code, year, TRY_CAST(TRY_CAST(CAST(change AS DOUBLE) / years AS DECIMAL(28,4)) AS DECIMAL(28,10)) FROM step WHERE role = 'related_change'
), newest_related AS (
  SELECT * FROM related QUALIFY row_number() OVER (PARTITION BY target_id ORDER BY year DESC, code) = 1
), moved AS ( -- what carries on a territory that ended before the target does, and is not the same territory
  SELECT g.target_id, s.territory_id AS now_id, s.name_vi AS now_vi
  FROM goal AS g
  JOIN dw.dim_territory AS t ON t.territory_id = g.territory_id AND t.valid_to IS NOT NULL AND year(t.valid_to) <= g.year_to AND g.basis = 'as_reported'
  LEFT JOIN dw.bridge_territory_2025 AS b ON b.territory_id = t.territory_id AND t.level = 'province'
  JOIN dw.dim_territory AS s ON s.territory_id = b.successor_id
                             OR (t.level = 'region' AND s.level = 'region' AND s.name_vi = t.name_vi AND s.valid_from > t.valid_to)
), moved_figures AS (
  SELECT m.target_id, any_value(m.now_vi) AS now_vi, max(f.year) AS year
  FROM moved AS m JOIN goal AS g ON g.target_id = m.target_id
  LEFT JOIN figures AS f ON f.territory_id = m.now_id AND f.indicator_code = g.indicator_code AND f.sex = g.sex AND f.area = g.area
                        AND f.year >= year(g.valid_to) AND f.year <= g.year_to
  GROUP BY m.target_id
), measured AS (
  SELECT g.*, g.year_to - g.year_from + 1 AS span_years,
         CASE WHEN g.kind = 'level_at_year' OR g.is_relative THEN b.year WHEN g.kind = 'annual_change' AND g.is_change AND y.year IS NOT NULL THEN NULL
              WHEN g.kind = 'annual_change' THEN l.year0 END AS baseline_year,
         CASE WHEN g.kind = 'level_at_year' OR g.is_relative THEN b.value WHEN g.kind = 'annual_change' AND g.is_change AND y.year IS NOT NULL THEN NULL
              WHEN g.kind = 'annual_change' THEN l.value0 END AS baseline_value,
         CASE WHEN g.kind = 'level_at_year' THEN n.year WHEN g.is_relative THEN CASE WHEN b.year IS NOT NULL THEN n.year END
              WHEN g.kind = 'annual_change' THEN CASE WHEN g.is_change AND y.year IS NOT NULL THEN y.year ELSE l.year END
              ELSE coalesce(CASE WHEN s.value IS NOT NULL THEN g.year_to END, y.year) END AS latest_year,
         CASE WHEN g.kind = 'level_at_year' THEN n.value
              WHEN g.is_relative THEN CASE WHEN b.value <> 0 THEN TRY_CAST(TRY_CAST(100 * (CAST(n.value AS DOUBLE) / CAST(b.value AS DOUBLE) - 1) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END
              WHEN g.kind = 'annual_change' THEN TRY_CAST(TRY_CAST(CASE WHEN g.is_change AND y.year IS NOT NULL THEN CAST(y.total AS DOUBLE) / y.years
                                                                        ELSE CAST(l.change AS DOUBLE) / l.years END AS DECIMAL(28,4)) AS DECIMAL(28,10))
              ELSE coalesce(s.value, TRY_CAST(y.total AS DECIMAL(28,10))) END AS latest_value,
         CASE WHEN g.kind = 'level_at_year' OR g.is_relative THEN n.measure_type
              WHEN g.kind = 'annual_change' THEN CASE WHEN g.is_change AND y.year IS NOT NULL THEN y.measure_type ELSE l.measure_type END
              ELSE coalesce(s.measure_type, y.measure_type) END AS latest_measure_type,
         CASE WHEN g.kind = 'annual_change' AND (NOT g.is_change OR y.year IS NULL) AND l.year IS NOT NULL THEN l.code END AS measured_by,
         CASE WHEN s.value IS NOT NULL THEN g.year_to - g.year_from + 1
              WHEN g.kind = 'annual_change' AND NOT (g.is_change AND y.year IS NOT NULL) THEN l.years
              WHEN g.kind <> 'level_at_year' AND NOT g.is_relative THEN y.years END AS years_counted,
         coalesce(n.judged, true) AS judged, n.origin AS latest_origin, n.members_found, n.members_expected, n.coverage,
         CASE WHEN g.kind = 'level_at_year' OR g.is_relative THEN n.source_sha256 WHEN s.value IS NOT NULL THEN s.source_sha256 WHEN y.year IS NOT NULL AND (g.is_change OR g.kind = 'cumulative') THEN y.source_sha256 ELSE l.source_sha256 END AS latest_source_sha256,
         CASE WHEN g.kind = 'level_at_year' OR g.is_relative THEN n.source_sheet WHEN s.value IS NOT NULL THEN s.source_sheet WHEN y.year IS NOT NULL AND (g.is_change OR g.kind = 'cumulative') THEN y.source_sheet ELSE l.source_sheet END AS latest_source_sheet,
         CASE WHEN g.kind = 'level_at_year' OR g.is_relative THEN n.source_cell WHEN s.value IS NOT NULL THEN s.source_cell WHEN y.year IS NOT NULL AND (g.is_change OR g.kind = 'cumulative') THEN y.source_cell ELSE l.source_cell END AS latest_source_cell,
         k.year AS definition_since, r.code AS related_indicator_code, r.year AS related_year, r.value AS related_value, m.now_vi, m.year AS moved_year
  FROM goal AS g
  LEFT JOIN newest AS n ON n.target_id = g.target_id
  LEFT JOIN base AS b ON b.target_id = g.target_id
  LEFT JOIN last_break AS k ON k.target_id = g.target_id
  LEFT JOIN yearly AS y ON y.target_id = g.target_id
  LEFT JOIN step AS l ON l.target_id = g.target_id AND l.role = 'level'
  LEFT JOIN span AS s ON s.target_id = g.target_id
  LEFT JOIN newest_related AS r ON r.target_id = g.target_id
  LEFT JOIN moved_figures AS m ON m.target_id = g.target_id
), ruled AS (
  SELECT *,
         CASE direction WHEN 'up' THEN CASE WHEN strict THEN latest_value > goal ELSE latest_value >= goal END
                        WHEN 'down' THEN CASE WHEN strict THEN latest_value < goal ELSE latest_value <= goal END
                        ELSE latest_value BETWEEN target_min AND coalesce(target_max, target_min) END AS met,
         TRY_CAST(CASE WHEN direction = 'down' THEN latest_value - goal ELSE goal - latest_value END AS DECIMAL(28,10)) AS gap,
         CASE WHEN kind = 'annual_change' THEN goal
              WHEN is_relative THEN TRY_CAST(TRY_CAST(CAST(goal AS DOUBLE) * (latest_year - baseline_year) / nullif(year_to - baseline_year, 0) AS DECIMAL(28,4)) AS DECIMAL(28,10))
              WHEN kind = 'cumulative' THEN TRY_CAST(TRY_CAST(CAST(goal AS DOUBLE) * (latest_year - year_from + 1) / span_years AS DECIMAL(28,4)) AS DECIMAL(28,10))
              WHEN baseline_value IS NULL OR latest_year < year_from THEN NULL
              WHEN (direction = 'up' AND baseline_value >= goal) OR (direction = 'down' AND baseline_value <= goal) THEN goal
              ELSE TRY_CAST(TRY_CAST(CAST(baseline_value AS DOUBLE) + CAST(goal - baseline_value AS DOUBLE) * (latest_year - baseline_year) / nullif(year_to - baseline_year, 0) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS path_value,
         CASE WHEN latest_year >= year_to THEN NULL
              WHEN kind = 'annual_change' THEN TRY_CAST(TRY_CAST((CAST(goal AS DOUBLE) * span_years - CAST(latest_value AS DOUBLE) * (latest_year - year_from + 1)) / (year_to - latest_year) AS DECIMAL(28,4)) AS DECIMAL(28,10))
              WHEN direction = 'up' AND latest_value >= goal OR direction = 'down' AND latest_value <= goal THEN 0
              ELSE TRY_CAST(TRY_CAST(CAST(goal - latest_value AS DOUBLE) / (year_to - latest_year) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS required_per_year
  FROM measured
), stated AS (
  SELECT *,
         CASE WHEN goal IS NULL THEN 'no_data'
              WHEN moved_year IS NOT NULL AND moved_year > coalesce(latest_year, 0) THEN 'not_comparable'
              WHEN latest_value IS NULL OR NOT judged OR latest_year < year_from THEN 'no_data'
              WHEN kind = 'cumulative' AND NOT is_relative AND direction <> 'down' AND met THEN 'achieved'
              WHEN kind = 'cumulative' AND NOT is_relative AND direction = 'down' AND NOT met THEN 'missed'
              WHEN kind = 'cumulative' AND NOT is_relative AND years_counted < latest_year - year_from + 1 THEN 'no_data'
              WHEN kind = 'annual_change' AND 2 * years_counted < latest_year - year_from + 1 THEN 'no_data'
              WHEN latest_year = year_to THEN CASE WHEN met THEN 'achieved' ELSE 'missed' END
              WHEN path_value IS NULL THEN CASE WHEN met THEN 'on_track' ELSE 'no_data' END
              WHEN met THEN 'on_track'
              WHEN direction = 'down' AND latest_value <= path_value THEN 'on_track'
              WHEN direction <> 'down' AND latest_value >= path_value THEN 'on_track'
              ELSE 'off_track' END AS status
  FROM ruled
), explained AS (
  SELECT s.target_id, string_agg(v.code, ',' ORDER BY v.n) AS reason, string_agg(v.vi, '; ' ORDER BY v.n) AS reason_vi, string_agg(v.en, '; ' ORDER BY v.n) AS reason_en
  FROM stated AS s,
       LATERAL (SELECT * FROM (VALUES
         (1, s.goal IS NULL, 'no_goal', 'chỉ tiêu không nêu con số', 'the target states no figure'),
         (2, s.status = 'not_comparable', 'territory_changed', 'số liệu mới nhất (' || s.moved_year || ') là của ' || s.now_vi || ' theo địa giới mới, không so được với chỉ tiêu đặt cho địa giới cũ',
             'the newest figures (' || s.moved_year || ') are of the redrawn ' || s.now_vi || '; the target was set for the former territory'),
         (3, s.status <> 'not_comparable' AND s.now_vi IS NOT NULL, 'territory_ends', 'địa bàn của chỉ tiêu hết hiệu lực ngày ' || strftime(s.valid_to, '%d/%m/%Y') || '; từ đó số liệu thuộc địa giới khác (' || s.now_vi || ')',
             'the territory of the target ended on ' || strftime(s.valid_to, '%Y-%m-%d') || '; later figures are of other boundaries (' || s.now_vi || ')'),
         (4, s.latest_value IS NULL, 'no_figure', 'chưa có số thực hiện', 'no actual figure'),
         (5, s.latest_year < s.year_from, 'before_period', 'số gần nhất là năm ' || s.latest_year || ', trước kỳ của chỉ tiêu', 'the latest figure is of ' || s.latest_year || ', before the period'),
         (6, NOT s.judged, 'partial_coverage', 'chỉ có ' || s.members_found || '/' || s.members_expected || ' tỉnh', 'only ' || s.members_found || ' of ' || s.members_expected || ' provinces'),
         (7, s.judged AND s.latest_origin = 'members' AND s.kind = 'level_at_year', 'from_members', 'tính từ ' || s.members_found || '/' || s.members_expected || ' tỉnh', 'from ' || s.members_found || ' of ' || s.members_expected || ' provinces'),
         (8, s.latest_measure_type = 'estimate', 'estimate', 'số ước thực hiện', 'an estimate'),
         (9, s.measured_by IS NOT NULL AND s.measured_by <> s.indicator_code, 'measured_by_level', 'tính từ ' || s.measured_by || ' ' || s.baseline_year || '–' || s.latest_year, 'from ' || s.measured_by || ' ' || s.baseline_year || '-' || s.latest_year),
         (10, s.kind = 'annual_change' AND s.years_counted < s.latest_year - s.year_from + 1, 'missing_years', 'tính được ' || s.years_counted || '/' || (s.latest_year - s.year_from + 1) || ' năm', s.years_counted || ' of ' || (s.latest_year - s.year_from + 1) || ' years'),
         (11, s.kind = 'cumulative' AND s.years_counted < s.latest_year - s.year_from + 1, 'missing_years', 'tổng mới gồm ' || s.years_counted || '/' || (s.latest_year - s.year_from + 1) || ' năm', 'the sum has ' || s.years_counted || ' of ' || (s.latest_year - s.year_from + 1) || ' years'),
         (12, s.definition_since > s.year_from AND s.kind = 'level_at_year', 'definition_changed', 'định nghĩa chỉ tiêu thay đổi năm ' || s.definition_since, 'the definition changed in ' || s.definition_since),
         (13, s.kind = 'level_at_year' AND s.status = 'no_data' AND s.latest_value IS NOT NULL AND s.judged AND s.latest_year >= s.year_from, 'no_baseline', 'không có số gốc để tính lộ trình', 'no baseline for a path'),
         (14, s.met AND s.status = 'on_track' AND s.kind = 'level_at_year', 'already_met', 'đã đạt mức của năm ' || s.year_to, 'already at the level of ' || s.year_to),
         (15, s.related_value IS NOT NULL AND s.status IN ('no_data', 'not_comparable'), 'different_concept',
             'số liệu khác có ' || CASE WHEN s.kind = 'annual_change' THEN 'mức giảm bình quân năm của ' ELSE '' END || s.related_indicator_code || ' = '
               || rtrim(rtrim(CAST(s.related_value AS VARCHAR), '0'), '.') || ' (' || s.related_year || '): khái niệm khác, không so sánh',
             'there is ' || CASE WHEN s.kind = 'annual_change' THEN 'the average yearly fall of ' ELSE '' END || s.related_indicator_code || ' = '
               || rtrim(rtrim(CAST(s.related_value AS VARCHAR), '0'), '.') || ' (' || s.related_year || '), another concept, not compared')
       ) AS r(n, holds, code, vi, en) WHERE r.holds) AS v
  GROUP BY s.target_id
)
SELECT s.target_id, s.document, s.quote, s.indicator_code, s.territory_id, s.year_from, s.year_to, s.comparator, s.target_min, s.target_max, s.kind,
       s.latest_year, s.latest_value, s.path_value, s.gap, s.required_per_year, s.status,
       s.indicator_vi, s.indicator_en, s.territory_vi, s.level AS territory_level, s.sex, s.area,
       CASE WHEN s.is_relative THEN 'percent' ELSE s.unit_code END AS unit, s.direction, s.goal, s.strict, s.approx,
       s.baseline_year, s.baseline_value, s.latest_measure_type, s.latest_origin, s.members_found, s.members_expected,
       TRY_CAST(s.coverage AS DECIMAL(9,6)) AS coverage, s.years_counted,
       CASE WHEN s.path_value IS NOT NULL THEN TRY_CAST(s.latest_value - s.path_value AS DECIMAL(28,10)) END AS path_difference,
       e.reason, e.reason_vi, e.reason_en, s.related_indicator_code, s.related_year, s.related_value,
       s.latest_source_sha256, s.latest_source_sheet, s.latest_source_cell,
       s.issue_date, s.origin, s.reliability, s.target_observation_id, s.source_sha256, s.source_sheet, s.source_cell
FROM stated AS s LEFT JOIN explained AS e ON e.target_id = s.target_id
ORDER BY s.target_id;
