-- check: lineage_has_fact
-- severity: error
-- text_en: the lineage tells of a value that is not there
-- text_vi: có nguồn gốc ghi cho giá trị không tồn tại
SELECT fact, fact_id FROM audit.lineage AS l
WHERE fact_id NOT IN (SELECT observation_id FROM dw.fact_observation UNION ALL SELECT insurance_id FROM dw.fact_insurance UNION ALL SELECT task_id FROM dw.fact_task)
