-- check: codes_registered
-- severity: error
-- text_en: a refusal or finding has a code that is not registered
-- text_vi: có mã lý do cách ly hoặc quy tắc chưa đăng ký
SELECT DISTINCT code FROM audit.quarantine WHERE code IS NULL OR code NOT IN (SELECT code FROM audit.code)
UNION ALL SELECT DISTINCT rule_code FROM audit.finding WHERE rule_code IS NULL OR rule_code NOT IN (SELECT rule_code FROM audit.rule)
