-- check: codes_never_overlap
-- severity: error
-- text_en: a bare code stands for two territories of one level on the same day
-- text_vi: có mã địa bàn chỉ hai đơn vị cùng cấp trong cùng một ngày
-- A code that changes meaning over time is expected (seven did on 2025-07-01); two meanings at once would make even a dated code useless.
SELECT a.territory_code, a.territory_id, b.territory_id AS other_id
FROM dw.dim_territory AS a JOIN dw.dim_territory AS b
  ON b.territory_code = a.territory_code AND b.level = a.level AND b.territory_key > a.territory_key AND a.level IN ('country', 'province')
 AND coalesce(a.valid_from, DATE '0001-01-01') <= coalesce(b.valid_to, DATE '9999-12-31')
 AND coalesce(b.valid_from, DATE '0001-01-01') <= coalesce(a.valid_to, DATE '9999-12-31')
