-- Programme tasks (decision 1240, Phụ lục II, and others of that form): what, who leads, when due, who approves. Newest
-- file of each round, territory and form.
-- as_of is the newest date the documents themselves bear (document date, else the date of their round), so that the same
-- landing always gives the same answer. status against it: upcoming (the first year named lies ahead), due, overdue (the last
-- day named has passed and nothing in the warehouse says that it was done), none_known (the text names no date).
CREATE TABLE mart.task_progress AS
WITH clock AS (
  SELECT max(greatest(s.document_date, r.round_date)) AS as_of
  FROM dw.dim_source AS s LEFT JOIN dw.dim_round AS r ON r.round_key = s.round_key
), dated AS (
  SELECT f.*, TRY_CAST(nullif(regexp_extract(f.due_text, '(\d{4})', 1), '') AS INTEGER) AS first_year FROM dw.fact_task AS f WHERE f.is_latest
)
SELECT f.task_id, s.document, r.round_id, t.territory_id, t.name_vi AS territory_vi, f.task_number, f.task_title, f.task_lead, f.task_partner,
       f.due_text, CASE WHEN f.first_year BETWEEN 1900 AND 2200 THEN f.first_year END AS due_from_year, year(f.due_date) AS due_year, f.due_date,
       f.task_level AS approving_level, c.as_of,
       CASE WHEN f.due_date IS NULL OR c.as_of IS NULL THEN 'none_known' WHEN f.due_date < c.as_of THEN 'overdue'
            WHEN f.first_year > year(c.as_of) THEN 'upcoming' ELSE 'due' END AS status,
       CASE WHEN f.due_date < c.as_of THEN CAST(c.as_of - f.due_date AS INTEGER) END AS days_overdue,
       s.source_sha256, f.sheet AS source_sheet, f.cell AS source_cell, f.raw
FROM dated AS f CROSS JOIN clock AS c
LEFT JOIN dw.dim_source AS s ON s.source_key = f.source_key
LEFT JOIN dw.dim_round AS r ON r.round_key = f.round_key
LEFT JOIN dw.dim_territory AS t ON t.territory_key = f.territory_key
ORDER BY s.document, r.round_id, t.territory_id, f.sheet, f.row_no, f.task_id;
