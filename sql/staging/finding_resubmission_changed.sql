-- Rule resubmission_changed: the same territory answered the same round again with another figure for the same fact. A later
-- round that revises a figure is no finding: that is what rounds are for, and mart.restatement lists it.
CREATE TABLE staging.finding_resubmission_changed AS
WITH v AS (
  SELECT o.observation_id, s.source_sha256, o.sheet, o.cell, o.raw, o.value, o.value_high, o.empty_kind,
         lag(o.value) OVER w AS before, lag(o.value_high) OVER w AS high_before, lag(o.empty_kind) OVER w AS empty_before,
         lag(s.source_sha256) OVER w AS source_before
  FROM dw.fact_observation AS o JOIN dw.dim_source AS s ON s.source_key = o.source_key
  WHERE o.round_key IS NOT NULL AND s.territory_key IS NOT NULL
  WINDOW w AS (PARTITION BY o.indicator_key, o.territory_key, o.period_key, o.measure_type_key, o.sex_key, o.area_key, o.round_key, s.territory_key
               ORDER BY o.vintage_rank DESC)
)
SELECT 'resubmission_changed' AS rule_code, observation_id, source_sha256, sheet, cell, raw,
       coalesce(rtrim(rtrim(CAST(before AS VARCHAR), '0'), '.'), empty_before) || coalesce('-' || rtrim(rtrim(CAST(high_before AS VARCHAR), '0'), '.'), '') AS expected,
       coalesce(rtrim(rtrim(CAST(value AS VARCHAR), '0'), '.'), empty_kind) || coalesce('-' || rtrim(rtrim(CAST(value_high AS VARCHAR), '0'), '.'), '') AS actual
FROM v
WHERE source_before <> source_sha256
  AND (value IS DISTINCT FROM before OR value_high IS DISTINCT FROM high_before OR empty_kind IS DISTINCT FROM empty_before);
