-- Years in which an indicator changed its definition or method: figures before and after are not compared blindly.
CREATE TABLE dw.dim_break AS
SELECT indicator_code, CAST(year AS INTEGER) AS year, kind, text_vi, text_en, source
FROM input.breaks ORDER BY indicator_code, year, kind, text_vi;
