-- The reasons for a refusal, with what to try.
CREATE TABLE audit.code AS
SELECT code, scope, severity, message_vi, message_en, try_vi, try_en FROM input.codes ORDER BY code;
