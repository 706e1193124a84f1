-- What was ever refused, with what became of it: one row for each id of audit.quarantine, of this generation or of one before. It is
-- told by the ledger, so it differs between two builds of one landing. resolved: the file is no longer refused for this reason at this place.
CREATE TABLE audit.quarantine_history AS
SELECT coalesce(q.quarantine_id, e.quarantine_id) AS quarantine_id, CASE WHEN q.quarantine_id IS NULL THEN 'resolved' ELSE q.state END AS state,
       coalesce(q.source_sha256, e.source_sha256) AS source_sha256, coalesce(q.file_name, e.file_name) AS file_name,
       coalesce(q.sheet, e.sheet) AS sheet, coalesce(q.cell, e.cell) AS cell, coalesce(q.code, e.code) AS code, coalesce(q.raw, e.raw) AS raw,
       coalesce(e.first_seen_run, b.run_id) AS first_seen_run,
       CASE WHEN q.quarantine_id IS NULL THEN coalesce(e.resolved_run, b.run_id) END AS resolved_run,
       CASE WHEN q.quarantine_id IS NOT NULL AND e.resolved_run IS NOT NULL THEN b.run_id ELSE e.reopened_run END AS reopened_run,
       d.state AS decision, d.decided_at, d.decided_by, d.reason
FROM audit.quarantine AS q
FULL JOIN input.quarantine_entry AS e ON e.quarantine_id = q.quarantine_id
LEFT JOIN input.quarantine_state AS d ON d.quarantine_id = coalesce(q.quarantine_id, e.quarantine_id)
CROSS JOIN input.build AS b
ORDER BY 1;
