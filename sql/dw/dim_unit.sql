-- Units of measure; factor leads to the base unit of the quantity.
CREATE TABLE dw.dim_unit AS
SELECT CAST(row_number() OVER (ORDER BY code) AS INTEGER) AS unit_key, code AS unit_code, name_vi, name_en, quantity,
       CAST(factor AS DECIMAL(28,10)) AS factor
FROM input.units ORDER BY unit_key;
