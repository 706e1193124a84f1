-- check: provinces_have_a_region
-- severity: error
-- text_en: a province lies in no region, or in something that is no region
-- text_vi: có tỉnh không thuộc vùng nào
SELECT t.territory_id, t.region_id FROM dw.dim_territory AS t LEFT JOIN dw.dim_territory AS r ON r.territory_key = t.region_key
WHERE t.level = 'province' AND (r.level IS DISTINCT FROM 'region')
