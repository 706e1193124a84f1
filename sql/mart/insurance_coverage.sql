-- Insured people by territory, period and scheme, with coverage recomputed on a named denominator: published
-- coverage rates use denominators of their own year and definition and can not be compared with each other.
--
-- Sources: monthly feeds (dw.fact_insurance) and yearly or monthly observations of the insurance indicators. Of a feed the row of both
-- sexes and all ages counts; without it the sum of men and women (all ages), if both are there (participants_basis).
-- social_insurance is the published total, else compulsory + voluntary of the same source. Insured people are a stock at
-- the end of the period: never add months. Schemes overlap: never add schemes.
-- Denominators: labour force of working age, else labour force aged 15 and over; for health insurance the average population; of the
-- same territory (units of 2025: restated), of the same year, else of the year before. coverage_pct = 100 x insured /
-- denominator, both in persons, double precision, 2 decimals. published_pct stands beside it where a rate was published.
CREATE TABLE mart.insurance_coverage AS
WITH scheme(indicator_code, scheme, rate_code) AS (
  VALUES ('bhxh_participants', 'social_insurance', 'bhxh_coverage_rate'), ('bhxh_compulsory', 'compulsory', NULL),
         ('bhxh_voluntary', 'voluntary', 'bhxh_voluntary_coverage_rate'), ('bhtn_participants', 'unemployment', 'bhtn_coverage_rate'),
         ('bhyt_participants', 'health', 'bhyt_coverage_rate')
), feed AS (
  SELECT t.territory_id, p.period_id, p.freq, p.year, f.scheme, f.value, f.obs_status, f.insurance_id, f.source_key, f.sheet, f.cell, x.sex
  FROM dw.fact_insurance AS f
  JOIN dw.dim_territory AS t ON t.territory_key = f.territory_key
  JOIN dw.dim_period AS p ON p.period_key = f.period_key
  JOIN dw.dim_sex AS x ON x.sex_key = f.sex_key
  WHERE f.is_latest AND f.age_group = 'T' AND f.value IS NOT NULL
), counted AS (
  SELECT 'feed' AS source_kind, territory_id, period_id, freq, year, scheme, 'actual' AS measure_type,
         coalesce(any_value(value) FILTER (WHERE sex = 'T'), CASE WHEN count(*) FILTER (WHERE sex IN ('M', 'F')) = 2 THEN TRY_CAST(sum(value) FILTER (WHERE sex IN ('M', 'F')) AS DECIMAL(28,10)) END) AS insured,
         CASE WHEN bool_or(sex = 'T') THEN 'total' ELSE 'sum_of_sexes' END AS participants_basis,
         CASE WHEN bool_or(sex = 'T') THEN any_value(insurance_id) FILTER (WHERE sex = 'T') END AS fact_id,
         CASE WHEN bool_or(sex = 'T') THEN any_value(cell) FILTER (WHERE sex = 'T') END AS source_cell,
         CASE WHEN bool_or(sex = 'T') THEN any_value(sheet) FILTER (WHERE sex = 'T') END AS source_sheet,
         min(source_key) AS source_key, max(obs_status) AS obs_status
  FROM feed GROUP BY territory_id, period_id, freq, year, scheme
  UNION ALL
  SELECT 'observation', o.territory_id, o.period_id, o.freq, o.year, s.scheme, o.measure_type,
         TRY_CAST(TRY(o.value * u.factor) AS DECIMAL(28,10)), 'total', o.observation_id, o.cell, o.sheet, o.source_key, o.obs_status
  FROM staging.latest AS o
  JOIN scheme AS s ON s.indicator_code = o.indicator_code
  JOIN dw.dim_indicator AS i ON i.indicator_code = o.indicator_code
  LEFT JOIN dw.dim_unit AS u ON u.unit_code = i.unit_code
  WHERE o.freq IN ('A', 'Q', 'M', 'S') AND o.measure_type IN ('actual', 'estimate') AND o.sex = 'T' AND o.area = 'T'
    AND o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL
), both_schemes AS (
  SELECT source_kind, territory_id, period_id, freq, year, measure_type, TRY_CAST(sum(insured) AS DECIMAL(28,10)) AS insured, min(source_key) AS source_key, max(obs_status) AS obs_status
  FROM counted WHERE scheme IN ('compulsory', 'voluntary') AND insured IS NOT NULL
  GROUP BY ALL HAVING count(*) = 2
), insured AS (
  SELECT * FROM counted WHERE insured IS NOT NULL
  UNION ALL
  SELECT b.source_kind, b.territory_id, b.period_id, b.freq, b.year, 'social_insurance', b.measure_type, b.insured, 'compulsory_plus_voluntary', NULL, NULL, NULL, b.source_key, b.obs_status
  FROM both_schemes AS b
  WHERE NOT EXISTS (SELECT 1 FROM counted AS c WHERE c.source_kind = b.source_kind AND c.territory_id = b.territory_id AND c.period_id = b.period_id
                      AND c.measure_type = b.measure_type AND c.scheme = 'social_insurance' AND c.insured IS NOT NULL)
), base AS ( -- what coverage is measured against, in persons
  SELECT m.territory_id, m.year, m.indicator_code, TRY_CAST(TRY(m.value * u.factor) AS DECIMAL(28,10)) AS persons, m.observation_id, m.is_break
  FROM mart.indicator_trend AS m
  JOIN dw.dim_unit AS u ON u.unit_code = m.unit
  LEFT JOIN dw.bridge_territory_2025 AS b ON b.territory_id = m.territory_id AND b.successor_id = m.territory_id AND b.level = 'province'
  WHERE m.indicator_code IN ('labour_force_working_age', 'labour_force_15plus', 'population_avg') AND m.measure_type = 'actual' AND m.sex = 'T' AND m.area = 'T'
    AND m.value > 0 AND m.value_high IS NULL AND m.qualifier IS NULL
    AND m.basis = CASE WHEN b.territory_id IS NULL AND NOT (m.territory_level = 'region' AND m.territory_id LIKE '%\_2025' ESCAPE '\') THEN 'as_reported' ELSE 'units_2025' END
), matched AS (
  SELECT n.*, b.indicator_code AS denominator_code, b.year AS denominator_year, b.persons AS denominator, b.observation_id AS denominator_observation_id
  FROM insured AS n
  LEFT JOIN base AS b ON b.territory_id = n.territory_id AND b.year IN (n.year, n.year - 1)
                     AND (n.scheme = 'health' AND b.indicator_code = 'population_avg' OR n.scheme <> 'health' AND b.indicator_code <> 'population_avg')
  QUALIFY row_number() OVER (PARTITION BY n.source_kind, n.territory_id, n.period_id, n.scheme, n.measure_type
                             ORDER BY b.indicator_code = 'labour_force_15plus', b.year DESC NULLS LAST) = 1
), rate AS (
  SELECT o.territory_id, o.period_id, o.measure_type, s.scheme, s.rate_code, o.value, o.observation_id
  FROM staging.latest AS o JOIN scheme AS s ON s.rate_code = o.indicator_code
  WHERE o.sex = 'T' AND o.area = 'T' AND o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL
)
SELECT m.source_kind, m.territory_id, t.territory_code, t.name_vi AS territory_vi, t.level AS territory_level, t.region_id,
       m.period_id, m.freq, m.year, m.scheme, m.measure_type, m.insured AS insured_persons, m.participants_basis, m.obs_status,
       m.denominator_code, m.denominator_year, m.denominator AS denominator_persons,
       CASE WHEN m.denominator > 0 THEN TRY_CAST(TRY_CAST(100 * CAST(m.insured AS DOUBLE) / CAST(m.denominator AS DOUBLE) AS DECIMAL(28,2)) AS DECIMAL(28,10)) END AS coverage_pct,
       r.rate_code AS published_code, r.value AS published_pct,
       CASE WHEN m.denominator > 0 THEN TRY_CAST(TRY_CAST(100 * CAST(m.insured AS DOUBLE) / CAST(m.denominator AS DOUBLE) AS DECIMAL(28,2)) - r.value AS DECIMAL(28,10)) END AS difference_points,
       m.fact_id, s.source_sha256, m.source_sheet, m.source_cell, m.denominator_observation_id, r.observation_id AS published_observation_id
FROM matched AS m
JOIN dw.dim_territory AS t ON t.territory_id = m.territory_id
LEFT JOIN dw.dim_source AS s ON s.source_key = m.source_key
LEFT JOIN rate AS r ON r.territory_id = m.territory_id AND r.period_id = m.period_id AND r.measure_type = m.measure_type AND r.scheme = m.scheme
ORDER BY m.territory_id, m.period_id, m.scheme, m.source_kind, m.measure_type;
