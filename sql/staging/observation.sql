-- Observations with their ids. An id is made of the address and the dimensions, so it is the same in every generation that holds the value.
CREATE TABLE staging.observation AS
WITH o AS (
  SELECT source_sha256, coalesce(sheet, '') AS sheet, cell, row_no, col_no, line_no, field, raw, label, header, coalesce(hidden, false) AS hidden,
         indicator_code, territory_id, period_id, measure_type, coalesce(sex, 'T') AS sex, coalesce(area, 'T') AS area,
         value, value_high, qualifier, empty_kind, coalesce(obs_status, 'A') AS obs_status, unit_code, reported_unit, round_id, note,
         achieved_pct, achieved_cell, achieved_raw
  FROM input.record WHERE kind = 'observation'
)
SELECT md5(concat_ws(chr(31), source_sha256, sheet, cell, coalesce(CAST(line_no AS VARCHAR), ''), coalesce(field, ''),
           indicator_code, territory_id, period_id, measure_type, sex, area)) AS observation_id, *
FROM o;
