-- One row for each territory and vintage. A code alone is no identity: seven province codes change meaning on
-- 2025-07-01, so everything joins on territory_id or territory_key.
CREATE TABLE dw.dim_territory AS
WITH t AS (
  SELECT CAST(row_number() OVER (ORDER BY territory_id) AS INTEGER) AS territory_key, * FROM input.territories
)
SELECT t.territory_key, t.territory_id, t.code AS territory_code, t.name_vi, t.full_name_vi, t.name_en,
       t.level, t.type, t.parent_id, p.territory_key AS parent_key, t.region_id, r.territory_key AS region_key,
       CAST(t.valid_from AS DATE) AS valid_from, CAST(t.valid_to AS DATE) AS valid_to, t.source
FROM t LEFT JOIN t AS p ON p.territory_id = t.parent_id
       LEFT JOIN t AS r ON r.territory_id = t.region_id
ORDER BY territory_key;
