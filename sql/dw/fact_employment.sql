-- Month x territory x flow: the latest vintage of monthly observations about employment, workers sent abroad and unemployment insurance.
-- flow is the indicator's code.
CREATE TABLE dw.fact_employment AS
SELECT f.observation_id, f.period_key, f.territory_key, f.indicator_key, i.indicator_code AS flow, i.domain, f.measure_type_key,
       f.sex_key, f.area_key, f.unit_key, f.value, f.value_high, f.qualifier, f.empty_kind, f.obs_status, f.round_key, f.source_key
FROM dw.fact_observation AS f
JOIN dw.dim_indicator AS i ON i.indicator_key = f.indicator_key
JOIN dw.dim_period AS p ON p.period_key = f.period_key
WHERE f.is_latest AND p.freq = 'M' AND i.domain IN ('employment', 'labour_migration', 'unemployment_insurance');
