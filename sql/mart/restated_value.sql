-- One row for each annual series value on the 34 units of 1 July 2025: as reported by the unit itself, carried over from
-- the one province it continues, or put together from its former provinces. NULL with a reason where that can not be done:
-- missing_member, empty_member, inexact_member (range or qualifier), not_additive (the indicator has no rule of addition),
-- no_weight_indicator, no_weight (a member has no figure to weigh with).
-- Sums are exact. For weighted means the products are rounded to 6 decimals, so that their sum does not depend on the order, and the
-- quotient to 4.
CREATE TABLE mart.restated_value AS
WITH annual AS (
  SELECT o.* FROM staging.latest AS o
  JOIN dw.bridge_territory_2025 AS b ON b.territory_id = o.territory_id AND b.successor_id = o.territory_id AND b.level = 'province'
  WHERE o.freq = 'A'
), product AS (
  SELECT *, TRY_CAST(CAST(value AS DOUBLE) * CAST(weight AS DOUBLE) AS DECIMAL(34,6)) AS weighted FROM mart.restated_member WHERE members_expected > 1
), counted AS (
  SELECT territory_id, indicator_code, year, measure_type, sex, area,
         any_value(aggregation) AS aggregation, any_value(weight_code) AS weight_code, any_value(weight_basis) AS weight_basis,
         any_value(members_expected) AS members_expected, count(*) FILTER (WHERE state <> 'missing') AS members_found,
         count(*) FILTER (WHERE state = 'empty') AS empties, count(*) FILTER (WHERE state = 'inexact') AS inexacts,
         TRY_CAST(sum(value) FILTER (WHERE state = 'used') AS DECIMAL(28,10)) AS total,
         CASE WHEN count(weighted) = count(*) THEN TRY_CAST(TRY_CAST(CAST(sum(weighted) AS DOUBLE) / CAST(sum(weight) AS DOUBLE) AS DECIMAL(28,4)) AS DECIMAL(28,10)) END AS mean,
         -- the least final member decides the status of the whole
         CASE WHEN bool_or(obs_status = 'F') THEN 'F' WHEN bool_or(obs_status = 'E') THEN 'E' WHEN bool_or(obs_status = 'P') THEN 'P' ELSE 'A' END AS worst_status,
         CASE WHEN min(round_id) = max(round_id) THEN min(round_id) END AS round_id
  FROM product
  GROUP BY territory_id, indicator_code, year, measure_type, sex, area
), named AS (
  SELECT territory_id, year, string_agg(member_vi, ', ' ORDER BY member_territory_id) AS members_vi
  FROM (SELECT DISTINCT territory_id, year, member_territory_id, member_vi FROM product) GROUP BY territory_id, year
), unusable AS (
  SELECT territory_id, indicator_code, year, measure_type, sex, area,
         array_to_string(list_transform(list_sort(list({id: member_territory_id, name: member_vi})), lambda m: m.name), ', ') AS unusable_vi
  FROM product WHERE state <> 'used' GROUP BY territory_id, indicator_code, year, measure_type, sex, area
), decided AS (
  SELECT c.*, n.members_vi, u.unusable_vi,
         CASE WHEN aggregation NOT IN ('sum', 'weighted_mean') OR aggregation IS NULL THEN 'not_additive'
              WHEN members_found < members_expected THEN 'missing_member'
              WHEN empties > 0 THEN 'empty_member'
              WHEN inexacts > 0 THEN 'inexact_member'
              WHEN aggregation = 'weighted_mean' AND weight_code IS NULL THEN 'no_weight_indicator'
              WHEN aggregation = 'weighted_mean' AND weight_basis IS NULL THEN 'no_weight' END AS restate_reason
  FROM counted AS c
  JOIN named AS n ON n.territory_id = c.territory_id AND n.year = c.year
  LEFT JOIN unusable AS u ON u.territory_id = c.territory_id AND u.indicator_code = c.indicator_code AND u.year = c.year
                         AND u.measure_type = c.measure_type AND u.sex = c.sex AND u.area = c.area
), every AS (
  SELECT territory_id, indicator_code, year, measure_type, sex, area, 'carried' AS method, CAST(NULL AS VARCHAR) AS restate_reason,
         value, value_high, qualifier, empty_kind, obs_status, round_id, observation_id, source_sha256, source_sheet, source_cell, note,
         members_expected, CAST(1 AS BIGINT) AS members_found, member_vi AS members_vi, CAST(NULL AS VARCHAR) AS weight_code, CAST(NULL AS VARCHAR) AS weight_basis
  FROM mart.restated_member WHERE members_expected = 1
  UNION ALL
  SELECT territory_id, indicator_code, year, measure_type, sex, area, CASE WHEN restate_reason IS NULL THEN aggregation END, restate_reason,
         CASE WHEN restate_reason IS NULL THEN CASE aggregation WHEN 'sum' THEN total ELSE mean END END, NULL, NULL, NULL,
         CASE WHEN restate_reason IS NULL THEN worst_status ELSE 'M' END, round_id, NULL, NULL, NULL, NULL,
         CASE WHEN restate_reason IS NULL AND aggregation = 'sum' THEN 'Tổng của ' || members_vi || ' / Sum of ' || members_vi
              WHEN restate_reason IS NULL THEN 'Bình quân của ' || members_vi || ' theo ' || weight_code || ' / Mean of ' || members_vi || ' weighted by ' || weight_code
              WHEN restate_reason = 'not_additive' THEN 'Chỉ tiêu không cộng được giữa các tỉnh / The indicator does not add up over provinces'
              WHEN restate_reason = 'missing_member' THEN 'Thiếu số liệu của ' || unusable_vi || ' / No figure from ' || unusable_vi
              WHEN restate_reason = 'empty_member' THEN 'Ô không có số của ' || unusable_vi || ' / No number in the cell of ' || unusable_vi
              WHEN restate_reason = 'inexact_member' THEN 'Khoảng hoặc mức giới hạn của ' || unusable_vi || ' / A range or a limit from ' || unusable_vi
              WHEN restate_reason = 'no_weight_indicator' THEN 'Chưa có chỉ tiêu làm quyền số / No indicator to weigh with'
              WHEN restate_reason = 'no_weight' THEN 'Thiếu quyền số ' || weight_code || ' của ' || members_vi || ' / No weight ' || weight_code || ' from ' || members_vi END,
         members_expected, members_found, members_vi, weight_code, weight_basis
  FROM decided
)
SELECT territory_id, indicator_code, year, measure_type, sex, area, 'reported' AS method, CAST(NULL AS VARCHAR) AS restate_reason,
       value, value_high, qualifier, empty_kind, obs_status, round_id, observation_id, source_sha256, sheet AS source_sheet, cell AS source_cell,
       note, CAST(NULL AS BIGINT) AS members_expected, CAST(NULL AS BIGINT) AS members_found, CAST(NULL AS VARCHAR) AS members_vi,
       CAST(NULL AS VARCHAR) AS weight_code, CAST(NULL AS VARCHAR) AS weight_basis
FROM annual
UNION ALL
SELECT e.* FROM every AS e
WHERE NOT EXISTS (SELECT 1 FROM annual AS a WHERE a.territory_id = e.territory_id AND a.indicator_code = e.indicator_code AND a.year = e.year
                    AND a.measure_type = e.measure_type AND a.sex = e.sex AND a.area = e.area)
ORDER BY territory_id, indicator_code, year, measure_type, sex, area;
