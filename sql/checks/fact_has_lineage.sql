-- check: fact_has_lineage
-- severity: error
-- text_en: a loaded value does not say which cell it came from
-- text_vi: có giá trị đã nạp nhưng không chỉ ra được ô nguồn
SELECT 'fact_observation' AS fact, observation_id AS id FROM dw.fact_observation
WHERE observation_id NOT IN (SELECT fact_id FROM audit.lineage WHERE fact = 'fact_observation' AND cell IS NOT NULL)
UNION ALL
SELECT 'fact_insurance', insurance_id FROM dw.fact_insurance
WHERE insurance_id NOT IN (SELECT fact_id FROM audit.lineage WHERE fact = 'fact_insurance' AND cell IS NOT NULL)
UNION ALL
SELECT 'fact_task', task_id FROM dw.fact_task
WHERE task_id NOT IN (SELECT fact_id FROM audit.lineage WHERE fact = 'fact_task' AND cell IS NOT NULL)
