-- The latest vintage of every fact with the codes of its dimensions: what most marts start from. A table, because putting the ten
-- joins of the view together again for each of them takes longer than all they do with it.
CREATE TABLE staging.latest AS
SELECT * FROM dw.observation WHERE is_latest;
