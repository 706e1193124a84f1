-- Every territory and the unit of the map in force since 2025-07-01 that it lies in, following chains of successions
-- (Hà Tây -> Hà Nội of 2008 -> Hà Nội of 2025). A unit that was split over several successors, a district and a region
-- that was redrawn have no single successor: successor_id is NULL and the reason says why.
CREATE TABLE dw.bridge_territory_2025 AS
WITH RECURSIVE chain(territory_id, reached_id, steps) AS (
  SELECT territory_id, territory_id, 0 FROM dw.dim_territory WHERE level = 'province'
  UNION -- not UNION ALL: a circle in the successions ends by the limit on steps
  SELECT c.territory_id, b.successor_id, c.steps + 1
  FROM chain AS c JOIN dw.bridge_territory AS b ON b.predecessor_id = c.reached_id AND b.successor_id <> b.predecessor_id
  WHERE c.steps < 10
), ends AS (
  SELECT c.territory_id, count(DISTINCT c.reached_id) AS successors, min(c.reached_id) AS successor_id, max(c.steps) AS steps
  FROM chain AS c JOIN dw.dim_territory AS u ON u.territory_id = c.reached_id
  WHERE u.level = 'province' AND u.valid_to IS NULL AND u.valid_from >= DATE '2025-07-01'
  GROUP BY c.territory_id
), decided AS (
  SELECT t.territory_key, t.territory_id, t.level,
         CASE WHEN t.level = 'country' OR (t.level = 'region' AND t.valid_to IS NULL) THEN t.territory_id
              WHEN t.level = 'province' AND e.successors = 1 THEN e.successor_id END AS successor_id,
         CASE WHEN t.level = 'country' OR (t.level = 'region' AND t.valid_to IS NULL) THEN NULL
              WHEN t.level = 'region' THEN 'region_redrawn'
              WHEN t.level = 'province' AND e.successors > 1 THEN 'split'
              WHEN t.level = 'province' AND e.successors IS NULL THEN 'no_succession'
              WHEN t.level <> 'province' THEN 'below_province' END AS reason,
         CASE WHEN t.level = 'province' THEN e.steps END AS steps
  FROM dw.dim_territory AS t LEFT JOIN ends AS e ON e.territory_id = t.territory_id
)
SELECT d.territory_key, d.territory_id, d.level, s.territory_key AS successor_key, d.successor_id, d.reason,
       CAST(d.steps AS INTEGER) AS steps
FROM decided AS d LEFT JOIN dw.dim_territory AS s ON s.territory_id = d.successor_id
ORDER BY d.territory_key;
