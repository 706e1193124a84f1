-- Insurance counts with their ids, made like those of observations.
CREATE TABLE staging.insurance AS
WITH i AS (
  SELECT source_sha256, coalesce(sheet, '') AS sheet, cell, line_no, field, raw, label, header, coalesce(hidden, false) AS hidden,
         territory_id, period_id, scheme, coalesce(sex, 'T') AS sex, coalesce(age_group, 'T') AS age_group,
         value, empty_kind, coalesce(obs_status, 'A') AS obs_status, note
  FROM input.record WHERE kind = 'insurance'
)
SELECT md5(concat_ws(chr(31), source_sha256, sheet, cell, coalesce(CAST(line_no AS VARCHAR), ''), coalesce(field, ''),
           territory_id, period_id, scheme, sex, age_group)) AS insurance_id, *
FROM i;
