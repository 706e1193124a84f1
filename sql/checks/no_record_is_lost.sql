-- check: no_record_is_lost
-- severity: error
-- text_en: a record given to the build is not in its fact table
-- text_vi: có bản ghi đưa vào nhưng không có trong bảng dữ liệu
WITH counts AS (
  SELECT 'observation' AS kind, (SELECT count(*) FROM input.record WHERE kind = 'observation') AS given, (SELECT count(*) FROM dw.fact_observation) AS kept
  UNION ALL SELECT 'insurance', (SELECT count(*) FROM input.record WHERE kind = 'insurance'), (SELECT count(*) FROM dw.fact_insurance)
  UNION ALL SELECT 'task', (SELECT count(*) FROM input.record WHERE kind = 'task'), (SELECT count(*) FROM dw.fact_task)
  UNION ALL SELECT 'quarantine', (SELECT count(*) FROM input.record WHERE kind = 'quarantine'), (SELECT count(*) FROM audit.quarantine)
  UNION ALL SELECT 'finding', (SELECT count(*) FROM input.record WHERE kind = 'finding'), (SELECT count(*) FROM audit.finding WHERE scope = 'file')
  UNION ALL SELECT 'sheet', (SELECT count(*) FROM input.record WHERE kind = 'sheet'), (SELECT count(*) FROM audit.sheet_count)
  UNION ALL SELECT 'file', (SELECT count(*) FROM input.record WHERE kind = 'file'), (SELECT count(*) FROM dw.dim_source)
)
SELECT * FROM counts WHERE given <> kept
