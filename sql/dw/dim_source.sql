-- One row for each landed object that was read. vintage_date places it in time: the date of its round, else of its
-- document, else the day it was received. vintage_order ranks all sources from oldest (1) to newest; it is the written rule of the
-- winner among vintages: latest vintage_date, then latest document date, then latest receipt, then the greater SHA-256.
CREATE TABLE dw.dim_source AS
WITH f AS (
  SELECT r.source_sha256, r.file_name, r.file_type, r.territory_id, r.round_id, r.form_code, r.body_name, r.document,
         TRY_CAST(r.document_date AS DATE) AS document_date, r.title, coalesce(r.is_sample, false) AS is_sample,
         l.received_at, l.size_bytes, l.origins
  FROM input.record AS r LEFT JOIN input.landed AS l ON l.source_sha256 = r.source_sha256
  WHERE r.kind = 'file'
), counts AS (
  SELECT source_sha256,
         sum(CASE WHEN kind = 'sheet' THEN cells_read ELSE 0 END) AS cells_read,
         sum(CASE WHEN kind = 'sheet' THEN loaded ELSE 0 END) AS cells_loaded,
         sum(CASE WHEN kind = 'sheet' THEN quarantined ELSE 0 END) AS cells_quarantined,
         sum(CASE WHEN kind = 'skip' THEN n ELSE 0 END) AS cells_skipped,
         count(*) FILTER (WHERE kind = 'sheet') AS sheets,
         count(*) FILTER (WHERE kind = 'observation') AS observations,
         count(*) FILTER (WHERE kind = 'insurance') AS insurance_counts,
         count(*) FILTER (WHERE kind = 'task') AS tasks,
         count(*) FILTER (WHERE kind = 'quarantine') AS refusals,
         count(*) FILTER (WHERE kind = 'finding') AS findings
  FROM input.record GROUP BY source_sha256
), body AS (
  SELECT name_vi, min(body_key) AS body_key FROM dw.dim_reporting_body GROUP BY name_vi
), placed AS (
  SELECT f.*, coalesce(r.round_date, f.document_date, CAST(f.received_at AS DATE)) AS vintage_date, r.round_key
  FROM f LEFT JOIN dw.dim_round AS r ON r.round_id = f.round_id
)
SELECT CAST(row_number() OVER (ORDER BY p.source_sha256) AS INTEGER) AS source_key, p.source_sha256, p.file_name, p.file_type,
       t.territory_key, p.territory_id, p.round_key, p.round_id, p.form_code, b.body_key, p.body_name,
       p.document, p.document_date, p.title, p.is_sample, p.received_at, p.size_bytes, p.origins, p.vintage_date,
       CAST(row_number() OVER (ORDER BY p.vintage_date NULLS FIRST, coalesce(p.document_date, p.vintage_date) NULLS FIRST,
                                        p.received_at NULLS FIRST, p.source_sha256) AS INTEGER) AS vintage_order,
       CAST(c.sheets AS BIGINT) AS sheets, CAST(c.cells_read AS BIGINT) AS cells_read, CAST(c.cells_loaded AS BIGINT) AS cells_loaded,
       CAST(c.cells_quarantined AS BIGINT) AS cells_quarantined, CAST(c.cells_skipped AS BIGINT) AS cells_skipped,
       c.observations, c.insurance_counts, c.tasks, c.refusals, c.findings
FROM placed AS p
LEFT JOIN counts AS c ON c.source_sha256 = p.source_sha256
LEFT JOIN dw.dim_territory AS t ON t.territory_id = p.territory_id
LEFT JOIN body AS b ON b.name_vi = p.body_name
ORDER BY source_key;
