-- Tasks with their ids, made of the address and the title.
CREATE TABLE staging.task AS
WITH t AS (
  SELECT source_sha256, coalesce(sheet, '') AS sheet, cell, row_no, line_no, field, raw, label, header, coalesce(hidden, false) AS hidden,
         task_number, task_title, task_lead, task_partner, task_due, task_level
  FROM input.record WHERE kind = 'task'
)
SELECT md5(concat_ws(chr(31), source_sha256, sheet, cell, coalesce(CAST(row_no AS VARCHAR), ''), task_title)) AS task_id, *
FROM t;
