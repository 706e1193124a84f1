-- What a value on the boundaries of 1 July 2025 is made of: one row for each former province that a series of a unit of
-- 2025 needs, found or not. A restated number explains itself through these rows to the cells of its members.
--
-- Members of a unit in a year: the provinces that lie in it and stood at the end of that year. Direct predecessors count
-- for every year, also after 2024, because plans for later years were still sent by the former provinces; a province that
-- had gone before (Hà Tây, 2008) counts for the years before it went.
-- A member is used only if it has an exact value: no range, no qualifier, no kind of emptiness.
--
-- Weights of a weighted mean come from the indicator's own weight indicator for the same member and year. All members
-- share one basis, the first of these that every member can give: same measure type, sex and area; same measure type,
-- both sexes and all areas; actual figures of the same sex and area; actual figures, both sexes and all areas.
CREATE TABLE mart.restated_member AS
WITH step AS (
  SELECT predecessor_id, min(date) AS ended_on FROM dw.bridge_territory WHERE predecessor_id <> successor_id GROUP BY predecessor_id
), member AS (
  SELECT b.successor_id AS unit_id, b.territory_id AS member_id,
         CASE WHEN b.steps > 1 THEN year(s.ended_on) - 1 ELSE 9999 END AS last_year
  FROM dw.bridge_territory_2025 AS b JOIN step AS s ON s.predecessor_id = b.territory_id
  WHERE b.level = 'province' AND b.successor_id <> b.territory_id
), annual AS (
  SELECT o.*, o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL AS is_exact
  FROM staging.latest AS o WHERE o.freq = 'A'
), series AS ( -- with a number, because joins and groups over six texts are slow
  SELECT *, row_number() OVER () AS series_no
  FROM (SELECT DISTINCT m.unit_id, a.indicator_code, a.year, a.measure_type, a.sex, a.area
        FROM annual AS a JOIN member AS m ON m.member_id = a.territory_id AND a.year <= m.last_year)
), size AS (
  SELECT m.unit_id, s.year, count(*) AS members FROM (SELECT DISTINCT year FROM series) AS s JOIN member AS m ON s.year <= m.last_year GROUP BY m.unit_id, s.year
), part AS (
  SELECT s.*, z.members, m.member_id, a.observation_id, a.value, a.value_high, a.qualifier, a.empty_kind, a.obs_status, a.round_id,
         a.source_sha256, a.sheet, a.cell, a.note,
         CASE WHEN a.observation_id IS NULL THEN 'missing' WHEN a.is_exact THEN 'used' WHEN a.value IS NULL THEN 'empty' ELSE 'inexact' END AS state
  FROM series AS s
  JOIN size AS z ON z.unit_id = s.unit_id AND z.year = s.year
  JOIN member AS m ON m.unit_id = s.unit_id AND s.year <= m.last_year
  LEFT JOIN annual AS a ON a.territory_id = m.member_id AND a.indicator_code = s.indicator_code AND a.year = s.year
                       AND a.measure_type = s.measure_type AND a.sex = s.sex AND a.area = s.area
), offered AS (
  SELECT p.series_no, p.member_id, p.members,
         w.value AS weight, w.observation_id AS weight_observation_id,
         CASE WHEN w.measure_type = p.measure_type AND w.sex = p.sex AND w.area = p.area THEN 1
              WHEN w.measure_type = p.measure_type AND w.sex = 'T' AND w.area = 'T' THEN 2
              WHEN w.measure_type = 'actual' AND w.sex = p.sex AND w.area = p.area THEN 3
              WHEN w.measure_type = 'actual' AND w.sex = 'T' AND w.area = 'T' THEN 4 END AS basis
  FROM part AS p
  JOIN dw.dim_indicator AS i ON i.indicator_code = p.indicator_code AND i.aggregation = 'weighted_mean'
  JOIN annual AS w ON w.indicator_code = i.weight_code AND w.territory_id = p.member_id AND w.year = p.year AND w.is_exact AND w.value >= 0
  WHERE p.members > 1
), chosen AS (
  SELECT series_no, min(basis) AS basis
  FROM (SELECT series_no, basis
        FROM offered WHERE basis IS NOT NULL
        GROUP BY ALL HAVING count(*) = any_value(members) AND sum(weight) > 0)
  GROUP BY series_no
)
SELECT p.unit_id AS territory_id, p.indicator_code, p.year, p.measure_type, p.sex, p.area,
       p.member_id AS member_territory_id, t.territory_code AS member_code, t.name_vi AS member_vi, p.members AS members_expected, p.state,
       p.observation_id, p.value, p.value_high, p.qualifier, p.empty_kind, p.obs_status, p.round_id,
       p.source_sha256, p.sheet AS source_sheet, p.cell AS source_cell, p.note,
       i.aggregation, i.weight_code,
       CASE o.basis WHEN 1 THEN 'same_series' WHEN 2 THEN 'same_measure_total' WHEN 3 THEN 'actual_same_group' WHEN 4 THEN 'actual_total' END AS weight_basis,
       o.weight, o.weight_observation_id
FROM part AS p
JOIN dw.dim_indicator AS i ON i.indicator_code = p.indicator_code
JOIN dw.dim_territory AS t ON t.territory_id = p.member_id
LEFT JOIN chosen AS c ON c.series_no = p.series_no
LEFT JOIN offered AS o ON o.series_no = p.series_no AND o.member_id = p.member_id AND o.basis = c.basis
ORDER BY p.unit_id, p.indicator_code, p.year, p.measure_type, p.sex, p.area, p.member_id;
