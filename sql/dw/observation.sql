-- fact_observation with the codes of its dimensions instead of their keys: the shape marts and people start from.
CREATE VIEW dw.observation AS
SELECT f.observation_id, i.indicator_code, i.domain, t.territory_id, t.level AS territory_level, p.period_id, p.freq, p.year, p.year_from,
       m.measure_type, x.sex, a.area, f.value, f.value_high, f.qualifier, f.empty_kind, f.obs_status, u.unit_code, ru.unit_code AS reported_unit_code,
       r.round_id, f.vintage_rank, f.is_latest, s.vintage_order, s.source_sha256, s.is_sample, f.sheet, f.cell, f.raw, f.note,
       f.achieved_pct, f.achieved_cell, f.achieved_raw,
       f.indicator_key, f.territory_key, f.period_key, f.source_key
FROM dw.fact_observation AS f
JOIN dw.dim_indicator AS i ON i.indicator_key = f.indicator_key
JOIN dw.dim_territory AS t ON t.territory_key = f.territory_key
JOIN dw.dim_period AS p ON p.period_key = f.period_key
JOIN dw.dim_measure_type AS m ON m.measure_type_key = f.measure_type_key
JOIN dw.dim_sex AS x ON x.sex_key = f.sex_key
JOIN dw.dim_area AS a ON a.area_key = f.area_key
JOIN dw.dim_source AS s ON s.source_key = f.source_key
LEFT JOIN dw.dim_unit AS u ON u.unit_key = f.unit_key
LEFT JOIN dw.dim_unit AS ru ON ru.unit_key = f.reported_unit_key
LEFT JOIN dw.dim_round AS r ON r.round_key = f.round_key;
