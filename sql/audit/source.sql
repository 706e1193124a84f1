-- One row for each place a landed object was seen at: the same bytes from two places are one object with two origins.
CREATE TABLE audit.source AS
WITH f AS (
  SELECT *, unnest(string_split(coalesce(origins, ''), chr(10))) AS one_origin FROM dw.dim_source
)
SELECT DISTINCT source_sha256, nullif(one_origin, '') AS origin, file_name, file_type, size_bytes, received_at, is_sample
FROM f ORDER BY source_sha256, origin;
