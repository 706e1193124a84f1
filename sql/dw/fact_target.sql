-- Targets out of the catalogue (legal documents) and those that only an annex states. A catalogue target is tied to the latest
-- annex cell that states the same figure for the same indicator, territory and end year; observation_id is then that
-- cell's, and so are source_sha256, sheet, cell and raw. A target of an annex is one row unless a catalogue target says the same.
CREATE TABLE dw.fact_target AS
WITH cells AS (
  SELECT f.observation_id, f.indicator_key, f.territory_key, f.sex_key, f.area_key, f.period_key, f.unit_key, p.year_from, p.year_to, p.freq,
         f.value, coalesce(f.value_high, f.value) AS high, f.value_high, f.qualifier, f.sheet, f.cell, f.raw, f.note,
         s.source_sha256, s.document, s.document_date
  FROM dw.fact_observation AS f
  JOIN dw.dim_measure_type AS m ON m.measure_type_key = f.measure_type_key AND m.measure_type = 'target'
  JOIN dw.dim_period AS p ON p.period_key = f.period_key
  JOIN dw.dim_source AS s ON s.source_key = f.source_key
  WHERE f.is_latest AND f.value IS NOT NULL
), written AS (
  SELECT g.target_id, i.indicator_key, t.territory_key, x.sex_key, a.area_key, u.unit_key,
         CAST(g.year_from AS INTEGER) AS year_from, CAST(g.year_to AS INTEGER) AS year_to,
         CAST(g.value_min AS DECIMAL(28,10)) AS target_min, CAST(g.value_max AS DECIMAL(28,10)) AS target_max, g.comparator,
         coalesce(lower(g.strict) IN ('true', 'yes', '1'), false) AS strict, coalesce(lower(g.approx) IN ('true', 'yes', '1'), false) AS approx,
         g.kind, g.document, CAST(g.issue_date AS DATE) AS issue_date, g.quote, g.source, g.reliability, g.note
  FROM input.targets AS g
  LEFT JOIN dw.dim_indicator AS i ON i.indicator_code = g.indicator_code
  LEFT JOIN dw.dim_territory AS t ON t.territory_id = g.territory_id
  LEFT JOIN dw.dim_sex AS x ON x.sex = 'T'
  LEFT JOIN dw.dim_area AS a ON a.area = 'T'
  LEFT JOIN dw.dim_unit AS u ON u.unit_code = g.unit_code
), same AS (
  SELECT w.target_id, c.observation_id,
         row_number() OVER (PARTITION BY w.target_id ORDER BY c.freq = 'A' DESC, c.document_date DESC NULLS LAST, c.observation_id) AS n
  FROM written AS w JOIN cells AS c
    ON c.indicator_key = w.indicator_key AND c.territory_key = w.territory_key AND c.year_to = w.year_to
   AND c.value = coalesce(w.target_min, w.target_max) AND c.high = coalesce(w.target_max, w.target_min)
), tied AS (
  SELECT w.*, c.observation_id, c.source_sha256, c.sheet, c.cell, c.raw, 'catalogue' AS origin
  FROM written AS w
  LEFT JOIN same AS s ON s.target_id = w.target_id AND s.n = 1
  LEFT JOIN cells AS c ON c.observation_id = s.observation_id
), alone AS (
  SELECT 'annex:' || left(c.observation_id, 16) AS target_id, c.indicator_key, c.territory_key, c.sex_key, c.area_key, c.unit_key,
         c.year_from, c.year_to,
         CASE WHEN c.qualifier = 'at_most' AND c.value_high IS NULL THEN NULL ELSE c.value END AS target_min,
         CASE WHEN c.qualifier = 'at_least' AND c.value_high IS NULL THEN NULL ELSE c.high END AS target_max,
         CASE WHEN c.value_high IS NOT NULL THEN 'between' WHEN c.qualifier = 'at_least' THEN '>=' WHEN c.qualifier = 'at_most' THEN '<=' ELSE '=' END AS comparator,
         false AS strict, coalesce(c.qualifier = 'about', false) AS approx,
         CASE WHEN c.freq = 'span' THEN 'cumulative' ELSE 'level_at_year' END AS kind,
         c.document, c.document_date AS issue_date, c.raw AS quote, CAST(NULL AS VARCHAR) AS source, CAST(NULL AS VARCHAR) AS reliability, c.note,
         c.observation_id, c.source_sha256, c.sheet, c.cell, c.raw, 'annex' AS origin
  FROM cells AS c
  WHERE c.observation_id NOT IN (SELECT observation_id FROM same)
), everything AS (
  SELECT * FROM tied UNION ALL SELECT * FROM alone
)
SELECT e.target_id, e.indicator_key, e.territory_key, e.sex_key, e.area_key, e.unit_key, e.year_from, e.year_to, p.period_key,
       e.target_min, e.target_max, e.comparator, e.strict, e.approx, e.kind, e.document, e.issue_date, e.quote, e.source, e.reliability, e.note,
       e.origin, e.observation_id, e.source_sha256, e.sheet, e.cell, e.raw
FROM everything AS e LEFT JOIN dw.dim_period AS p ON p.period_id = CAST(e.year_to AS VARCHAR)
ORDER BY e.target_id;
