CREATE TABLE dw.dim_sex AS
SELECT CAST(sex_key AS INTEGER) AS sex_key, sex, name_vi, name_en
FROM (VALUES (1, 'T', 'Chung', 'Both sexes'), (2, 'F', 'Nữ', 'Female'), (3, 'M', 'Nam', 'Male')) AS v(sex_key, sex, name_vi, name_en)
ORDER BY sex_key;
