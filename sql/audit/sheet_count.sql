-- Invariant 1, sheet by sheet: cells_read = loaded + quarantined + skipped. A feed has one row, sheet ''.
CREATE TABLE audit.sheet_count AS
WITH skipped AS (
  SELECT source_sha256, coalesce(sheet, '') AS sheet, CAST(sum(n) AS BIGINT) AS cells
  FROM input.record WHERE kind = 'skip' GROUP BY ALL
)
SELECT r.source_sha256, coalesce(r.sheet, '') AS sheet, coalesce(r.hidden, false) AS hidden, coalesce(r.tables, 0) AS tables,
       r.cells_read, r.loaded, r.quarantined, coalesce(s.cells, 0) AS skipped
FROM input.record AS r LEFT JOIN skipped AS s ON s.source_sha256 = r.source_sha256 AND s.sheet = coalesce(r.sheet, '')
WHERE r.kind = 'sheet' ORDER BY r.source_sha256, sheet;
