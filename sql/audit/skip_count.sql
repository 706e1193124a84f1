-- Cells left out on purpose, by declared reason.
CREATE TABLE audit.skip_count AS
SELECT source_sha256, coalesce(sheet, '') AS sheet, reason, CAST(sum(n) AS BIGINT) AS cells
FROM input.record WHERE kind = 'skip' GROUP BY ALL ORDER BY source_sha256, sheet, reason;
