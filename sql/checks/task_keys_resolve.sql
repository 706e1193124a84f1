-- check: task_keys_resolve
-- severity: error
-- text_en: a task has no title or no file
-- text_vi: có nhiệm vụ không có tên hoặc không rõ tệp nguồn
SELECT task_id, sheet, cell FROM dw.fact_task WHERE task_title IS NULL OR source_key IS NULL
