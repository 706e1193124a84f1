-- check: parts_add_up
-- severity: warning
-- text_en: the parts of a whole exceed it, or are said to cover it and do not
-- text_vi: tổng các thành phần lớn hơn tổng số, hoặc không bằng tổng số dù đã đủ thành phần
WITH v AS (
  SELECT * FROM staging.latest WHERE value IS NOT NULL AND value_high IS NULL AND qualifier IS NULL
), grp AS (
  SELECT whole_key, group_id, count(*) AS members, bool_and(exhaustive) AS exhaustive FROM dw.bridge_indicator_part GROUP BY ALL
), sums AS (
  SELECT b.whole_key, b.group_id, p.territory_key, p.period_key, p.measure_type, p.sex, p.area, sum(p.value) AS parts, count(*) AS found
  FROM dw.bridge_indicator_part AS b JOIN v AS p ON p.indicator_key = b.part_key GROUP BY ALL
)
SELECT w.indicator_code, w.territory_id, w.period_id, w.measure_type, w.sex, w.area, s.group_id, w.value, s.parts
FROM sums AS s
JOIN grp AS g ON g.whole_key = s.whole_key AND g.group_id IS NOT DISTINCT FROM s.group_id
JOIN v AS w ON w.indicator_key = s.whole_key AND w.territory_key = s.territory_key AND w.period_key = s.period_key
           AND w.measure_type = s.measure_type AND w.sex = s.sex AND w.area = s.area
WHERE abs(s.parts - w.value) > 0.05 * s.found -- each part may be rounded to one decimal
  AND (s.parts > w.value OR (g.exhaustive AND s.found = g.members))
