-- What was refused and why, with its address and raw text. It can be replayed after the file, the catalogue or the rules were
-- mended. state is the decision in force according to the ledger, open if nobody decided about this text; a refusal that no longer occurs
-- is not here at all but in audit.quarantine_history. What was accepted and is refused all the same is open: its line was taken out of the
-- catalogue, or does not help here.
CREATE TABLE audit.quarantine AS
WITH q AS (
  SELECT *, coalesce(sheet, '') AS sheet_name,
         row_number() OVER (PARTITION BY source_sha256, coalesce(sheet, ''), cell, line_no, field, code
                            ORDER BY raw, message_en, nearest, label, header) AS n_same
  FROM input.record WHERE kind = 'quarantine'
), named AS (
  SELECT md5(concat_ws(chr(31), source_sha256, sheet_name, coalesce(cell, ''), coalesce(CAST(line_no AS VARCHAR), ''), coalesce(field, ''),
             code, CAST(n_same AS VARCHAR))) AS quarantine_id, *
  FROM q
)
SELECT q.quarantine_id, (SELECT run_id FROM input.build) AS run_id, q.source_sha256, q.sheet_name AS sheet, q.cell, q.code, q.raw,
       q.message_vi, q.message_en, q.nearest, (SELECT value FROM input.meta WHERE key = 'rules_version') AS rule_version,
       CASE WHEN d.state <> 'accepted' THEN d.state ELSE 'open' END AS state,
       c.scope, c.severity, c.try_vi, c.try_en, coalesce(q.n, 1) AS cells, q.line_no, q.field, q.label, q.header,
       s.file_name, s.territory_id, s.round_id, q.unknown_text
FROM named AS q
LEFT JOIN input.quarantine_state AS d ON d.quarantine_id = q.quarantine_id AND coalesce(d.raw, q.raw, '') = coalesce(q.raw, '')
LEFT JOIN input.codes AS c ON c.code = q.code
LEFT JOIN dw.dim_source AS s ON s.source_sha256 = q.source_sha256
ORDER BY q.source_sha256, sheet, q.line_no, q.cell, q.code, q.n_same;
