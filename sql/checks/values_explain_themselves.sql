-- check: values_explain_themselves
-- severity: error
-- text_en: a value that stands as latest has no readable address
-- text_vi: có giá trị đang dùng không có địa chỉ đọc lại được
SELECT f.observation_id FROM dw.fact_observation AS f JOIN dw.dim_source AS s ON s.source_key = f.source_key
WHERE f.raw IS NULL OR f.cell IS NULL OR length(s.source_sha256) <> 64
