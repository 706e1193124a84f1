-- Plan, six months, estimate, actual and forecast of one indicator, territory and year side by side, latest vintage of each,
-- with the round it came in. Years with an actual figure alone, or with empty cells only, are not listed: there is nothing to compare. A span of
-- several years (2016/2020) has a row of its own.
-- achieved_value is the actual, else the estimate. achievement_pct = 100 x achieved_value / plan; six_month_pct = 100 x six
-- months / plan, only where values add up over time (counts and money). Both in double precision, 2 decimals, exact numbers only
-- (basis computed). Where there is nothing to compute from, the percentage that the sender of the value states (basis reported).
-- is_met compares in the indicator's good direction with the end of the plan's range reached first; NULL without a good direction.
CREATE TABLE mart.plan_performance AS
WITH o AS (
  SELECT o.*, o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL AS is_exact,
         CASE WHEN o.freq = 'S' THEN left(o.period_id, 4) ELSE o.period_id END AS plan_period_id,
         CASE WHEN o.freq = 'S' THEN 'six_months' ELSE o.measure_type END AS part
  FROM staging.latest AS o
  WHERE o.freq IN ('A', 'span') AND o.measure_type IN ('plan', 'estimate', 'actual', 'forecast')
     OR o.freq = 'S' AND o.period_id LIKE '%-S1' AND o.measure_type IN ('actual', 'estimate')
), wide AS ( -- for the six months an actual figure stands before an estimate
  SELECT indicator_code, territory_id, plan_period_id AS period_id, sex, area, max(year) AS year, max(year_from) AS year_from,
         any_value(value) FILTER (WHERE part = 'plan') AS plan, any_value(value_high) FILTER (WHERE part = 'plan') AS plan_high,
         any_value(qualifier) FILTER (WHERE part = 'plan') AS plan_qualifier,
         arg_min(value, measure_type) FILTER (WHERE part = 'six_months') AS six_months, arg_min(measure_type, measure_type) FILTER (WHERE part = 'six_months') AS six_months_measure_type,
         any_value(value) FILTER (WHERE part = 'estimate') AS estimate, any_value(value_high) FILTER (WHERE part = 'estimate') AS estimate_high,
         any_value(value) FILTER (WHERE part = 'actual') AS actual, any_value(value_high) FILTER (WHERE part = 'actual') AS actual_high,
         any_value(value) FILTER (WHERE part = 'forecast') AS forecast, any_value(value_high) FILTER (WHERE part = 'forecast') AS forecast_high,
         coalesce(bool_or(is_exact) FILTER (WHERE part = 'plan'), false) AS plan_exact, coalesce(arg_min(is_exact, measure_type) FILTER (WHERE part = 'six_months'), false) AS six_exact,
         coalesce(bool_or(is_exact) FILTER (WHERE part = 'estimate'), false) AS estimate_exact, coalesce(bool_or(is_exact) FILTER (WHERE part = 'actual'), false) AS actual_exact,
         any_value(round_id) FILTER (WHERE part = 'plan') AS plan_round_id, arg_min(round_id, measure_type) FILTER (WHERE part = 'six_months') AS six_months_round_id,
         any_value(round_id) FILTER (WHERE part = 'estimate') AS estimate_round_id, any_value(round_id) FILTER (WHERE part = 'actual') AS actual_round_id,
         any_value(round_id) FILTER (WHERE part = 'forecast') AS forecast_round_id,
         any_value(observation_id) FILTER (WHERE part = 'plan') AS plan_observation_id, arg_min(observation_id, measure_type) FILTER (WHERE part = 'six_months') AS six_months_observation_id,
         any_value(observation_id) FILTER (WHERE part = 'estimate') AS estimate_observation_id, any_value(observation_id) FILTER (WHERE part = 'actual') AS actual_observation_id,
         any_value(observation_id) FILTER (WHERE part = 'forecast') AS forecast_observation_id
  FROM o
  GROUP BY indicator_code, territory_id, plan_period_id, sex, area
  HAVING count(value) FILTER (WHERE part <> 'actual') > 0 OR count(achieved_pct) > 0
), stated AS (
  SELECT observation_id, achieved_pct, source_sha256, sheet, achieved_cell FROM o WHERE achieved_pct IS NOT NULL
), judged AS (
  SELECT w.*, i.name_vi AS indicator_vi, i.name_en AS indicator_en, i.domain, i.unit_code, i.value_kind, i.direction_good,
         CASE WHEN w.actual IS NOT NULL THEN w.actual ELSE w.estimate END AS achieved_value,
         CASE WHEN w.actual IS NOT NULL THEN 'actual' WHEN w.estimate IS NOT NULL THEN 'estimate' END AS achieved_by,
         CASE WHEN w.actual IS NOT NULL THEN w.actual_exact ELSE w.estimate_exact END AS achieved_exact
  FROM wide AS w JOIN dw.dim_indicator AS i ON i.indicator_code = w.indicator_code
), computed AS (
  SELECT *,
         CASE WHEN plan_exact AND achieved_exact AND plan <> 0
              THEN TRY_CAST(TRY_CAST(100 * CAST(achieved_value AS DOUBLE) / CAST(plan AS DOUBLE) AS DECIMAL(28,2)) AS DECIMAL(28,10)) END AS computed_pct,
         CASE WHEN plan_exact AND six_exact AND plan <> 0 AND value_kind IN ('count', 'currency_vnd')
              THEN TRY_CAST(TRY_CAST(100 * CAST(six_months AS DOUBLE) / CAST(plan AS DOUBLE) AS DECIMAL(28,2)) AS DECIMAL(28,10)) END AS computed_six_pct
  FROM judged
)
SELECT j.indicator_code, j.indicator_vi, j.indicator_en, j.domain, j.unit_code AS unit, j.territory_id, t.territory_code, t.name_vi AS territory_vi,
       t.level AS territory_level, t.region_id, j.period_id, j.year_from, j.year, j.sex, j.area,
       j.plan, j.plan_high, j.plan_qualifier, j.six_months, j.six_months_measure_type, j.estimate, j.estimate_high, j.actual, j.actual_high, j.forecast, j.forecast_high,
       j.achieved_value, j.achieved_by,
       coalesce(j.computed_pct, r.achieved_pct) AS achievement_pct,
       CASE WHEN j.computed_pct IS NOT NULL THEN 'computed' WHEN r.achieved_pct IS NOT NULL THEN 'reported' END AS achievement_basis,
       r.achieved_pct AS reported_pct, r.source_sha256 AS reported_sha256, r.sheet AS reported_sheet, r.achieved_cell AS reported_cell,
       CASE WHEN j.plan_exact AND j.achieved_exact THEN TRY_CAST(j.achieved_value - j.plan AS DECIMAL(28,10)) END AS difference,
       coalesce(j.computed_six_pct, h.achieved_pct) AS six_month_pct,
       CASE WHEN j.computed_six_pct IS NOT NULL THEN 'computed' WHEN h.achieved_pct IS NOT NULL THEN 'reported' END AS six_month_basis,
       CASE WHEN j.plan IS NULL OR NOT j.achieved_exact THEN NULL
            WHEN j.direction_good = 'up' THEN j.achieved_value >= j.plan
            WHEN j.direction_good = 'down' THEN j.achieved_value <= coalesce(j.plan_high, j.plan) END AS is_met,
       j.direction_good, j.plan_round_id, j.six_months_round_id, j.estimate_round_id, j.actual_round_id, j.forecast_round_id,
       j.plan_observation_id, j.six_months_observation_id, j.estimate_observation_id, j.actual_observation_id, j.forecast_observation_id
FROM computed AS j
JOIN dw.dim_territory AS t ON t.territory_id = j.territory_id
LEFT JOIN stated AS r ON r.observation_id = CASE j.achieved_by WHEN 'actual' THEN j.actual_observation_id WHEN 'estimate' THEN j.estimate_observation_id END
LEFT JOIN stated AS h ON h.observation_id = j.six_months_observation_id
ORDER BY j.indicator_code, j.territory_id, j.period_id, j.sex, j.area;
