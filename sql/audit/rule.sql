-- The quality rules and what each says.
CREATE TABLE audit.rule AS
SELECT code AS rule_code, scope, severity, text_vi, text_en FROM input.rules ORDER BY code;
