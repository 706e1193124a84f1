-- check: provinces_lead_to_2025
-- severity: error
-- text_en: a province that ended has no single successor on the map of 2025
-- text_vi: có tỉnh đã kết thúc mà không dẫn tới đúng một đơn vị của bản đồ 2025
SELECT b.territory_id, b.reason FROM dw.bridge_territory_2025 AS b JOIN dw.dim_territory AS t ON t.territory_key = b.territory_key
WHERE t.level = 'province' AND b.successor_key IS NULL
