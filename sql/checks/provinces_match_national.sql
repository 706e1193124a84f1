-- check: provinces_match_national
-- severity: warning
-- text_en: the provinces do not add up to the national row
-- text_vi: tổng các tỉnh khác với số cả nước
SELECT source_sha256, sheet, cell, expected, actual FROM audit.finding WHERE rule_code = 'province_vs_national'
