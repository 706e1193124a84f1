-- check: successions_resolve
-- severity: error
-- text_en: a succession names a territory that no catalogue knows
-- text_vi: có dòng kế thừa mang địa bàn không có trong danh mục
SELECT predecessor_id, successor_id FROM dw.bridge_territory WHERE predecessor_key IS NULL OR successor_key IS NULL OR date IS NULL
