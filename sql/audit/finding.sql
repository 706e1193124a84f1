-- Doubts about values that were loaded: those of the rules inside one file and those across files. A finding never changes a value.
CREATE TABLE audit.finding AS
WITH f AS (
  SELECT code AS rule_code, CAST(NULL AS VARCHAR) AS observation_id, source_sha256, coalesce(sheet, '') AS sheet, cell, raw, expected, actual,
         message_vi, message_en, 'file' AS scope
  FROM input.record WHERE kind = 'finding'
  UNION ALL
  SELECT c.rule_code, c.observation_id, c.source_sha256, c.sheet, c.cell, c.raw, c.expected, c.actual,
         r.text_vi || ': ' || c.expected || ' → ' || c.actual, r.text_en || ': ' || c.expected || ' → ' || c.actual, 'across_files'
  FROM (SELECT * FROM staging.finding_jump_previous_year
        UNION ALL SELECT * FROM staging.finding_province_vs_national
        UNION ALL SELECT * FROM staging.finding_resubmission_changed) AS c
  LEFT JOIN audit.rule AS r ON r.rule_code = c.rule_code
), named AS (
  SELECT f.*, row_number() OVER (PARTITION BY rule_code, source_sha256, sheet, cell
                                 ORDER BY observation_id, expected, actual, message_en) AS n_same
  FROM f
)
SELECT md5(concat_ws(chr(31), n.rule_code, n.source_sha256, n.sheet, coalesce(n.cell, ''), CAST(n.n_same AS VARCHAR))) AS finding_id,
       (SELECT run_id FROM input.build) AS run_id, n.rule_code, r.severity, n.scope, n.source_sha256, n.sheet, n.cell,
       n.observation_id, n.raw, n.expected, n.actual, n.message_vi, n.message_en
FROM named AS n LEFT JOIN audit.rule AS r ON r.rule_code = n.rule_code
ORDER BY n.rule_code, n.source_sha256, n.sheet, n.cell, n.n_same;
