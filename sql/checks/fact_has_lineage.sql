-- check: fact_has_lineage
-- severity: error
-- text_en: a loaded value does not say which cell it came from, or the lineage has more or fewer rows than the facts
-- text_vi: có giá trị đã nạp nhưng không chỉ ra được ô nguồn, hoặc số dòng nguồn gốc khác số giá trị
WITH facts AS (
  SELECT 'fact_observation' AS fact, count(*) AS n FROM dw.fact_observation
  UNION ALL SELECT 'plan_achievement', count(achieved_pct) FROM dw.fact_observation
  UNION ALL SELECT 'fact_insurance', count(*) FROM dw.fact_insurance
  UNION ALL SELECT 'fact_task', count(*) FROM dw.fact_task
), told AS (
  SELECT fact, count(*) AS lines, count(*) FILTER (WHERE source_sha256 IS NULL OR cell IS NULL OR raw IS NULL) AS incomplete,
         min(fact_id) FILTER (WHERE source_sha256 IS NULL OR cell IS NULL OR raw IS NULL) AS first_incomplete
  FROM audit.lineage GROUP BY fact
)
SELECT f.fact, f.n AS facts, coalesce(t.lines, 0) AS lines, t.incomplete, t.first_incomplete
FROM facts AS f LEFT JOIN told AS t ON t.fact = f.fact
WHERE coalesce(t.lines, 0) <> f.n OR t.incomplete > 0
