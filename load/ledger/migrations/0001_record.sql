CREATE TABLE run (
    run_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    command     TEXT NOT NULL,
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    status      TEXT NOT NULL CHECK (status IN ('running', 'succeeded', 'failed', 'cancelled', 'crashed')),
    counts      TEXT NOT NULL DEFAULT '{}', -- JSON object: name to whole number
    error       TEXT,
    generation  INTEGER,                    -- the generation it published
    writer      TEXT NOT NULL,              -- names the lock file of the process that runs it
    CHECK ((status = 'running') = (finished_at IS NULL))
) STRICT;

CREATE TABLE run_event (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id   INTEGER NOT NULL REFERENCES run,
    at       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    message  TEXT NOT NULL,
    detail   TEXT                           -- JSON object
) STRICT;
CREATE INDEX run_event_run ON run_event (run_id);

CREATE TABLE item (
    sha256         TEXT PRIMARY KEY,
    first_seen_run INTEGER NOT NULL REFERENCES run,
    fate           TEXT NOT NULL,
    fate_run       INTEGER NOT NULL REFERENCES run, -- the run that decided the fate
    detail         TEXT
) STRICT;

CREATE TABLE item_origin (
    sha256 TEXT NOT NULL REFERENCES item,
    origin TEXT NOT NULL,
    PRIMARY KEY (sha256, origin)
) STRICT;

-- Every change is kept; the last one is in force.
CREATE TABLE quarantine_state (
    change_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    quarantine_id TEXT NOT NULL,
    state         TEXT NOT NULL,
    changed_at    TEXT NOT NULL,
    by            TEXT NOT NULL,
    note          TEXT
) STRICT;
CREATE INDEX quarantine_state_id ON quarantine_state (quarantine_id, change_id);

CREATE TABLE check_result (
    run_id   INTEGER NOT NULL REFERENCES run,
    code     TEXT NOT NULL,
    severity TEXT NOT NULL,
    status   TEXT NOT NULL CHECK (status IN ('passed', 'failed', 'warning', 'not_run')),
    n        INTEGER NOT NULL,              -- rows that offend
    detail   TEXT,
    PRIMARY KEY (run_id, code)
) STRICT;

CREATE TABLE publication (
    publication_id INTEGER PRIMARY KEY AUTOINCREMENT,
    generation     INTEGER NOT NULL,
    action         TEXT NOT NULL CHECK (action IN ('publish', 'rollback')),
    at             TEXT NOT NULL,
    run_id         INTEGER REFERENCES run,
    UNIQUE (generation, action, at)
) STRICT;
