-- One row for each annual series value on the 34 units of 1 July 2025: as reported by the unit itself, carried over from
-- the one province it continues, or put together from its former provinces. NULL with a reason where that can not be done:
-- missing_member, empty_member, inexact_member (range or qualifier), not_additive (the indicator has no rule of addition),
-- no_weight_indicator, no_weight (a member has no figure to weigh with).
-- Sums are exact. Weighted means are computed in double precision over members in the order of their ids and rounded to 4 decimals.
CREATE TABLE mart.restated_value AS
WITH annual AS (
  SELECT o.* FROM dw.observation AS o
  JOIN dw.bridge_territory_2025 AS b ON b.territory_id = o.territory_id AND b.successor_id = o.territory_id AND b.level = 'province'
  WHERE o.is_latest AND o.freq = 'A'
), counted AS (
  SELECT territory_id, indicator_code, year, measure_type, sex, area,
         any_value(aggregation) AS aggregation, any_value(weight_code) AS weight_code, any_value(weight_basis) AS weight_basis,
         count(*) AS members_expected, count(*) FILTER (WHERE state <> 'missing') AS members_found,
         count(*) FILTER (WHERE state = 'empty') AS empties, count(*) FILTER (WHERE state = 'inexact') AS inexacts,
         TRY_CAST(sum(value) FILTER (WHERE state = 'used') AS DECIMAL(28,10)) AS total,
         TRY_CAST(TRY_CAST(sum(CAST(value AS DOUBLE) * CAST(weight AS DOUBLE) ORDER BY member_territory_id) FILTER (WHERE state = 'used')
                / sum(CAST(weight AS DOUBLE) ORDER BY member_territory_id) AS DECIMAL(28,4)) AS DECIMAL(28,10)) AS mean,
         string_agg(member_vi, ', ' ORDER BY member_territory_id) AS members_vi,
         string_agg(member_vi, ', ' ORDER BY member_territory_id) FILTER (WHERE state <> 'used') AS unusable_vi,
         min(observation_id) AS observation_id, min(value) AS value, min(value_high) AS value_high, min(qualifier) AS qualifier,
         min(empty_kind) AS empty_kind, min(obs_status) AS obs_status, min(round_id) AS round_id,
         min(source_sha256) AS source_sha256, min(source_sheet) AS source_sheet, min(source_cell) AS source_cell, min(note) AS note,
         -- the least final member decides the status of the whole
         CASE WHEN bool_or(obs_status = 'F') THEN 'F' WHEN bool_or(obs_status = 'E') THEN 'E' WHEN bool_or(obs_status = 'P') THEN 'P' ELSE 'A' END AS worst_status,
         count(DISTINCT round_id) AS rounds
  FROM mart.restated_member
  GROUP BY territory_id, indicator_code, year, measure_type, sex, area
), decided AS (
  SELECT *,
         CASE WHEN members_expected = 1 THEN 'carried'
              WHEN members_found = members_expected AND empties = 0 AND inexacts = 0 AND
                   (aggregation = 'sum' OR (aggregation = 'weighted_mean' AND weight_basis IS NOT NULL)) THEN aggregation END AS method,
         CASE WHEN members_expected = 1 THEN NULL
              WHEN aggregation NOT IN ('sum', 'weighted_mean') OR aggregation IS NULL THEN 'not_additive'
              WHEN members_found < members_expected THEN 'missing_member'
              WHEN empties > 0 THEN 'empty_member'
              WHEN inexacts > 0 THEN 'inexact_member'
              WHEN aggregation = 'weighted_mean' AND weight_code IS NULL THEN 'no_weight_indicator'
              WHEN aggregation = 'weighted_mean' AND weight_basis IS NULL THEN 'no_weight' END AS restate_reason
  FROM counted
)
SELECT territory_id, indicator_code, year, measure_type, sex, area, 'reported' AS method, CAST(NULL AS VARCHAR) AS restate_reason,
       value, value_high, qualifier, empty_kind, obs_status, round_id, observation_id, source_sha256, sheet AS source_sheet, cell AS source_cell,
       note, CAST(NULL AS BIGINT) AS members_expected, CAST(NULL AS BIGINT) AS members_found, CAST(NULL AS VARCHAR) AS members_vi,
       CAST(NULL AS VARCHAR) AS weight_code, CAST(NULL AS VARCHAR) AS weight_basis
FROM annual
UNION ALL
SELECT d.territory_id, d.indicator_code, d.year, d.measure_type, d.sex, d.area, d.method, d.restate_reason,
       CASE d.method WHEN 'carried' THEN d.value WHEN 'sum' THEN d.total WHEN 'weighted_mean' THEN d.mean END,
       CASE WHEN d.method = 'carried' THEN d.value_high END, CASE WHEN d.method = 'carried' THEN d.qualifier END,
       CASE WHEN d.method = 'carried' THEN d.empty_kind END,
       CASE WHEN d.method = 'carried' THEN d.obs_status WHEN d.method IS NULL THEN 'M' ELSE d.worst_status END,
       CASE WHEN d.rounds = 1 THEN d.round_id END,
       CASE WHEN d.method = 'carried' THEN d.observation_id END, CASE WHEN d.method = 'carried' THEN d.source_sha256 END,
       CASE WHEN d.method = 'carried' THEN d.source_sheet END, CASE WHEN d.method = 'carried' THEN d.source_cell END,
       CASE WHEN d.method = 'carried' THEN d.note
            WHEN d.method = 'sum' THEN 'Tổng của ' || d.members_vi || ' / Sum of ' || d.members_vi
            WHEN d.method = 'weighted_mean' THEN 'Bình quân của ' || d.members_vi || ' theo ' || d.weight_code || ' / Mean of ' || d.members_vi || ' weighted by ' || d.weight_code
            WHEN d.restate_reason = 'not_additive' THEN 'Chỉ tiêu không cộng được giữa các tỉnh / The indicator does not add up over provinces'
            WHEN d.restate_reason = 'missing_member' THEN 'Thiếu số liệu của ' || d.unusable_vi || ' / No figure from ' || d.unusable_vi
            WHEN d.restate_reason = 'empty_member' THEN 'Ô không có số của ' || d.unusable_vi || ' / No number in the cell of ' || d.unusable_vi
            WHEN d.restate_reason = 'inexact_member' THEN 'Khoảng hoặc mức giới hạn của ' || d.unusable_vi || ' / A range or a limit from ' || d.unusable_vi
            WHEN d.restate_reason = 'no_weight_indicator' THEN 'Chưa có chỉ tiêu làm quyền số / No indicator to weigh with'
            WHEN d.restate_reason = 'no_weight' THEN 'Thiếu quyền số ' || d.weight_code || ' của ' || d.members_vi || ' / No weight ' || d.weight_code || ' from ' || d.members_vi END,
       d.members_expected, d.members_found, d.members_vi, d.weight_code, d.weight_basis
FROM decided AS d
WHERE NOT EXISTS (SELECT 1 FROM annual AS a WHERE a.territory_id = d.territory_id AND a.indicator_code = d.indicator_code AND a.year = d.year
                    AND a.measure_type = d.measure_type AND a.sex = d.sex AND a.area = d.area)
ORDER BY ALL;
