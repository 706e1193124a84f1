-- What sort of statement a value is: actual, estimate, plan, forecast, target.
CREATE TABLE dw.dim_measure_type AS
SELECT CAST(row_number() OVER (ORDER BY code) AS INTEGER) AS measure_type_key, code AS measure_type, name_vi, name_en
FROM input.measure_types ORDER BY measure_type_key;
