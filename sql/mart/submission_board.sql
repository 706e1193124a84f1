-- Who sent what in each round: one row for each territory, round and form. A round is open to the question who is missing as
-- soon as one province answered it; a document of the country or a region is listed but is no answer of a province.
--
-- A form counts as called for in a round if at least half of the provinces that answered sent it; every province in force at the
-- due date that did not send it is missing. A province that sent nothing in a round without such a form is one
-- row with form_code ''. status: received, late (document dated after the due date), missing. A document without a date
-- can not be late: days_late is NULL and timeliness unknown.
-- copied forward: the file is set against the file of the same territory and form in the previous round of the same kind, value by value
-- at the same distance from the round's year (last round's plan for N against this round's plan for N+1). is_copied_forward if
-- at least 5 values could be compared and at least 9 of 10 are equal.
CREATE TABLE mart.submission_board AS
WITH received AS (
  SELECT f.*, r.round_id, r.year, r.kind, coalesce(r.due_date, r.round_date) AS asked_on
  FROM dw.fact_submission AS f JOIN dw.dim_round AS r ON r.round_key = f.round_key WHERE f.status <> 'missing'
), province_sent AS (
  SELECT s.round_key, s.territory_key, s.form_code FROM received AS s JOIN dw.dim_territory AS t ON t.territory_key = s.territory_key AND t.level = 'province'
), called AS (
  SELECT p.round_key, p.form_code
  FROM province_sent AS p
  JOIN (SELECT round_key, count(DISTINCT territory_key) AS provinces FROM province_sent GROUP BY round_key) AS n ON n.round_key = p.round_key
  GROUP BY p.round_key, p.form_code HAVING 2 * count(*) >= any_value(n.provinces)
), asked AS ( -- rounds that a province answered, provinces in force then
  SELECT r.round_key, t.territory_key
  FROM (SELECT DISTINCT round_key, asked_on FROM received WHERE round_key IN (SELECT round_key FROM province_sent)) AS r
  JOIN dw.dim_territory AS t ON t.level = 'province' AND coalesce(t.valid_from, DATE '0001-01-01') <= r.asked_on AND coalesce(t.valid_to, DATE '9999-12-31') >= r.asked_on
), missing AS (
  SELECT a.round_key, a.territory_key, c.form_code FROM asked AS a JOIN called AS c ON c.round_key = a.round_key
  WHERE NOT EXISTS (SELECT 1 FROM received AS s WHERE s.round_key = a.round_key AND s.territory_key = a.territory_key AND s.form_code = c.form_code)
  UNION ALL
  SELECT a.round_key, a.territory_key, '' FROM asked AS a
  WHERE NOT EXISTS (SELECT 1 FROM called AS c WHERE c.round_key = a.round_key)
    AND NOT EXISTS (SELECT 1 FROM received AS s WHERE s.round_key = a.round_key AND s.territory_key = a.territory_key)
), pair AS (
  SELECT n.source_key, o.source_key AS old_source_key, n.year, o.year AS old_year
  FROM received AS n JOIN received AS o ON o.territory_key = n.territory_key AND o.form_code = n.form_code AND o.kind = n.kind AND o.year = n.year - 1
), said AS (
  SELECT f.source_key, f.indicator_key, f.measure_type_key, f.sex_key, f.area_key, p.year, p.year_from, substr(p.period_id, 5) AS tail, p.freq,
         f.value, f.value_high, f.qualifier
  FROM dw.fact_observation AS f JOIN dw.dim_period AS p ON p.period_key = f.period_key
  WHERE f.value IS NOT NULL AND f.source_key IN (SELECT source_key FROM pair UNION ALL SELECT old_source_key FROM pair)
), compared AS (
  SELECT k.source_key, k.old_source_key, count(*) AS values_compared,
         count(*) FILTER (WHERE a.value = b.value AND a.value_high IS NOT DISTINCT FROM b.value_high AND a.qualifier IS NOT DISTINCT FROM b.qualifier) AS values_equal
  FROM pair AS k
  JOIN said AS a ON a.source_key = k.source_key
  JOIN said AS b ON b.source_key = k.old_source_key AND b.indicator_key = a.indicator_key AND b.measure_type_key = a.measure_type_key
                AND b.sex_key = a.sex_key AND b.area_key = a.area_key AND b.freq = a.freq
                AND b.year - k.old_year = a.year - k.year AND b.year - b.year_from = a.year - a.year_from AND (a.freq = 'span' OR b.tail = a.tail)
  GROUP BY k.source_key, k.old_source_key
  QUALIFY row_number() OVER (PARTITION BY k.source_key ORDER BY values_equal DESC, k.old_source_key) = 1
), board AS (
  SELECT round_key, territory_key, form_code, source_key, status, days_late, document_date, files, cells_read, cells_loaded, cells_quarantined, cells_skipped, observations, tasks
  FROM received
  UNION ALL
  SELECT round_key, territory_key, form_code, NULL, 'missing', NULL, NULL, 0, 0, 0, 0, 0, 0, 0 FROM missing
)
SELECT r.round_id, r.year AS round_year, r.kind AS round_kind, r.due_date, t.territory_id, t.territory_code, t.name_vi AS territory_vi, t.level AS territory_level, t.region_id,
       b.form_code, b.status,
       CASE b.status WHEN 'missing' THEN 'missing' WHEN 'late' THEN 'late' ELSE CASE WHEN b.days_late IS NULL THEN 'unknown' ELSE 'on_time' END END AS timeliness,
       b.days_late, b.document_date, s.document, s.body_name, b.files, b.cells_read, b.cells_loaded, b.cells_quarantined, b.cells_skipped, b.observations, b.tasks,
       c.values_compared, c.values_equal,
       coalesce(c.values_compared >= 5 AND 10 * c.values_equal >= 9 * c.values_compared, false) AS is_copied_forward,
       CASE WHEN c.values_compared >= 5 AND 10 * c.values_equal >= 9 * c.values_compared THEN o.round_id END AS copied_from_round_id,
       s.source_sha256, s.file_name, s.is_sample
FROM board AS b
JOIN dw.dim_round AS r ON r.round_key = b.round_key
JOIN dw.dim_territory AS t ON t.territory_key = b.territory_key
LEFT JOIN dw.dim_source AS s ON s.source_key = b.source_key
LEFT JOIN compared AS c ON c.source_key = b.source_key
LEFT JOIN dw.dim_source AS o ON o.source_key = c.old_source_key
ORDER BY r.round_id, t.territory_id, b.form_code;
