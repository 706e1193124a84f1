-- check: quarantined_cells_are_listed
-- severity: error
-- text_en: the cells counted as quarantined are not those listed in the quarantine
-- text_vi: số ô ghi là cách ly khác số ô trong danh sách cách ly
WITH listed AS (SELECT source_sha256, sheet, sum(cells) AS cells FROM audit.quarantine GROUP BY ALL)
SELECT c.source_sha256, c.sheet, c.quarantined, coalesce(q.cells, 0) AS listed
FROM audit.sheet_count AS c LEFT JOIN listed AS q ON q.source_sha256 = c.source_sha256 AND q.sheet = c.sheet
WHERE c.quarantined <> coalesce(q.cells, 0)
