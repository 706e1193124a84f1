-- check: loaded_cells_are_facts
-- severity: error
-- text_en: the cells counted as loaded in a workbook sheet are not the cells of its values and tasks
-- text_vi: số ô ghi là đã nạp của trang tính khác số ô thật có trong kho dữ liệu
-- Feeds count fields, of which several make one value, and have no sheet.
WITH cells AS (
  SELECT source_sha256, coalesce(sheet, '') AS sheet,
         count(DISTINCT cell) FILTER (WHERE kind IN ('observation', 'insurance')) + count(DISTINCT achieved_cell) + coalesce(sum(n) FILTER (WHERE kind = 'task'), 0) AS cells
  FROM input.record WHERE line_no IS NULL GROUP BY ALL
)
SELECT c.source_sha256, c.sheet, c.loaded, coalesce(f.cells, 0) AS cells
FROM audit.sheet_count AS c LEFT JOIN cells AS f ON f.source_sha256 = c.source_sha256 AND f.sheet = c.sheet
WHERE c.sheet <> '' AND c.loaded <> coalesce(f.cells, 0)
