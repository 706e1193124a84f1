-- Regions and the country from their provinces, beside the row that was published for them.
--
-- Only provinces are ever added: never a region or country row, and never a former province together with the unit it
-- became. The regions in force until 2025-10-04 and the country before 2025 are made of the 63 former provinces (Hà Tây
-- until 2007); the regions since 2025-10-05 and the country from 2025 of the 34 units (mart.restated_value, so a
-- region of today also has the years before it existed, as far as its units could be restated).
--
-- members_value is the exact sum, or the weighted mean (products rounded to 6 decimals, quotient to 4), over the members that have an exact value; it is comparable with the published row only when is_complete. weight_share
-- says how much of the weight of all members the members found carry (6 decimals), NULL where a weight is unknown.
-- The order in which weights are looked for is that of mart.restated_member.
-- value is the published figure, else members_value if complete.
CREATE TABLE mart.region_summary AS
WITH step AS (
  SELECT predecessor_id, min(date) AS ended_on FROM dw.bridge_territory WHERE predecessor_id <> successor_id GROUP BY predecessor_id
), unit AS (
  SELECT b.territory_id, t.region_id, year(t.valid_from) AS first_year
  FROM dw.bridge_territory_2025 AS b JOIN dw.dim_territory AS t ON t.territory_id = b.territory_id
  WHERE b.level = 'province' AND b.successor_id = b.territory_id
), former AS (
  SELECT b.territory_id, t.region_id, CASE WHEN b.steps > 1 THEN year(s.ended_on) - 1 ELSE 9999 END AS last_year
  FROM dw.bridge_territory_2025 AS b
  JOIN dw.dim_territory AS t ON t.territory_id = b.territory_id
  JOIN step AS s ON s.predecessor_id = b.territory_id
  WHERE b.level = 'province' AND b.successor_id <> b.territory_id
), numbered AS (
  SELECT territory_id, row_number() OVER (ORDER BY territory_id) AS no FROM dw.dim_territory WHERE level = 'province'
), member AS (
  SELECT region_id AS area_id, territory_id AS member_id, 0 AS first_year, last_year FROM former WHERE region_id IS NOT NULL
  UNION ALL
  SELECT region_id, territory_id, 0, 9999 FROM unit WHERE region_id IS NOT NULL
  UNION ALL
  SELECT 'vn', territory_id, 0, least(last_year, (SELECT min(first_year) - 1 FROM unit)) FROM former
  UNION ALL
  SELECT 'vn', territory_id, first_year, 9999 FROM unit
), annual AS (
  SELECT * FROM dw.observation WHERE is_latest AND freq = 'A'
), pool AS (
  SELECT a.territory_id, a.indicator_code, a.year, a.measure_type, a.sex, a.area, a.value, a.obs_status,
         a.value IS NOT NULL AND a.value_high IS NULL AND a.qualifier IS NULL AS usable
  FROM annual AS a SEMI JOIN former AS f ON f.territory_id = a.territory_id
  UNION ALL
  SELECT territory_id, indicator_code, year, measure_type, sex, area, value, obs_status,
         value IS NOT NULL AND value_high IS NULL AND qualifier IS NULL
  FROM mart.restated_value
), published AS (
  SELECT a.* FROM annual AS a WHERE a.territory_level IN ('region', 'country')
), series AS (
  SELECT DISTINCT m.area_id, p.indicator_code, p.year, p.measure_type, p.sex, p.area
  FROM pool AS p JOIN member AS m ON m.member_id = p.territory_id AND p.year BETWEEN m.first_year AND m.last_year
  UNION
  SELECT territory_id, indicator_code, year, measure_type, sex, area FROM published
), part AS (
  SELECT s.*, m.member_id, n.no AS member_no, p.value, p.obs_status, coalesce(p.usable, false) AS usable
  FROM series AS s
  JOIN member AS m ON m.area_id = s.area_id AND s.year BETWEEN m.first_year AND m.last_year
  JOIN numbered AS n ON n.territory_id = m.member_id
  LEFT JOIN pool AS p ON p.territory_id = m.member_id AND p.indicator_code = s.indicator_code AND p.year = s.year
                     AND p.measure_type = s.measure_type AND p.sex = s.sex AND p.area = s.area
), counted AS (
  SELECT area_id, indicator_code, year, measure_type, sex, area,
         count(*) AS members_expected, count(*) FILTER (WHERE usable) AS members_found,
         TRY_CAST(sum(value) FILTER (WHERE usable) AS DECIMAL(28,10)) AS total,
         bitstring_agg(member_no, 1, 512) FILTER (WHERE NOT usable) AS missing, -- a bit for each member
         CASE WHEN bool_or(usable AND obs_status = 'F') THEN 'F' WHEN bool_or(usable AND obs_status = 'E') THEN 'E'
              WHEN bool_or(usable AND obs_status = 'P') THEN 'P' ELSE 'A' END AS worst_status
  FROM part
  GROUP BY area_id, indicator_code, year, measure_type, sex, area
), missing AS ( -- few sets of members are missing again and again: naming each set once is far quicker than naming it for each series
  SELECT c.missing, string_agg(t.name_vi, ', ' ORDER BY t.territory_id) AS members_missing_vi
  FROM (SELECT DISTINCT missing FROM counted WHERE missing IS NOT NULL) AS c
  JOIN numbered AS n ON get_bit(c.missing, CAST(n.no - 1 AS INTEGER)) = 1
  JOIN dw.dim_territory AS t ON t.territory_id = n.territory_id
  GROUP BY c.missing
), offered AS (
  SELECT p.area_id, p.indicator_code, p.year, p.measure_type, p.sex, p.area, p.member_id, p.usable, w.value AS weight,
         TRY_CAST(CAST(p.value AS DOUBLE) * CAST(w.value AS DOUBLE) AS DECIMAL(34,6)) AS weighted,
         CASE WHEN w.measure_type = p.measure_type AND w.sex = p.sex AND w.area = p.area THEN 1
              WHEN w.measure_type = p.measure_type AND w.sex = 'T' AND w.area = 'T' THEN 2
              WHEN w.measure_type = 'actual' AND w.sex = p.sex AND w.area = p.area THEN 3
              WHEN w.measure_type = 'actual' AND w.sex = 'T' AND w.area = 'T' THEN 4 END AS basis
  FROM part AS p
  JOIN dw.dim_indicator AS i ON i.indicator_code = p.indicator_code AND i.aggregation = 'weighted_mean'
  JOIN pool AS w ON w.indicator_code = i.weight_code AND w.territory_id = p.member_id AND w.year = p.year AND w.usable AND w.value >= 0
), weighed AS (
  SELECT o.area_id, o.indicator_code, o.year, o.measure_type, o.sex, o.area, o.basis,
         count(*) FILTER (WHERE o.usable) AS usable_weights, count(*) AS weights,
         CASE WHEN count(o.weighted) FILTER (WHERE o.usable) = count(*) FILTER (WHERE o.usable) THEN CAST(sum(o.weighted) FILTER (WHERE o.usable) AS DOUBLE) END AS weighted_total,
         CAST(sum(o.weight) FILTER (WHERE o.usable) AS DOUBLE) AS weight_found,
         CAST(sum(o.weight) AS DOUBLE) AS weight_all
  FROM offered AS o WHERE o.basis IS NOT NULL
  GROUP BY o.area_id, o.indicator_code, o.year, o.measure_type, o.sex, o.area, o.basis
), mean AS (
  SELECT w.*, CASE WHEN w.weights = c.members_expected THEN w.weight_found / w.weight_all END AS share
  FROM weighed AS w
  JOIN counted AS c ON c.area_id = w.area_id AND c.indicator_code = w.indicator_code AND c.year = w.year
                   AND c.measure_type = w.measure_type AND c.sex = w.sex AND c.area = w.area
  WHERE w.usable_weights = c.members_found AND w.weight_found > 0
  QUALIFY row_number() OVER (PARTITION BY w.area_id, w.indicator_code, w.year, w.measure_type, w.sex, w.area ORDER BY w.basis) = 1
), joined AS (
  SELECT s.area_id, s.indicator_code, s.year, s.measure_type, s.sex, s.area, i.unit_code, i.aggregation, i.weight_code,
         coalesce(c.members_expected, 0) AS members_expected, coalesce(c.members_found, 0) AS members_found, x.members_missing_vi, c.worst_status,
         CASE i.aggregation WHEN 'sum' THEN c.total
              WHEN 'weighted_mean' THEN TRY_CAST(TRY_CAST(m.weighted_total / m.weight_found AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS members_value,
         CASE m.basis WHEN 1 THEN 'same_series' WHEN 2 THEN 'same_measure_total' WHEN 3 THEN 'actual_same_group' WHEN 4 THEN 'actual_total' END AS weight_basis,
         TRY_CAST(m.share AS DECIMAL(9,6)) AS weight_share,
         p.observation_id, p.value AS published_value, p.value_high AS published_high, p.qualifier AS published_qualifier,
         p.obs_status AS published_status, p.round_id, p.source_sha256, p.sheet AS source_sheet, p.cell AS source_cell, p.note
  FROM series AS s
  JOIN dw.dim_indicator AS i ON i.indicator_code = s.indicator_code
  LEFT JOIN counted AS c ON c.area_id = s.area_id AND c.indicator_code = s.indicator_code AND c.year = s.year
                        AND c.measure_type = s.measure_type AND c.sex = s.sex AND c.area = s.area
  LEFT JOIN missing AS x ON x.missing = c.missing
  LEFT JOIN mean AS m ON m.area_id = s.area_id AND m.indicator_code = s.indicator_code AND m.year = s.year
                     AND m.measure_type = s.measure_type AND m.sex = s.sex AND m.area = s.area
  LEFT JOIN published AS p ON p.territory_id = s.area_id AND p.indicator_code = s.indicator_code AND p.year = s.year
                          AND p.measure_type = s.measure_type AND p.sex = s.sex AND p.area = s.area
), judged AS (
  SELECT *, members_expected > 0 AND members_found = members_expected AND members_value IS NOT NULL AS is_complete,
         published_value IS NOT NULL AND published_high IS NULL AND published_qualifier IS NULL AS published_exact
  FROM joined
)
SELECT j.area_id AS territory_id, t.name_vi AS territory_vi, t.level AS territory_level,
       j.indicator_code, i.name_vi AS indicator_vi, i.name_en AS indicator_en, j.unit_code AS unit,
       j.year, j.measure_type, j.sex, j.area, j.aggregation,
       j.members_expected, j.members_found, j.members_missing_vi, j.is_complete, j.members_value,
       CASE WHEN j.aggregation = 'weighted_mean' THEN j.weight_code END AS weight_code, j.weight_basis, j.weight_share,
       j.published_value, j.published_high, j.published_qualifier, j.published_status,
       CASE WHEN j.is_complete AND j.published_exact THEN TRY_CAST(j.members_value - j.published_value AS DECIMAL(28,10)) END AS difference,
       CASE WHEN j.is_complete AND j.published_exact AND j.published_value <> 0
            THEN TRY_CAST(TRY_CAST(100 * (CAST(j.members_value AS DOUBLE) / CAST(j.published_value AS DOUBLE) - 1) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS difference_pct,
       CASE WHEN j.observation_id IS NOT NULL THEN j.published_value WHEN j.is_complete THEN j.members_value END AS value,
       CASE WHEN j.observation_id IS NOT NULL THEN 'published' WHEN j.is_complete THEN 'members' END AS value_source,
       CASE WHEN j.observation_id IS NOT NULL THEN j.published_status WHEN j.is_complete THEN j.worst_status ELSE 'M' END AS obs_status,
       CASE WHEN j.is_complete THEN NULL
            WHEN j.members_expected = 0 THEN 'no_members'
            WHEN j.aggregation NOT IN ('sum', 'weighted_mean') OR j.aggregation IS NULL THEN 'not_additive'
            WHEN j.members_found < j.members_expected THEN 'missing_member'
            WHEN j.weight_code IS NULL THEN 'no_weight_indicator' ELSE 'no_weight' END AS reason,
       j.observation_id, j.round_id, j.source_sha256, j.source_sheet, j.source_cell, j.note
FROM judged AS j
JOIN dw.dim_territory AS t ON t.territory_id = j.area_id
JOIN dw.dim_indicator AS i ON i.indicator_code = j.indicator_code
ORDER BY j.area_id, j.indicator_code, j.year, j.measure_type, j.sex, j.area;
