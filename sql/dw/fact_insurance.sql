-- Insured people by month, territory, scheme, sex and age group, in every vintage; the winner follows the rule of dim_source.
CREATE TABLE dw.fact_insurance AS
WITH k AS (
  SELECT r.insurance_id, p.period_key, t.territory_key, r.scheme, x.sex_key, r.age_group, r.value, r.empty_kind, r.obs_status,
         s.source_key, s.vintage_order, r.sheet, r.cell, r.line_no, r.field, r.raw, r.note
  FROM staging.insurance AS r
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
       vintage_rank, vintage_rank = 1 AS is_latest, sheet, cell, line_no, field, raw, note
FROM ranked
ORDER BY period_key, territory_key, scheme, sex_key, age_group, vintage_rank;
