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
  SELECT m.area_id, n.no AS member_no, m.first_year, m.last_year
  FROM (SELECT region_id AS area_id, territory_id AS member_id, 0 AS first_year, last_year FROM former WHERE region_id IS NOT NULL
        UNION ALL
        SELECT region_id, territory_id, 0, 9999 FROM unit WHERE region_id IS NOT NULL
        UNION ALL
        SELECT 'vn', territory_id, 0, least(last_year, (SELECT min(first_year) - 1 FROM unit)) FROM former
        UNION ALL
        SELECT 'vn', territory_id, first_year, 9999 FROM unit) AS m
  JOIN numbered AS n ON n.territory_id = m.member_id
), annual AS (
  SELECT * FROM staging.latest WHERE freq = 'A'
), given AS (
  SELECT a.territory_id, a.indicator_code, a.year, a.measure_type, a.sex, a.area, a.value, a.obs_status,
         a.value IS NOT NULL AND a.value_high IS NULL AND a.qualifier IS NULL AS usable
  FROM annual AS a SEMI JOIN former AS f ON f.territory_id = a.territory_id
  UNION ALL
  SELECT territory_id, indicator_code, year, measure_type, sex, area, value, obs_status,
         value IS NOT NULL AND value_high IS NULL AND qualifier IS NULL
  FROM mart.restated_value
), key AS ( -- a number for what a value is of: joins, groups and orders over five texts are slow where a row stands for each member
  SELECT *, row_number() OVER (ORDER BY indicator_code, year, measure_type, sex, area) AS key_no
  FROM (SELECT indicator_code, year, measure_type, sex, area FROM given
        UNION SELECT indicator_code, year, measure_type, sex, area FROM annual WHERE territory_level IN ('region', 'country'))
), pool AS (
  SELECT n.no AS member_no, k.key_no, k.year, g.value, g.obs_status, g.usable
  FROM given AS g
  JOIN numbered AS n ON n.territory_id = g.territory_id
  JOIN key AS k ON k.indicator_code = g.indicator_code AND k.year = g.year AND k.measure_type = g.measure_type AND k.sex = g.sex AND k.area = g.area
), published AS (
  SELECT k.key_no, k.year AS key_year, a.*
  FROM annual AS a
  JOIN key AS k ON k.indicator_code = a.indicator_code AND k.year = a.year AND k.measure_type = a.measure_type AND k.sex = a.sex AND k.area = a.area
  WHERE a.territory_level IN ('region', 'country')
), series AS (
  SELECT m.area_id, p.key_no, p.year
  FROM pool AS p JOIN member AS m ON m.member_no = p.member_no AND p.year BETWEEN m.first_year AND m.last_year
  UNION
  SELECT territory_id, key_no, key_year FROM published
), part AS (
  SELECT s.area_id, s.key_no, m.member_no, p.value, p.obs_status, coalesce(p.usable, false) AS usable
  FROM series AS s
  JOIN member AS m ON m.area_id = s.area_id AND s.year BETWEEN m.first_year AND m.last_year
  LEFT JOIN pool AS p ON p.member_no = m.member_no AND p.key_no = s.key_no
), counted AS (
  SELECT area_id, key_no,
         count(*) AS members_expected, count(*) FILTER (WHERE usable) AS members_found,
         TRY_CAST(sum(value) FILTER (WHERE usable) AS DECIMAL(28,10)) AS total,
         bitstring_agg(member_no, 1, 512) FILTER (WHERE NOT usable) AS missing, -- a bit for each member
         CASE WHEN bool_or(usable AND obs_status = 'F') THEN 'F' WHEN bool_or(usable AND obs_status = 'E') THEN 'E'
              WHEN bool_or(usable AND obs_status = 'P') THEN 'P' ELSE 'A' END AS worst_status
  FROM part
  GROUP BY area_id, key_no
), missing AS ( -- few sets of members are missing again and again: naming each set once is far quicker than naming it for each series
  SELECT c.missing, string_agg(t.name_vi, ', ' ORDER BY t.territory_id) AS members_missing_vi
  FROM (SELECT DISTINCT missing FROM counted WHERE missing IS NOT NULL) AS c
  JOIN numbered AS n ON get_bit(c.missing, CAST(n.no - 1 AS INTEGER)) = 1
  JOIN dw.dim_territory AS t ON t.territory_id = n.territory_id
  GROUP BY c.missing
), offered AS (
  SELECT p.area_id, p.key_no, p.usable, w.value AS weight,
         TRY_CAST(CAST(p.value AS DOUBLE) * CAST(w.value AS DOUBLE) AS DECIMAL(34,6)) AS weighted,
         CASE WHEN x.measure_type = k.measure_type AND x.sex = k.sex AND x.area = k.area THEN 1
              WHEN x.measure_type = k.measure_type AND x.sex = 'T' AND x.area = 'T' THEN 2
              WHEN x.measure_type = 'actual' AND x.sex = k.sex AND x.area = k.area THEN 3
              WHEN x.measure_type = 'actual' AND x.sex = 'T' AND x.area = 'T' THEN 4 END AS basis
  FROM part AS p
  JOIN key AS k ON k.key_no = p.key_no
  JOIN dw.dim_indicator AS i ON i.indicator_code = k.indicator_code AND i.aggregation = 'weighted_mean'
  JOIN key AS x ON x.indicator_code = i.weight_code AND x.year = k.year
  JOIN pool AS w ON w.key_no = x.key_no AND w.member_no = p.member_no AND w.usable AND w.value >= 0
), weighed AS (
  SELECT o.area_id, o.key_no, o.basis,
         count(*) FILTER (WHERE o.usable) AS usable_weights, count(*) AS weights,
         CASE WHEN count(o.weighted) FILTER (WHERE o.usable) = count(*) FILTER (WHERE o.usable) THEN CAST(sum(o.weighted) FILTER (WHERE o.usable) AS DOUBLE) END AS weighted_total,
         CAST(sum(o.weight) FILTER (WHERE o.usable) AS DOUBLE) AS weight_found,
         CAST(sum(o.weight) AS DOUBLE) AS weight_all
  FROM offered AS o WHERE o.basis IS NOT NULL
  GROUP BY o.area_id, o.key_no, o.basis
), mean AS (
  SELECT w.*, CASE WHEN w.weights = c.members_expected THEN w.weight_found / w.weight_all END AS share
  FROM weighed AS w
  JOIN counted AS c ON c.area_id = w.area_id AND c.key_no = w.key_no
  WHERE w.usable_weights = c.members_found AND w.weight_found > 0
  QUALIFY row_number() OVER (PARTITION BY w.area_id, w.key_no ORDER BY w.basis) = 1
), joined AS (
  SELECT s.area_id, s.key_no, k.indicator_code, k.year, k.measure_type, k.sex, k.area, i.unit_code, i.aggregation, i.weight_code,
         coalesce(c.members_expected, 0) AS members_expected, coalesce(c.members_found, 0) AS members_found, x.members_missing_vi, c.worst_status,
         CASE i.aggregation WHEN 'sum' THEN c.total
              WHEN 'weighted_mean' THEN TRY_CAST(TRY_CAST(m.weighted_total / m.weight_found AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS members_value,
         CASE m.basis WHEN 1 THEN 'same_series' WHEN 2 THEN 'same_measure_total' WHEN 3 THEN 'actual_same_group' WHEN 4 THEN 'actual_total' END AS weight_basis,
         TRY_CAST(m.share AS DECIMAL(9,6)) AS weight_share,
         p.observation_id, p.value AS published_value, p.value_high AS published_high, p.qualifier AS published_qualifier,
         p.obs_status AS published_status, p.round_id, p.source_sha256, p.sheet AS source_sheet, p.cell AS source_cell, p.note
  FROM series AS s
  JOIN key AS k ON k.key_no = s.key_no
  JOIN dw.dim_indicator AS i ON i.indicator_code = k.indicator_code
  LEFT JOIN counted AS c ON c.area_id = s.area_id AND c.key_no = s.key_no
  LEFT JOIN missing AS x ON x.missing = c.missing
  LEFT JOIN mean AS m ON m.area_id = s.area_id AND m.key_no = s.key_no
  LEFT JOIN published AS p ON p.territory_id = s.area_id AND p.key_no = s.key_no
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
ORDER BY j.area_id, j.key_no;
