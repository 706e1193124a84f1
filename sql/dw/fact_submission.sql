-- Round x territory x form. status: received, late (the document is dated after the due date) or missing (the province
-- was in force at the due date, others answered this round, nothing came). A round that nobody answered is not in
-- this landing and has no rows. Without a date on the document lateness is unknown: status received, days_late NULL.
CREATE TABLE dw.fact_submission AS
WITH sent AS (
  SELECT s.*, row_number() OVER (PARTITION BY round_key, territory_key, form_code ORDER BY vintage_order DESC) AS n,
         count(*) OVER (PARTITION BY round_key, territory_key, form_code) AS files,
         min(document_date) OVER (PARTITION BY round_key, territory_key, form_code) AS first_document_date
  FROM dw.dim_source AS s WHERE round_key IS NOT NULL AND territory_key IS NOT NULL
), received AS (
  SELECT r.round_key, s.territory_key, coalesce(s.form_code, '') AS form_code, s.source_key, s.body_key,
         CASE WHEN s.first_document_date > r.due_date THEN 'late' ELSE 'received' END AS status,
         CAST(s.first_document_date - r.due_date AS INTEGER) AS days_late, s.document_date, s.files,
         s.cells_read, s.cells_loaded, s.cells_quarantined, s.cells_skipped, s.observations, s.tasks
  FROM sent AS s JOIN dw.dim_round AS r ON r.round_key = s.round_key
  WHERE s.n = 1
), missing AS (
  SELECT r.round_key, t.territory_key, '' AS form_code, CAST(NULL AS INTEGER) AS source_key, CAST(NULL AS INTEGER) AS body_key,
         'missing' AS status, CAST(NULL AS INTEGER) AS days_late, CAST(NULL AS DATE) AS document_date, 0 AS files,
         0 AS cells_read, 0 AS cells_loaded, 0 AS cells_quarantined, 0 AS cells_skipped, 0 AS observations, 0 AS tasks
  FROM dw.dim_round AS r JOIN dw.dim_territory AS t
    ON t.level = 'province' AND coalesce(t.valid_from, DATE '0001-01-01') <= coalesce(r.due_date, r.round_date)
   AND coalesce(t.valid_to, DATE '9999-12-31') >= coalesce(r.due_date, r.round_date)
  WHERE r.round_key IN (SELECT round_key FROM received)
    AND NOT EXISTS (SELECT 1 FROM received AS g WHERE g.round_key = r.round_key AND g.territory_key = t.territory_key)
)
SELECT * FROM received UNION ALL SELECT * FROM missing
ORDER BY round_key, territory_key, form_code;
