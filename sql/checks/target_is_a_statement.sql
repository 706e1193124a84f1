-- check: target_is_a_statement
-- severity: error
-- text_en: a target states no bound, or a lower bound above its upper one
-- text_vi: có mục tiêu không nêu mức, hoặc mức dưới lớn hơn mức trên
SELECT target_id, target_min, target_max, comparator FROM dw.fact_target
WHERE (target_min IS NULL AND target_max IS NULL) OR target_min > target_max OR year_from > year_to
   OR comparator IS NULL OR comparator NOT IN ('=', '<', '<=', '>', '>=', 'between')
   OR kind IS NULL OR kind NOT IN ('level_at_year', 'annual_change', 'cumulative')
