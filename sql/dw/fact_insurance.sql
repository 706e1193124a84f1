-- Insured people by month, territory, scheme, sex and age group, in every vintage, with the address they came from; the winner follows
-- the rule of dim_source. insurance_id is made like that of observations.
CREATE TABLE dw.fact_insurance AS
WITH i AS (
  SELECT source_sha256, coalesce(sheet, '') AS sheet, cell, line_no, field, raw, label, header, coalesce(hidden, false) AS hidden,
         territory_id, period_id, scheme, coalesce(sex, 'T') AS sex, coalesce(age_group, 'T') AS age_group,
         value, empty_kind, coalesce(obs_status, 'A') AS obs_status, note
  FROM input.record WHERE kind = 'insurance'
), k AS (
  SELECT md5(concat_ws(chr(31), r.source_sha256, r.sheet, r.cell, coalesce(CAST(r.line_no AS VARCHAR), ''), coalesce(r.field, ''),
             r.territory_id, r.period_id, r.scheme, r.sex, r.age_group)) AS insurance_id,
         p.period_key, t.territory_key, x.sex_key, s.source_key, s.vintage_order, r.*
  FROM i AS r
  LEFT JOIN dw.dim_source AS s ON s.source_sha256 = r.source_sha256
  LEFT JOIN dw.dim_period AS p ON p.period_id = r.period_id
  LEFT JOIN dw.dim_territory AS t ON t.territory_id = r.territory_id
  LEFT JOIN dw.dim_sex AS x ON x.sex = r.sex
), ranked AS (
  SELECT *, CAST(row_number() OVER (PARTITION BY period_key, territory_key, scheme, sex_key, age_group
                                    ORDER BY vintage_order DESC, line_no, cell, insurance_id) AS INTEGER) AS vintage_rank
  FROM k
)
SELECT insurance_id, period_key, territory_key, scheme, sex_key, age_group, value, empty_kind, obs_status, source_key,
       vintage_rank, vintage_rank = 1 AS is_latest, sheet, cell, line_no, field, raw, label, header, hidden, note
FROM ranked
ORDER BY period_key, territory_key, scheme, sex_key, age_group, vintage_rank;
