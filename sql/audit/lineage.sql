-- Where every loaded value and task comes from: reading that cell (feed: line and field) of that file again gives raw. One row for
-- each row of fact_observation, fact_insurance and fact_task; fact says which of them, fact_id is its id.
CREATE TABLE audit.lineage AS
WITH f AS (
  SELECT 'fact_observation' AS fact, observation_id AS fact_id, source_key, sheet, cell FROM dw.fact_observation
  UNION ALL SELECT 'fact_insurance', insurance_id, source_key, sheet, cell FROM dw.fact_insurance
  UNION ALL SELECT 'fact_task', task_id, source_key, sheet, cell FROM dw.fact_task
), cells AS ( -- one cell may hold several facts; what was read there is the same for all of them
  SELECT source_sha256, coalesce(sheet, '') AS sheet, cell, min(line_no) AS line_no, min(field) AS field, min(raw) AS raw,
         min(label) AS label, min(header) AS header, bool_or(coalesce(hidden, false)) AS hidden
  FROM input.record WHERE kind IN ('observation', 'insurance', 'task') GROUP BY ALL
), doubts AS (
  SELECT source_sha256, sheet, cell, count(*) AS findings FROM audit.finding GROUP BY ALL
)
SELECT f.fact, f.fact_id, s.source_sha256, f.sheet, f.cell, c.line_no, c.field, c.raw, c.label, c.header, c.hidden,
       coalesce(d.findings, 0) AS findings
FROM f
JOIN dw.dim_source AS s ON s.source_key = f.source_key
JOIN cells AS c ON c.source_sha256 = s.source_sha256 AND c.sheet = f.sheet AND c.cell = f.cell
LEFT JOIN doubts AS d ON d.source_sha256 = s.source_sha256 AND d.sheet = f.sheet AND d.cell = f.cell
ORDER BY f.fact, f.fact_id;
