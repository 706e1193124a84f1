-- check: jumps
-- severity: warning
-- text_en: a yearly figure jumps against the year before
-- text_vi: có số liệu năm thay đổi đột biến so với năm trước
SELECT source_sha256, sheet, cell, expected, actual FROM audit.finding WHERE rule_code = 'jump_previous_year'
