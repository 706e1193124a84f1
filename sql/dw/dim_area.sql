CREATE TABLE dw.dim_area AS
SELECT CAST(area_key AS INTEGER) AS area_key, area, name_vi, name_en
FROM (VALUES (1, 'T', 'Chung', 'All areas'), (2, 'U', 'Thành thị', 'Urban'), (3, 'R', 'Nông thôn', 'Rural')) AS v(area_key, area, name_vi, name_en)
ORDER BY area_key;
