-- check: target_has_a_source
-- severity: error
-- text_en: a target of the catalogue names no document
-- text_vi: có mục tiêu không nêu văn bản
SELECT target_id FROM dw.fact_target WHERE origin = 'catalogue' AND (document IS NULL OR source IS NULL)
   OR origin = 'annex' AND (source_sha256 IS NULL OR cell IS NULL)
