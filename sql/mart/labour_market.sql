-- The labour market of a territory in a year on one line, both bases, both sexes and all areas, actual figures. Each number is
-- the row of mart.indicator_trend with the same basis, territory, year and indicator, where its source, status and breaks stand.
-- The Ministry's trained rate and the statistics office's are different concepts and have columns of their own.
-- is_break: the labour force changed its definition in this year; is_provisional: at least one number is not final.
CREATE TABLE mart.labour_market AS
WITH v AS (
  SELECT m.basis, m.territory_id, m.year, m.obs_status, m.is_break, m.value, m.change_pct,
         -- unemp_rate of urban areas is the same figure under its general name; the indicator's own row stands first
         CASE WHEN m.indicator_code = 'unemp_rate' AND m.area = 'U' THEN 'unemp_rate of towns' ELSE m.indicator_code END AS code
  FROM mart.indicator_trend AS m
  WHERE m.measure_type = 'actual' AND m.value IS NOT NULL AND m.value_high IS NULL AND m.qualifier IS NULL AND m.sex = 'T'
    AND (m.area = 'T' OR (m.indicator_code = 'unemp_rate' AND m.area = 'U'))
    AND m.indicator_code IN ('labour_force_15plus', 'labour_force_working_age', 'employed_total', 'employed_to_population_ratio', 'population_avg',
                             'trained_labour_rate', 'trained_labour_cert_rate', 'trained_employed_rate_gso', 'unemp_rate', 'unemp_rate_urban',
                             'underemp_rate', 'share_agri_labour')
)
SELECT v.basis, v.territory_id, t.territory_code, t.name_vi AS territory_vi, t.level AS territory_level, t.region_id, v.year,
       any_value(v.value) FILTER (WHERE code = 'population_avg') AS population_avg,
       any_value(v.value) FILTER (WHERE code = 'labour_force_15plus') AS labour_force_15plus,
       any_value(v.change_pct) FILTER (WHERE code = 'labour_force_15plus') AS labour_force_15plus_change_pct,
       any_value(v.value) FILTER (WHERE code = 'labour_force_working_age') AS labour_force_working_age,
       any_value(v.value) FILTER (WHERE code = 'employed_total') AS employed_total,
       any_value(v.value) FILTER (WHERE code = 'employed_to_population_ratio') AS employed_to_population_ratio,
       any_value(v.value) FILTER (WHERE code = 'trained_labour_rate') AS trained_labour_rate,
       any_value(v.value) FILTER (WHERE code = 'trained_labour_cert_rate') AS trained_labour_cert_rate,
       any_value(v.value) FILTER (WHERE code = 'trained_employed_rate_gso') AS trained_employed_rate_gso,
       any_value(v.value) FILTER (WHERE code = 'unemp_rate') AS unemp_rate,
       coalesce(any_value(v.value) FILTER (WHERE code = 'unemp_rate_urban'), any_value(v.value) FILTER (WHERE code = 'unemp_rate of towns')) AS unemp_rate_urban,
       any_value(v.value) FILTER (WHERE code = 'underemp_rate') AS underemp_rate,
       any_value(v.value) FILTER (WHERE code = 'share_agri_labour') AS share_agri_labour,
       coalesce(bool_or(v.is_break) FILTER (WHERE code = 'labour_force_15plus'), false) AS is_break,
       coalesce(bool_or(v.obs_status <> 'A') FILTER (WHERE code <> 'unemp_rate of towns'), false)
         OR coalesce(bool_or(v.obs_status <> 'A') FILTER (WHERE code = 'unemp_rate of towns') AND NOT bool_or(code = 'unemp_rate_urban'), false) AS is_provisional
FROM v JOIN dw.dim_territory AS t ON t.territory_id = v.territory_id
GROUP BY ALL
ORDER BY v.basis, v.territory_id, v.year;
