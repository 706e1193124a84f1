-- What was decided about: a decision is in force for as long as the text is this one; NULL: for any text.
ALTER TABLE quarantine_state ADD COLUMN raw TEXT;

-- Everything that was ever refused, by published generations.
CREATE TABLE quarantine_entry (
    quarantine_id  TEXT PRIMARY KEY,
    first_seen_run INTEGER NOT NULL,
    resolved_run   INTEGER,                 -- the run that no longer refused it
    reopened_run   INTEGER,                 -- the run that refused it again after that
    source_sha256  TEXT NOT NULL,
    file_name      TEXT,
    sheet          TEXT,
    cell           TEXT,
    code           TEXT NOT NULL,
    raw            TEXT
) STRICT, WITHOUT ROWID;
