-- check: territory_in_force
-- severity: warning
-- text_en: a value is about a territory that did not exist in its period
-- text_vi: có giá trị của địa bàn không tồn tại trong kỳ
-- Plans for years after a merger were still sent by the former units, and tables go on to list a former unit with an empty cell:
-- only measured figures count.
SELECT s.source_sha256, f.sheet, f.cell, t.territory_id, t.valid_from, t.valid_to, p.period_id
FROM dw.fact_observation AS f
JOIN dw.dim_source AS s ON s.source_key = f.source_key
JOIN dw.dim_territory AS t ON t.territory_key = f.territory_key
JOIN dw.dim_period AS p ON p.period_key = f.period_key
JOIN dw.dim_measure_type AS m ON m.measure_type_key = f.measure_type_key AND m.measure_type IN ('actual', 'estimate')
WHERE f.value IS NOT NULL AND (p.date_end < t.valid_from OR p.date_start > t.valid_to)
