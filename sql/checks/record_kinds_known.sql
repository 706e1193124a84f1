-- check: record_kinds_known
-- severity: error
-- text_en: a record is of a kind that no table takes
-- text_vi: có bản ghi thuộc loại không bảng nào nhận
SELECT kind, count(*) AS records FROM input.record
WHERE kind IS NULL OR kind NOT IN ('observation', 'task', 'insurance', 'quarantine', 'finding', 'sheet', 'skip', 'file')
GROUP BY kind
