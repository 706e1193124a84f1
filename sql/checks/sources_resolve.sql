-- check: sources_resolve
-- severity: error
-- text_en: a file belongs to a round or territory that no catalogue knows
-- text_vi: có tệp thuộc đợt hoặc địa bàn không có trong danh mục
SELECT source_sha256, round_id, territory_id FROM dw.dim_source
WHERE (round_id IS NOT NULL AND round_key IS NULL) OR (territory_id IS NOT NULL AND territory_key IS NULL)
