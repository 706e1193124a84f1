-- Every schedule slot since installation and its one verdict.
CREATE TABLE audit.slot AS SELECT * FROM input.slot ORDER BY slot_at, job;
