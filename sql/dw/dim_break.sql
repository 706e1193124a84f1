-- Years in which a definition, a method or a boundary changed: figures before and after are not compared blindly.
-- territory_id NULL: for all territories; indicator_code NULL: for all indicators.
CREATE TABLE dw.dim_break AS
SELECT indicator_code, territory_id, CAST(year AS INTEGER) AS year, kind, text_vi, text_en, source
FROM input.breaks ORDER BY indicator_code, territory_id, year, kind, text_vi;
