-- Programme tasks (form B2) with owner, due date and approving level. due_date is the last day of what the due text
-- names (day, month, quarter, year), NULL when it names none. is_latest: the task stands in the newest file of its round, territory and form.
-- task_id is made of the address and the title.
CREATE TABLE dw.fact_task AS
WITH t AS (
  SELECT source_sha256, coalesce(sheet, '') AS sheet, cell, row_no, line_no, field, raw, label, header, coalesce(hidden, false) AS hidden,
         task_number, task_title, task_lead, task_partner, task_due, task_level
  FROM input.record WHERE kind = 'task'
), k AS (
  SELECT md5(concat_ws(chr(31), r.source_sha256, r.sheet, r.cell, coalesce(CAST(r.row_no AS VARCHAR), ''), r.task_title)) AS task_id,
         r.*, s.source_key, s.territory_key, s.round_key, s.vintage_order,
         regexp_extract(r.task_due, '(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})', ['d', 'm', 'y']) AS dmy,
         regexp_extract(r.task_due, '(?:^|[^/.\d-])(\d{1,2})\s*[/.-]\s*(\d{4})', ['m', 'y']) AS my,
         regexp_extract(r.task_due, '(?i)qu[ýy]\s*(IV|III|II|I|[1-4])\b\s*(?:[/.,-]|năm|\s)*\s*(\d{4})', ['q', 'y']) AS qy,
         regexp_extract(r.task_due, '(\d{4})(?:\D*)$', 1) AS y,
         max(s.vintage_order) OVER (PARTITION BY s.round_key, s.territory_key, s.form_code) AS newest
  FROM t AS r LEFT JOIN dw.dim_source AS s ON s.source_sha256 = r.source_sha256
)
SELECT task_id, round_key, territory_key, source_key, task_number, task_title, task_lead, task_partner, task_due AS due_text,
       CASE WHEN dmy.y <> '' THEN TRY_CAST(dmy.y || '-' || lpad(dmy.m, 2, '0') || '-' || lpad(dmy.d, 2, '0') AS DATE)
            WHEN qy.y <> '' THEN last_day(make_date(TRY_CAST(qy.y AS INTEGER), 3 * CASE upper(qy.q) WHEN 'I' THEN 1 WHEN 'II' THEN 2 WHEN 'III' THEN 3 WHEN 'IV' THEN 4 ELSE TRY_CAST(qy.q AS INTEGER) END, 1))
            WHEN my.y <> '' AND TRY_CAST(my.m AS INTEGER) BETWEEN 1 AND 12 THEN last_day(make_date(TRY_CAST(my.y AS INTEGER), TRY_CAST(my.m AS INTEGER), 1))
            WHEN y <> '' THEN make_date(TRY_CAST(y AS INTEGER), 12, 31) END AS due_date,
       task_level, coalesce(vintage_order = newest, false) AS is_latest, sheet, cell, row_no, line_no, field, raw, label, header, hidden
FROM k ORDER BY round_key, territory_key, source_key, sheet, row_no, cell, task_id;
