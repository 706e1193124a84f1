-- Periods in use. freq is A (year), S (half-year), Q, M, or span for several of them together; year is the year in which
-- the period ends. A value of a span counts over the whole span, so it never stands beside yearly values unmarked.
CREATE TABLE dw.dim_period AS
SELECT CAST(row_number() OVER (ORDER BY date_end NULLS LAST, date_start, period_id) AS INTEGER) AS period_key, period_id, freq,
       year_to AS year, year_from, year_to, date_start, date_end, coalesce(freq = 'span', false) AS is_cumulative
FROM staging.period ORDER BY period_key;
