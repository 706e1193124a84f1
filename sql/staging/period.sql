-- Every period that a value, a target or a round names, read into its first and last day. Forms: 2019, 2019-S1, 2019-Q3,
-- 2019-06, and the spans 2015/2020 and 2019-01/2019-09.
CREATE TABLE staging.period AS
WITH ids AS (
  SELECT DISTINCT period_id FROM input.record WHERE kind IN ('observation', 'insurance') AND period_id IS NOT NULL
  UNION SELECT year_to FROM input.targets WHERE year_to IS NOT NULL
  UNION SELECT year_from || '/' || year_to FROM input.targets WHERE year_from < year_to
  UNION SELECT year FROM input.rounds WHERE year IS NOT NULL
), split AS (
  SELECT period_id, contains(period_id, '/') AS is_span,
         split_part(period_id, '/', 1) AS first_part,
         CASE WHEN contains(period_id, '/') THEN split_part(period_id, '/', 2) ELSE period_id END AS last_part
  FROM ids
), named AS (
  SELECT *, CASE WHEN is_span THEN 'span'
                 WHEN regexp_full_match(period_id, '\d{4}') THEN 'A'
                 WHEN regexp_full_match(period_id, '\d{4}-S[12]') THEN 'S'
                 WHEN regexp_full_match(period_id, '\d{4}-Q[1-4]') THEN 'Q'
                 WHEN regexp_full_match(period_id, '\d{4}-(0[1-9]|1[0-2])') THEN 'M' END AS freq,
         -- first month of the first part, last month of the last part
         CASE WHEN regexp_full_match(first_part, '\d{4}') THEN 1
              WHEN regexp_full_match(first_part, '\d{4}-S[12]') THEN 6 * CAST(right(first_part, 1) AS INTEGER) - 5
              WHEN regexp_full_match(first_part, '\d{4}-Q[1-4]') THEN 3 * CAST(right(first_part, 1) AS INTEGER) - 2
              WHEN regexp_full_match(first_part, '\d{4}-(0[1-9]|1[0-2])') THEN CAST(right(first_part, 2) AS INTEGER) END AS first_month,
         CASE WHEN regexp_full_match(last_part, '\d{4}') THEN 12
              WHEN regexp_full_match(last_part, '\d{4}-S[12]') THEN 6 * CAST(right(last_part, 1) AS INTEGER)
              WHEN regexp_full_match(last_part, '\d{4}-Q[1-4]') THEN 3 * CAST(right(last_part, 1) AS INTEGER)
              WHEN regexp_full_match(last_part, '\d{4}-(0[1-9]|1[0-2])') THEN CAST(right(last_part, 2) AS INTEGER) END AS last_month,
         TRY_CAST(left(first_part, 4) AS INTEGER) AS year_from, TRY_CAST(left(last_part, 4) AS INTEGER) AS year_to
  FROM split
)
SELECT period_id, freq, year_from, year_to,
       make_date(year_from, first_month, 1) AS date_start,
       last_day(make_date(year_to, last_month, 1)) AS date_end
FROM named;
