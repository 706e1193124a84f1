-- One row for each value that was loaded, in every vintage, with the address it came from. Grain: indicator, territory, period,
-- measure type, sex, area, source and cell. Winner of one fact (all dimensions but the source equal): the source with the greatest
-- dim_source.vintage_order; inside one source the first cell in reading order. vintage_rank 1 is the winner (is_latest);
-- the others stay with their rank, so every restatement can be listed. value NULL needs empty_kind: dash (nil), ellipsis or
-- dots (not collected), not_applicable. For a range value is the lower and value_high the upper end.
-- achieved_pct is the percentage of the plan that the sender states for the value where the plan itself does not stand beside it.
-- observation_id is made of the address and the dimensions, so it is the same in every generation that holds the value.
CREATE TABLE dw.fact_observation AS
WITH o AS (
  SELECT rowid AS row_id, source_sha256, coalesce(sheet, '') AS sheet, cell, row_no, col_no, line_no, field, raw, label, header, coalesce(hidden, false) AS hidden,
         indicator_code, territory_id, period_id, measure_type, coalesce(sex, 'T') AS sex, coalesce(area, 'T') AS area,
         value, value_high, qualifier, empty_kind, coalesce(obs_status, 'A') AS obs_status, unit_code, reported_unit, round_id, note,
         achieved_pct, achieved_cell, achieved_raw
  FROM input.record WHERE kind = 'observation'
), keyed AS (
  SELECT o.row_id, i.indicator_key, t.territory_key, p.period_key, m.measure_type_key, x.sex_key, a.area_key, s.source_key, s.vintage_order,
         s.round_id, o.sheet, o.cell, o.row_no, o.col_no, o.line_no, o.field
  FROM o
  LEFT JOIN dw.dim_source AS s ON s.source_sha256 = o.source_sha256
  LEFT JOIN dw.dim_indicator AS i ON i.indicator_code = o.indicator_code
  LEFT JOIN dw.dim_territory AS t ON t.territory_id = o.territory_id
  LEFT JOIN dw.dim_period AS p ON p.period_id = o.period_id
  LEFT JOIN dw.dim_measure_type AS m ON m.measure_type = o.measure_type
  LEFT JOIN dw.dim_sex AS x ON x.sex = o.sex
  LEFT JOIN dw.dim_area AS a ON a.area = o.area
), ranked AS ( -- keys alone, because ordering wide rows is slow
  SELECT row_id, indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key, source_key, round_id,
         CAST(row_number() OVER (
           PARTITION BY indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key
           ORDER BY vintage_order DESC, sheet, row_no NULLS LAST, col_no NULLS LAST, line_no NULLS LAST, cell, field) AS INTEGER) AS vintage_rank
  FROM keyed
)
SELECT md5(concat_ws(chr(31), o.source_sha256, o.sheet, o.cell, coalesce(CAST(o.line_no AS VARCHAR), ''), coalesce(o.field, ''),
           o.indicator_code, o.territory_id, o.period_id, o.measure_type, o.sex, o.area)) AS observation_id,
       r.indicator_key, r.territory_key, r.period_key, r.measure_type_key, r.sex_key, r.area_key, u.unit_key, ru.unit_key AS reported_unit_key,
       d.round_key, r.source_key, o.value, o.value_high, o.qualifier, o.empty_kind, o.obs_status, r.vintage_rank, r.vintage_rank = 1 AS is_latest,
       o.sheet, o.cell, o.line_no, o.field, o.raw, o.label, o.header, o.hidden, o.note, o.achieved_pct, o.achieved_cell, o.achieved_raw
FROM ranked AS r
JOIN o ON o.row_id = r.row_id
LEFT JOIN dw.dim_unit AS u ON u.unit_code = o.unit_code
LEFT JOIN dw.dim_unit AS ru ON ru.unit_code = o.reported_unit
LEFT JOIN dw.dim_round AS d ON d.round_id = coalesce(o.round_id, r.round_id)
ORDER BY r.indicator_key, r.territory_key, r.period_key, r.measure_type_key, r.sex_key, r.area_key, r.vintage_rank;
