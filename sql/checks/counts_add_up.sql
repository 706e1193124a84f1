-- check: counts_add_up
-- severity: error
-- text_en: cells read are not all loaded, quarantined or skipped for a declared reason
-- text_vi: số ô đã đọc không bằng số ô đã nạp, cách ly và bỏ qua có lý do
SELECT source_sha256, sheet, cells_read, loaded, quarantined, skipped FROM audit.sheet_count
WHERE cells_read IS DISTINCT FROM loaded + quarantined + skipped
