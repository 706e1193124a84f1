-- Who became whom, when, and under which act.
CREATE TABLE dw.bridge_territory AS
SELECT p.territory_key AS predecessor_key, s.territory_key AS successor_key, b.predecessor_id, b.successor_id,
       CAST(b.date AS DATE) AS date, b.kind, b.legal_basis, b.source
FROM input.succession AS b
LEFT JOIN dw.dim_territory AS p ON p.territory_id = b.predecessor_id
LEFT JOIN dw.dim_territory AS s ON s.territory_id = b.successor_id
ORDER BY b.predecessor_id, b.successor_id, b.date;
