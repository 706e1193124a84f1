-- A ledger of schema 1, as the first release wrote it.
PRAGMA application_id = 1885891683;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE check_result (
    run_id   INTEGER NOT NULL REFERENCES run,
    code     TEXT NOT NULL,
    severity TEXT NOT NULL,
    status   TEXT NOT NULL CHECK (status IN ('passed', 'failed', 'warning', 'not_run')),
    n        INTEGER NOT NULL,              -- rows that offend
    detail   TEXT,
    PRIMARY KEY (run_id, code)
) STRICT;
INSERT INTO "check_result" VALUES(1,'total.parts','error','passed',0,NULL);
INSERT INTO "check_result" VALUES(1,'jump.year','warning','warning',2,'2 rows');
CREATE TABLE item (
    sha256         TEXT PRIMARY KEY,
    first_seen_run INTEGER NOT NULL REFERENCES run,
    fate           TEXT NOT NULL,
    fate_run       INTEGER NOT NULL REFERENCES run, -- the run that decided the fate
    detail         TEXT
) STRICT;
INSERT INTO "item" VALUES('aa',1,'loaded',1,NULL);
INSERT INTO "item" VALUES('bb',1,'refused',2,'file.truncated');
CREATE TABLE item_origin (
    sha256 TEXT NOT NULL REFERENCES item,
    origin TEXT NOT NULL,
    PRIMARY KEY (sha256, origin)
) STRICT;
INSERT INTO "item_origin" VALUES('aa','inbox/Huế.xlsx');
INSERT INTO "item_origin" VALUES('aa','inbox/bản sao/Huế.xlsx');
INSERT INTO "item_origin" VALUES('bb','inbox/x.xlsx');
CREATE TABLE publication (
    publication_id INTEGER PRIMARY KEY AUTOINCREMENT,
    generation     INTEGER NOT NULL,
    action         TEXT NOT NULL CHECK (action IN ('publish', 'rollback')),
    at             TEXT NOT NULL,
    run_id         INTEGER REFERENCES run,
    UNIQUE (generation, action, at)
) STRICT;
INSERT INTO "publication" VALUES(1,1,'publish','2026-01-05T19:03:12.100Z',1);
CREATE TABLE quarantine_state (
    change_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    quarantine_id TEXT NOT NULL,
    state         TEXT NOT NULL,
    changed_at    TEXT NOT NULL,
    by            TEXT NOT NULL,
    note          TEXT
) STRICT;
INSERT INTO "quarantine_state" VALUES(1,'q1','open','2026-01-05T19:03:00.000Z','run 1',NULL);
INSERT INTO "quarantine_state" VALUES(2,'q1','accepted','2026-01-06T01:00:00.000Z','clerk','checked by telephone');
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
INSERT INTO "run" VALUES(1,'refresh','2026-01-05T19:00:00.000Z','2026-01-05T19:03:12.250Z','succeeded','{"files":63,"cells_read":15120,"loaded":15001,"quarantined":19,"skipped":100}',NULL,1,'ledger.sqlite-writer-aaaaaaaaaaaa');
INSERT INTO "run" VALUES(2,'refresh','2026-01-06T19:00:00.000Z','2026-01-06T19:00:02.000Z','failed','{}','the disk is full',NULL,'ledger.sqlite-writer-bbbbbbbbbbbb');
INSERT INTO "run" VALUES(3,'refresh --full','2026-01-07T19:00:00.000Z',NULL,'running','{}',NULL,NULL,'ledger.sqlite-writer-cccccccccccc');
CREATE TABLE run_event (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id   INTEGER NOT NULL REFERENCES run,
    at       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    message  TEXT NOT NULL,
    detail   TEXT                           -- JSON object
) STRICT;
INSERT INTO "run_event" VALUES(1,1,'2026-01-05T19:00:01.000Z','landed','tệp Huế.xlsx','{"sha256":"aa"}');
INSERT INTO "run_event" VALUES(2,1,'2026-01-05T19:03:12.000Z','published','generation 1',NULL);
CREATE INDEX run_event_run ON run_event (run_id);
CREATE INDEX quarantine_state_id ON quarantine_state (quarantine_id, change_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('run',3);
INSERT INTO "sqlite_sequence" VALUES('run_event',2);
INSERT INTO "sqlite_sequence" VALUES('quarantine_state',2);
INSERT INTO "sqlite_sequence" VALUES('publication',1);
COMMIT;
