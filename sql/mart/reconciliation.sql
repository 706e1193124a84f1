-- Every total that can be checked against its parts, on the latest vintages. expected is made of the parts, actual is the total as
-- stated, difference = actual - expected, exact.
--   part_sum       parts that cover the whole (bridge_indicator_part, exhaustive)
--   part_limit     parts of one group that do not cover the whole: they must not exceed it
--   sex_sum        men + women = both sexes;  area_sum  urban + rural = all areas (indicators that add up)
--   province_sum   provinces against the row published for their region or the country (mart.region_summary)
--   province_mean  the same for rates: weighted mean of the provinces
-- tolerance is what rounding alone can explain: half a last digit, in the unit it was sent in, for the total and for each part; for
-- province_mean half a last digit and 1 % of the total, because the weights are those of another table.
-- status: ok, rounding (inside the tolerance), differs, incomplete (a part is missing or no exact number; difference NULL).
-- Only provinces stand on the side of the parts: never a region or the country.
CREATE TABLE mart.reconciliation AS
WITH o AS (
  SELECT o.*, i.aggregation, o.value IS NOT NULL AND o.value_high IS NULL AND o.qualifier IS NULL AS is_exact,
         coalesce(ru.factor / u.factor, 1) AS sent_unit -- one unit of the sender in the indicator's unit
  FROM staging.latest AS o
  JOIN dw.dim_indicator AS i ON i.indicator_key = o.indicator_key
  LEFT JOIN dw.dim_unit AS u ON u.unit_code = o.unit_code
  LEFT JOIN dw.dim_unit AS ru ON ru.unit_code = o.reported_unit_code AND ru.quantity = u.quantity
), v AS (
  SELECT *, TRY_CAST(0.5 * sent_unit * power(10, -length(rtrim(split_part(CAST(TRY_CAST(value / sent_unit AS DECIMAL(28,6)) AS VARCHAR), '.', 2), '0'))) AS DECIMAL(28,10)) AS half_digit
  FROM o
), link AS ( -- total and part, for the parts there are
  SELECT CASE WHEN b.exhaustive THEN 'part_sum' ELSE 'part_limit' END AS check_kind, b.group_id, w.observation_id AS whole_id, b.part_order, b.part_code AS part_name,
         p.is_exact, p.value, p.half_digit, p.source_sha256, p.sheet, p.cell
  FROM v AS w
  JOIN dw.bridge_indicator_part AS b ON b.whole_key = w.indicator_key
  JOIN v AS p ON p.indicator_key = b.part_key AND p.territory_key = w.territory_key AND p.period_key = w.period_key
             AND p.measure_type = w.measure_type AND p.sex = w.sex AND p.area = w.area
  UNION ALL
  SELECT 'sex_sum', 'sex', w.observation_id, x.sex_key, p.sex, p.is_exact, p.value, p.half_digit, p.source_sha256, p.sheet, p.cell
  FROM v AS w
  JOIN v AS p ON p.indicator_key = w.indicator_key AND p.territory_key = w.territory_key AND p.period_key = w.period_key
             AND p.measure_type = w.measure_type AND p.area = w.area
  JOIN dw.dim_sex AS x ON x.sex = p.sex
  WHERE w.sex = 'T' AND p.sex IN ('F', 'M') AND w.aggregation = 'sum'
  UNION ALL
  SELECT 'area_sum', 'area', w.observation_id, a.area_key, p.area, p.is_exact, p.value, p.half_digit, p.source_sha256, p.sheet, p.cell
  FROM v AS w
  JOIN v AS p ON p.indicator_key = w.indicator_key AND p.territory_key = w.territory_key AND p.period_key = w.period_key
             AND p.measure_type = w.measure_type AND p.sex = w.sex
  JOIN dw.dim_area AS a ON a.area = p.area
  WHERE w.area = 'T' AND p.area IN ('U', 'R') AND w.aggregation = 'sum'
), summed AS (
  SELECT check_kind, group_id, whole_id, count(*) FILTER (WHERE is_exact) AS parts_found,
         TRY_CAST(sum(value) FILTER (WHERE is_exact) AS DECIMAL(28,10)) AS expected, sum(half_digit) FILTER (WHERE is_exact) AS half_digits,
         string_agg(part_name || ' = ' || coalesce(rtrim(rtrim(CAST(value AS VARCHAR), '0'), '.'), '?')
                    || ' (' || left(source_sha256, 8) || ' ' || sheet || '!' || cell || ')', '; ' ORDER BY part_order) AS parts,
         CASE WHEN min(source_sha256) = max(source_sha256) THEN min(source_sha256) END AS one_source
  FROM link GROUP BY check_kind, group_id, whole_id
), size AS (
  SELECT whole_code, group_id, count(*) AS parts FROM dw.bridge_indicator_part GROUP BY whole_code, group_id
), checked AS (
  SELECT s.check_kind, s.group_id, w.indicator_code, w.territory_id, w.period_id, w.year, w.measure_type, w.sex, w.area,
         coalesce(z.parts, 2) AS parts_expected, s.parts_found, s.expected, w.value AS actual, s.half_digits + w.half_digit AS tolerance, w.is_exact, s.parts,
         coalesce(s.one_source = w.source_sha256, false) AS is_same_file, w.observation_id, w.round_id, w.source_sha256, w.sheet, w.cell
  FROM summed AS s JOIN v AS w ON w.observation_id = s.whole_id
  LEFT JOIN size AS z ON z.whole_code = w.indicator_code AND z.group_id = s.group_id AND s.check_kind LIKE 'part%'
  WHERE s.parts_found > 0
  UNION ALL
  SELECT CASE g.aggregation WHEN 'sum' THEN 'province_sum' ELSE 'province_mean' END, 'territory', g.indicator_code, g.territory_id, w.period_id, g.year, g.measure_type, g.sex, g.area,
         g.members_expected, g.members_found, g.members_value, g.published_value,
         CASE g.aggregation WHEN 'sum' THEN w.half_digit * (1 + g.members_found) ELSE TRY_CAST(w.half_digit + 0.01 * abs(CAST(g.published_value AS DOUBLE)) AS DECIMAL(28,10)) END,
         w.is_exact, CASE WHEN g.members_missing_vi IS NOT NULL THEN 'thiếu / missing: ' || g.members_missing_vi END, NULL,
         w.observation_id, w.round_id, w.source_sha256, w.sheet, w.cell
  FROM mart.region_summary AS g JOIN v AS w ON w.observation_id = g.observation_id
  WHERE g.members_found > 0 AND g.aggregation IN ('sum', 'weighted_mean') AND g.members_value IS NOT NULL
), judged AS (
  SELECT *, CASE WHEN is_exact AND (parts_found = parts_expected OR check_kind = 'part_limit') THEN TRY_CAST(actual - expected AS DECIMAL(28,10)) END AS difference
  FROM checked
)
SELECT j.check_kind, j.group_id, j.indicator_code, i.name_vi AS indicator_vi, i.name_en AS indicator_en, i.unit_code AS unit,
       j.territory_id, t.name_vi AS territory_vi, t.level AS territory_level, j.period_id, j.year, j.measure_type, j.sex, j.area,
       j.parts_expected, j.parts_found, j.expected, j.actual, j.difference, TRY_CAST(j.tolerance AS DECIMAL(28,10)) AS tolerance,
       CASE WHEN j.difference IS NULL THEN 'incomplete' WHEN j.difference = 0 OR j.check_kind = 'part_limit' AND j.difference > 0 THEN 'ok'
            WHEN abs(j.difference) <= j.tolerance THEN 'rounding' ELSE 'differs' END AS status,
       j.parts, j.is_same_file, j.observation_id, j.round_id, j.source_sha256, j.sheet AS source_sheet, j.cell AS source_cell
FROM judged AS j
JOIN dw.dim_indicator AS i ON i.indicator_code = j.indicator_code
JOIN dw.dim_territory AS t ON t.territory_id = j.territory_id
ORDER BY j.check_kind, j.group_id, j.indicator_code, j.territory_id, j.period_id, j.measure_type, j.sex, j.area;
