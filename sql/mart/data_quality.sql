-- What was loaded, refused and doubted, from five sides; scope says which, and only its own id columns are filled:
--   source      one landed file;                completeness: cells loaded of cells loaded or quarantined
--   submission  one territory in one round;     completeness: indicators it gave of those any province gave in that round
--   round       all files of one round;         completeness: provinces that sent anything of provinces in force (submission_board)
--   indicator   one indicator over all files;   completeness: units of 2025 with at least one value of it, of all units
--   code        one refusal code over all files
-- completeness_pct: double precision, 2 decimals. quarantine_codes and finding_rules list 'code n', most frequent first.
CREATE TABLE mart.data_quality AS
WITH refused AS (
  SELECT source_sha256, code, sum(cells) AS cells, count(*) AS refusals FROM audit.quarantine GROUP BY ALL
), doubted AS (
  SELECT source_sha256, rule_code, count(*) AS findings FROM audit.finding GROUP BY ALL
), source AS (
  SELECT s.*, CASE WHEN t.level IN ('province', 'region', 'country') THEN s.territory_id END AS sender_id
  FROM dw.dim_source AS s LEFT JOIN dw.dim_territory AS t ON t.territory_key = s.territory_key
), grouped AS ( -- every file under each side it is counted on
  SELECT 'source' AS scope, source_sha256 AS scope_id, source_sha256 FROM source
  UNION ALL SELECT 'submission', round_id || ' ' || sender_id, source_sha256 FROM source WHERE round_id IS NOT NULL AND sender_id IS NOT NULL
  UNION ALL SELECT 'round', round_id, source_sha256 FROM source WHERE round_id IS NOT NULL
), codes AS (
  SELECT scope, scope_id, sum(refusals) AS refusals, string_agg(code || ' ' || cells, ', ' ORDER BY cells DESC, code) AS quarantine_codes
  FROM (SELECT g.scope, g.scope_id, q.code, sum(q.cells) AS cells, sum(q.refusals) AS refusals FROM grouped AS g JOIN refused AS q ON q.source_sha256 = g.source_sha256 GROUP BY ALL)
  GROUP BY scope, scope_id
), rules AS (
  SELECT scope, scope_id, sum(findings) AS findings, string_agg(rule_code || ' ' || findings, ', ' ORDER BY findings DESC, rule_code) AS finding_rules
  FROM (SELECT g.scope, g.scope_id, d.rule_code, sum(d.findings) AS findings FROM grouped AS g JOIN doubted AS d ON d.source_sha256 = g.source_sha256 GROUP BY ALL)
  GROUP BY scope, scope_id
), counts AS (
  SELECT g.scope, g.scope_id, count(*) AS files, sum(s.cells_read) AS cells_read, sum(s.cells_loaded) AS cells_loaded, sum(s.cells_quarantined) AS cells_quarantined,
         sum(s.cells_skipped) AS cells_skipped, sum(s.observations) AS observations,
         min(s.file_name) AS file_name, min(s.round_id) AS round_id, min(s.sender_id) AS territory_id, min(s.form_code) AS form_code, bool_or(s.is_sample) AS is_sample
  FROM grouped AS g JOIN source AS s ON s.source_sha256 = g.source_sha256
  GROUP BY g.scope, g.scope_id
), given AS (
  SELECT DISTINCT s.round_id, s.sender_id, i.indicator_code
  FROM (SELECT DISTINCT source_key, indicator_key FROM dw.fact_observation) AS f
  JOIN source AS s ON s.source_key = f.source_key
  JOIN dw.dim_indicator AS i ON i.indicator_key = f.indicator_key
  WHERE s.round_id IS NOT NULL AND s.sender_id IS NOT NULL
), asked AS (
  SELECT round_id, count(DISTINCT indicator_code) AS indicators FROM given GROUP BY round_id
), filled AS (
  SELECT 'submission' AS scope, g.round_id || ' ' || g.sender_id AS scope_id, count(*) AS had, any_value(a.indicators) AS wanted
  FROM given AS g JOIN asked AS a ON a.round_id = g.round_id GROUP BY g.round_id, g.sender_id
  UNION ALL
  SELECT 'round', round_id, count(DISTINCT territory_id) FILTER (WHERE status <> 'missing'), count(DISTINCT territory_id)
  FROM mart.submission_board WHERE territory_level = 'province' GROUP BY round_id
  UNION ALL
  SELECT 'source', source_sha256, cells_loaded, cells_loaded + cells_quarantined FROM source
), by_indicator AS (
  SELECT i.indicator_code, count(*) AS observations, count(DISTINCT f.source_key) AS files, count(DISTINCT b.successor_id) FILTER (WHERE b.level = 'province' AND f.value IS NOT NULL) AS units
  FROM dw.fact_observation AS f
  JOIN dw.dim_indicator AS i ON i.indicator_key = f.indicator_key
  JOIN dw.dim_territory AS t ON t.territory_key = f.territory_key
  LEFT JOIN dw.bridge_territory_2025 AS b ON b.territory_id = t.territory_id
  GROUP BY i.indicator_code
), indicator_rules AS (
  SELECT indicator_code, sum(findings) AS findings, string_agg(rule_code || ' ' || findings, ', ' ORDER BY findings DESC, rule_code) AS finding_rules
  FROM (SELECT i.indicator_code, f.rule_code, count(*) AS findings
        FROM audit.finding AS f
        JOIN dw.dim_source AS s ON s.source_sha256 = f.source_sha256
        JOIN (SELECT DISTINCT source_key, sheet, cell, indicator_key FROM dw.fact_observation) AS o
          ON o.source_key = s.source_key AND o.sheet = f.sheet AND o.cell = f.cell
        JOIN dw.dim_indicator AS i ON i.indicator_key = o.indicator_key
        GROUP BY ALL)
  GROUP BY indicator_code
), units AS (
  SELECT count(*) AS n FROM dw.bridge_territory_2025 WHERE level = 'province' AND successor_id = territory_id
)
SELECT c.scope, c.scope_id, CASE WHEN c.scope = 'source' THEN c.scope_id END AS source_sha256, CASE WHEN c.scope = 'source' THEN c.file_name END AS file_name,
       CASE WHEN c.scope <> 'round' THEN c.territory_id END AS territory_id, t.name_vi AS territory_vi, c.round_id, CASE WHEN c.scope = 'source' THEN c.form_code END AS form_code,
       CAST(NULL AS VARCHAR) AS indicator_code, CAST(NULL AS VARCHAR) AS indicator_vi, CAST(NULL AS VARCHAR) AS code, CAST(NULL AS VARCHAR) AS message_vi,
       CAST(c.files AS BIGINT) AS files, CAST(c.cells_read AS BIGINT) AS cells_read, CAST(c.cells_loaded AS BIGINT) AS cells_loaded,
       CAST(c.cells_quarantined AS BIGINT) AS cells_quarantined, CAST(c.cells_skipped AS BIGINT) AS cells_skipped, CAST(c.observations AS BIGINT) AS observations,
       CAST(coalesce(q.refusals, 0) AS BIGINT) AS refusals, q.quarantine_codes, CAST(coalesce(r.findings, 0) AS BIGINT) AS findings, r.finding_rules,
       CAST(f.had AS BIGINT) AS complete_had, CAST(f.wanted AS BIGINT) AS complete_wanted,
       CASE WHEN f.wanted > 0 THEN TRY_CAST(TRY_CAST(100.0 * f.had / f.wanted AS DECIMAL(28,2)) AS DECIMAL(28,10)) END AS completeness_pct, c.is_sample
FROM counts AS c
LEFT JOIN codes AS q ON q.scope = c.scope AND q.scope_id = c.scope_id
LEFT JOIN rules AS r ON r.scope = c.scope AND r.scope_id = c.scope_id
LEFT JOIN filled AS f ON f.scope = c.scope AND f.scope_id = c.scope_id
LEFT JOIN dw.dim_territory AS t ON t.territory_id = c.territory_id AND c.scope <> 'round'
UNION ALL
SELECT 'indicator', n.indicator_code, NULL, NULL, NULL, NULL, NULL, NULL, n.indicator_code, i.name_vi, NULL, NULL, n.files, NULL, NULL, NULL, NULL, n.observations,
       NULL, NULL, CAST(coalesce(r.findings, 0) AS BIGINT), r.finding_rules, n.units, u.n,
       CASE WHEN u.n > 0 THEN TRY_CAST(TRY_CAST(100.0 * n.units / u.n AS DECIMAL(28,2)) AS DECIMAL(28,10)) END, NULL
FROM by_indicator AS n CROSS JOIN units AS u
JOIN dw.dim_indicator AS i ON i.indicator_code = n.indicator_code
LEFT JOIN indicator_rules AS r ON r.indicator_code = n.indicator_code
UNION ALL
SELECT 'code', q.code, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, q.code, any_value(k.message_vi), count(DISTINCT q.source_sha256), NULL, NULL, CAST(sum(q.cells) AS BIGINT), NULL, NULL,
       CAST(sum(q.refusals) AS BIGINT), NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM refused AS q LEFT JOIN audit.code AS k ON k.code = q.code
GROUP BY q.code
ORDER BY scope, scope_id;
