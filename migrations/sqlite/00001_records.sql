-- Records, versions, and what ties them to River's jobs. Times are
-- milliseconds since 1970, UTC. Status, progress and errors of the work are
-- in river_job only (BRIEF R3, R4).

-- +goose Up
CREATE TABLE dataset (
    seq            INTEGER PRIMARY KEY,           -- order of adding
    id             TEXT    NOT NULL UNIQUE,
    owner          TEXT    NOT NULL,
    file_name      TEXT    NOT NULL,
    file_key       TEXT    NOT NULL,
    file_size      INTEGER NOT NULL,
    file_hash      TEXT    NOT NULL,
    head           INTEGER NOT NULL DEFAULT 0,    -- version that reads see; 0 before the first
    clean_data_key TEXT    NOT NULL DEFAULT '',
    total_rows     INTEGER,
    total_cols     INTEGER,
    columns        TEXT    NOT NULL DEFAULT '[]', -- JSON
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    expires_at     INTEGER                        -- NULL: never
) STRICT;
CREATE INDEX dataset_owner ON dataset (owner, id);
CREATE INDEX dataset_file_key ON dataset (file_key);
CREATE INDEX dataset_expires ON dataset (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE version (
    dataset    INTEGER NOT NULL REFERENCES dataset (seq) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    clean_key  TEXT    NOT NULL,
    row_count  INTEGER NOT NULL,
    columns    TEXT    NOT NULL, -- JSON
    detail     TEXT    NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    PRIMARY KEY (dataset, number)
) STRICT, WITHOUT ROWID;

-- Every object that a version needs.
CREATE TABLE version_key (
    dataset INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    key     TEXT    NOT NULL,
    PRIMARY KEY (dataset, number, key),
    FOREIGN KEY (dataset, number) REFERENCES version (dataset, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX version_key_key ON version_key (key);

-- Which record a job works for. No reference to river_job: River makes its
-- tables itself, and Remove deletes both.
CREATE TABLE dataset_job (
    job     INTEGER PRIMARY KEY,
    dataset INTEGER NOT NULL REFERENCES dataset (seq) ON DELETE CASCADE
) STRICT;
CREATE INDEX dataset_job_dataset ON dataset_job (dataset, job);

-- Objects that a process is about to write and no record refers to yet.
CREATE TABLE claim (
    id     INTEGER PRIMARY KEY,
    key    TEXT    NOT NULL,
    holder TEXT    NOT NULL, -- the process, by its sign of life
    job    INTEGER NOT NULL, -- 0: none yet
    at     INTEGER NOT NULL
) STRICT;
CREATE INDEX claim_key ON claim (key);
CREATE INDEX claim_job ON claim (job);

-- Processes that run jobs, and when each was last heard of.
CREATE TABLE worker (
    id    TEXT    PRIMARY KEY,
    owner TEXT    NOT NULL,
    host  TEXT    NOT NULL,
    pid   INTEGER NOT NULL,
    beat  INTEGER NOT NULL
) STRICT;

-- +goose Down
DROP TABLE worker;
DROP TABLE claim;
DROP TABLE dataset_job;
DROP TABLE version_key;
DROP TABLE version;
DROP TABLE dataset;
