-- Where every loaded value and task comes from: reading that cell (feed: line and field) of that file again gives raw. One row for
-- each row of fact_observation, fact_insurance and fact_task; fact says which of them, fact_id is its id. One more, plan_achievement, for
-- each observation with an achieved_pct: the cell of that percentage, under the id of the observation. A view, because each fact
-- carries its own address.
CREATE VIEW audit.lineage AS
WITH f AS (
  SELECT 'fact_observation' AS fact, observation_id AS fact_id, source_key, sheet, cell, line_no, field, raw, label, header, hidden FROM dw.fact_observation
  UNION ALL SELECT 'plan_achievement', observation_id, source_key, sheet, achieved_cell, line_no, field, achieved_raw, label, NULL, hidden
            FROM dw.fact_observation WHERE achieved_pct IS NOT NULL
  UNION ALL SELECT 'fact_insurance', insurance_id, source_key, sheet, cell, line_no, field, raw, label, header, hidden FROM dw.fact_insurance
  UNION ALL SELECT 'fact_task', task_id, source_key, sheet, cell, line_no, field, raw, label, header, hidden FROM dw.fact_task
), doubts AS (
  SELECT source_sha256, sheet, cell, count(*) AS findings FROM audit.finding GROUP BY source_sha256, sheet, cell
)
SELECT f.fact, f.fact_id, s.source_sha256, f.sheet, f.cell, f.line_no, f.field, f.raw, f.label, f.header, f.hidden, coalesce(d.findings, 0) AS findings
FROM f
LEFT JOIN dw.dim_source AS s ON s.source_key = f.source_key
LEFT JOIN doubts AS d ON d.source_sha256 = s.source_sha256 AND d.sheet = f.sheet AND d.cell = f.cell;
