-- check: fact_has_lineage
-- severity: error
-- text_en: a loaded value does not say which cell it came from
-- text_vi: có giá trị đã nạp nhưng không chỉ ra được ô nguồn
WITH facts AS (
  SELECT 'fact_observation' AS fact, observation_id AS fact_id FROM dw.fact_observation
  UNION ALL SELECT 'plan_achievement', observation_id FROM dw.fact_observation WHERE achieved_pct IS NOT NULL
  UNION ALL SELECT 'fact_insurance', insurance_id FROM dw.fact_insurance
  UNION ALL SELECT 'fact_task', task_id FROM dw.fact_task
)
SELECT f.fact, f.fact_id, count(l.fact_id) AS lines
FROM facts AS f LEFT JOIN audit.lineage AS l
  ON l.fact = f.fact AND l.fact_id = f.fact_id AND l.source_sha256 IS NOT NULL AND l.cell IS NOT NULL AND l.raw IS NOT NULL
GROUP BY ALL HAVING count(l.fact_id) <> 1
