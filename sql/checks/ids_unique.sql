-- check: ids_unique
-- severity: error
-- text_en: an id stands for two rows
-- text_vi: có mã định danh trùng nhau
SELECT 'fact_observation' AS table_name, observation_id AS id FROM dw.fact_observation GROUP BY observation_id HAVING count(*) > 1
UNION ALL SELECT 'fact_insurance', insurance_id FROM dw.fact_insurance GROUP BY insurance_id HAVING count(*) > 1
UNION ALL SELECT 'fact_task', task_id FROM dw.fact_task GROUP BY task_id HAVING count(*) > 1
UNION ALL SELECT 'fact_target', target_id FROM dw.fact_target GROUP BY target_id HAVING count(*) > 1
UNION ALL SELECT 'quarantine', quarantine_id FROM audit.quarantine GROUP BY quarantine_id HAVING count(*) > 1
UNION ALL SELECT 'finding', finding_id FROM audit.finding GROUP BY finding_id HAVING count(*) > 1
UNION ALL SELECT 'dim_territory', territory_id FROM dw.dim_territory GROUP BY territory_id HAVING count(*) > 1
UNION ALL SELECT 'dim_indicator', indicator_code FROM dw.dim_indicator GROUP BY indicator_code HAVING count(*) > 1
UNION ALL SELECT 'dim_unit', unit_code FROM dw.dim_unit GROUP BY unit_code HAVING count(*) > 1
UNION ALL SELECT 'dim_period', period_id FROM dw.dim_period GROUP BY period_id HAVING count(*) > 1
UNION ALL SELECT 'dim_round', round_id FROM dw.dim_round GROUP BY round_id HAVING count(*) > 1
UNION ALL SELECT 'dim_source', source_sha256 FROM dw.dim_source GROUP BY source_sha256 HAVING count(*) > 1
UNION ALL SELECT 'dim_measure_type', measure_type FROM dw.dim_measure_type GROUP BY measure_type HAVING count(*) > 1
