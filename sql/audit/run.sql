-- The ledger's runs, as they stood when this generation was built. The run that built it is still open here.
CREATE TABLE audit.run AS SELECT * FROM input.run ORDER BY started_at, run_id;
