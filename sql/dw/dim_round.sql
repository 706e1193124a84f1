-- Calls for annexes. round_date places rounds in time for the choice of the latest vintage: the letter's date, else the
-- due date, else the usual month (a plan for year N is called for in July of N-1, a year-end report in December of N).
CREATE TABLE dw.dim_round AS
WITH r AS (
  SELECT round_id, CAST(year AS INTEGER) AS year, kind, letter, CAST(letter_date AS DATE) AS letter_date,
         CAST(due_date AS DATE) AS due_date, title_vi, source
  FROM input.rounds
)
SELECT CAST(row_number() OVER (ORDER BY round_id) AS INTEGER) AS round_key, round_id, year, kind, letter, letter_date, due_date,
       coalesce(letter_date, due_date, CASE WHEN kind = 'year_end' THEN make_date(year, 12, 1) ELSE make_date(year - 1, 7, 1) END) AS round_date,
       title_vi, source
FROM r ORDER BY round_key;
