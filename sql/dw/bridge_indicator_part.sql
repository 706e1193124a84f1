-- Which indicators add up to which. Within one group_id the parts do not overlap; exhaustive says that they cover the whole.
-- part_order is the order of the catalogue, which is that of the reports.
CREATE TABLE dw.bridge_indicator_part AS
SELECT w.indicator_key AS whole_key, p.indicator_key AS part_key, b.whole_code, b.part_code, b.group_id,
       coalesce(lower(b.exhaustive) IN ('true', 'yes', '1'), false) AS exhaustive,
       CAST(row_number() OVER (PARTITION BY b.whole_code, b.group_id ORDER BY b.rowid) AS INTEGER) AS part_order
FROM input.indicator_parts AS b
LEFT JOIN dw.dim_indicator AS w ON w.indicator_code = b.whole_code
LEFT JOIN dw.dim_indicator AS p ON p.indicator_code = b.part_code
ORDER BY b.whole_code, b.group_id, part_order;
