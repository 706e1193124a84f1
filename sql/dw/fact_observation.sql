-- One row for each value that was loaded, in every vintage. Grain: indicator, territory, period, measure type, sex, area,
-- source and cell. Winner of one fact (all dimensions but the source equal): the source with the greatest
-- dim_source.vintage_order; inside one source the first cell in reading order. vintage_rank 1 is the winner (is_latest);
-- the others stay with their rank, so every restatement can be listed. value NULL needs empty_kind: dash (nil), ellipsis or
-- dots (not collected), not_applicable. For a range value is the lower and value_high the upper end.
-- achieved_pct is the percentage of the plan that the sender states for the value where the plan itself does not stand beside it.
CREATE TABLE dw.fact_observation AS
WITH keyed AS (
  SELECT o.observation_id, i.indicator_key, t.territory_key, p.period_key, m.measure_type_key, x.sex_key, a.area_key,
         u.unit_key, ru.unit_key AS reported_unit_key, s.source_key, d.round_key,
         o.value, o.value_high, o.qualifier, o.empty_kind, o.obs_status,
         s.vintage_order, o.sheet, o.cell, o.row_no, o.col_no, o.line_no, o.raw, o.note,
         o.achieved_pct, o.achieved_cell, o.achieved_raw
  FROM staging.observation AS o
  LEFT JOIN dw.dim_source AS s ON s.source_sha256 = o.source_sha256
  LEFT JOIN dw.dim_indicator AS i ON i.indicator_code = o.indicator_code
  LEFT JOIN dw.dim_territory AS t ON t.territory_id = o.territory_id
  LEFT JOIN dw.dim_period AS p ON p.period_id = o.period_id
  LEFT JOIN dw.dim_measure_type AS m ON m.measure_type = o.measure_type
  LEFT JOIN dw.dim_sex AS x ON x.sex = o.sex
  LEFT JOIN dw.dim_area AS a ON a.area = o.area
  LEFT JOIN dw.dim_unit AS u ON u.unit_code = o.unit_code
  LEFT JOIN dw.dim_unit AS ru ON ru.unit_code = o.reported_unit
  LEFT JOIN dw.dim_round AS d ON d.round_id = coalesce(o.round_id, s.round_id)
), ranked AS (
  SELECT *, CAST(row_number() OVER (
           PARTITION BY indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key
           ORDER BY vintage_order DESC, sheet, row_no NULLS LAST, col_no NULLS LAST, line_no NULLS LAST, cell, observation_id) AS INTEGER) AS vintage_rank
  FROM keyed
)
SELECT observation_id, indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key, unit_key, reported_unit_key,
       round_key, source_key, value, value_high, qualifier, empty_kind, obs_status, vintage_rank, vintage_rank = 1 AS is_latest,
       sheet, cell, raw, note, achieved_pct, achieved_cell, achieved_raw
FROM ranked
ORDER BY indicator_key, territory_key, period_key, measure_type_key, sex_key, area_key, vintage_rank;
