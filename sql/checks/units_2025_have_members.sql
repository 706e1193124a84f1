-- check: units_2025_have_members
-- severity: error
-- text_en: a province of the map of 2025 has no predecessor
-- text_vi: có đơn vị của bản đồ 2025 không có đơn vị tiền thân
SELECT t.territory_id FROM dw.dim_territory AS t
WHERE t.level = 'province' AND t.valid_to IS NULL
  AND NOT EXISTS (SELECT 1 FROM dw.bridge_territory_2025 AS b WHERE b.successor_key = t.territory_key AND b.territory_key <> t.territory_key)
