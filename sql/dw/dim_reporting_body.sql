-- Who sends. A body is not a territory: departments merge, split and are renamed while the province stays.
-- Bodies that only a file names stand beside the catalogue's, with body_id NULL.
CREATE TABLE dw.dim_reporting_body AS
WITH b AS (
  SELECT body_id, name_vi, name_en, CAST(valid_from AS DATE) AS valid_from, CAST(valid_to AS DATE) AS valid_to, source FROM input.bodies
  UNION ALL
  SELECT DISTINCT NULL, f.body_name, NULL, CAST(NULL AS DATE), CAST(NULL AS DATE), NULL
  FROM input.record AS f
  WHERE f.kind = 'file' AND f.body_name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM input.bodies AS k WHERE k.name_vi = f.body_name)
)
SELECT CAST(row_number() OVER (ORDER BY body_id NULLS LAST, name_vi, valid_from) AS INTEGER) AS body_key, *
FROM b ORDER BY body_key;
