-- What was scheduled when. A job that has been taken away has a last row with an empty cron.
CREATE TABLE schedule (
    job            TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    cron           TEXT NOT NULL,
    time_zone      TEXT NOT NULL,
    PRIMARY KEY (job, effective_from)
) STRICT;

-- Up to decided_to every slot of the job has a verdict.
CREATE TABLE schedule_state (
    job        TEXT PRIMARY KEY,
    decided_to TEXT NOT NULL
) STRICT;

-- One verdict a slot: the primary key is the rule.
CREATE TABLE slot (
    job          TEXT NOT NULL,
    slot_at      TEXT NOT NULL,
    verdict      TEXT NOT NULL CHECK (verdict IN ('ran', 'skipped', 'missed')),
    reason       TEXT,
    run_id       INTEGER,                   -- ran: the run, where one was begun
    caught_up_by INTEGER,                   -- missed: the run that made good for it
    decided_at   TEXT NOT NULL,
    PRIMARY KEY (job, slot_at),
    CHECK (verdict = 'ran' OR reason IS NOT NULL),
    CHECK (verdict = 'ran' OR run_id IS NULL),
    CHECK (verdict = 'missed' OR caught_up_by IS NULL)
) STRICT;

-- Verdicts about times that had not come yet, taken back when the clock went back.
CREATE TABLE slot_withdrawn (
    job          TEXT NOT NULL,
    slot_at      TEXT NOT NULL,
    verdict      TEXT NOT NULL,
    reason       TEXT,
    run_id       INTEGER,
    caught_up_by INTEGER,
    decided_at   TEXT NOT NULL,
    withdrawn_at TEXT NOT NULL
) STRICT;

CREATE TABLE attempt (
    attempt_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    job         TEXT NOT NULL,
    slot_at     TEXT NOT NULL,
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    run_id      INTEGER,
    error       TEXT,
    transient   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX attempt_slot ON attempt (job, slot_at);
