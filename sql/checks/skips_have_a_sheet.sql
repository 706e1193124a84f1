-- check: skips_have_a_sheet
-- severity: error
-- text_en: cells were skipped on a sheet that was never counted
-- text_vi: có ô bỏ qua ở trang tính không được đếm
SELECT k.source_sha256, k.sheet, k.reason FROM audit.skip_count AS k
WHERE k.reason IS NULL OR NOT EXISTS (SELECT 1 FROM audit.sheet_count AS c WHERE c.source_sha256 = k.source_sha256 AND c.sheet = k.sheet)
