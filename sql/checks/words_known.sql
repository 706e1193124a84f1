-- check: words_known
-- severity: error
-- text_en: a qualifier, kind of emptiness, status or frequency is not a known word
-- text_vi: có từ định tính, loại trống, trạng thái hoặc tần suất không thuộc danh sách
SELECT DISTINCT 'qualifier' AS what, qualifier AS word FROM dw.fact_observation WHERE qualifier NOT IN ('at_least', 'at_most', 'about')
UNION ALL SELECT DISTINCT 'empty_kind', empty_kind FROM dw.fact_observation WHERE empty_kind NOT IN ('dash', 'ellipsis', 'dots', 'not_applicable')
UNION ALL SELECT DISTINCT 'obs_status', obs_status FROM dw.fact_observation WHERE obs_status NOT IN ('A', 'E', 'P', 'F', 'M', 'L', 'B')
UNION ALL SELECT period_id, freq FROM dw.dim_period WHERE freq IS NULL OR date_start IS NULL OR date_end IS NULL OR date_start > date_end
