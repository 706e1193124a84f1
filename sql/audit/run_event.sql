-- What happened inside the runs, as the ledger recorded it.
CREATE TABLE audit.run_event AS SELECT * FROM input.run_event ORDER BY event_id, event_at;
