-- Records, versions, and what ties them to River's jobs, in the schema
-- sheetmill beside River's own tables, which are there already. Status, progress
-- and errors of the work are in river_job only (BRIEF R3, R4).
--
-- Every row has an owner: the PostgreSQL role of an analyst. It is the role that
-- writes the row unless said otherwise, and references carry it along, so that no
-- row can point at another owner's. Who may see and change what is in 00002.

-- +goose Up

-- An owner's row is also the lock that a sweep and a claim of that owner meet at.
CREATE TABLE sheetmill.owner (
    name       text        PRIMARY KEY DEFAULT current_user,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sheetmill.dataset (
    seq            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of adding
    owner          text        NOT NULL DEFAULT current_user,
    id             text        NOT NULL,
    file_name      text        NOT NULL,
    file_key       text        NOT NULL,
    file_size      bigint      NOT NULL,
    file_hash      text        NOT NULL,
    idempotency    text,                             -- the client's name for the request that added it
    head           integer     NOT NULL DEFAULT 0,   -- version that reads see; 0 before the first
    clean_data_key text        NOT NULL DEFAULT '',
    total_rows     bigint,
    total_cols     bigint,
    columns        jsonb       NOT NULL DEFAULT '[]',
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz,                      -- NULL: never
    UNIQUE (owner, id),
    UNIQUE (owner, idempotency),
    UNIQUE (seq, owner)
);
CREATE INDEX dataset_newest ON sheetmill.dataset (owner, created_at DESC, seq DESC);
CREATE INDEX dataset_file_key ON sheetmill.dataset (owner, file_key);
CREATE INDEX dataset_expires ON sheetmill.dataset (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE sheetmill.version (
    dataset    bigint      NOT NULL,
    owner      text        NOT NULL DEFAULT current_user,
    number     integer     NOT NULL,
    clean_key  text        NOT NULL,
    keys       text[]      NOT NULL, -- every object that the version needs
    row_count  bigint      NOT NULL,
    columns    jsonb       NOT NULL,
    detail     json        NOT NULL, -- kept to the letter
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (dataset, number),
    FOREIGN KEY (dataset, owner) REFERENCES sheetmill.dataset (seq, owner) ON DELETE CASCADE
);
CREATE INDEX version_keys ON sheetmill.version USING gin (keys);

-- River's jobs have an owner too. It is the role that inserted the job.
ALTER TABLE sheetmill.river_job
    ADD COLUMN owner text NOT NULL DEFAULT current_user,
    ADD CONSTRAINT river_job_id_owner UNIQUE (id, owner);
-- The fetch takes owners in turn.
CREATE INDEX river_job_in_turn ON sheetmill.river_job (queue, owner, priority, scheduled_at, id) WHERE state = 'available';
CREATE INDEX river_job_running ON sheetmill.river_job (owner) WHERE state = 'running';
-- Progress changes the metadata often; these two would make each change dear, and nothing here searches by them.
DROP INDEX IF EXISTS sheetmill.river_job_args_index;
DROP INDEX IF EXISTS sheetmill.river_job_metadata_index;

-- Which record a job works for.
CREATE TABLE sheetmill.dataset_job (
    job     bigint PRIMARY KEY,
    owner   text   NOT NULL DEFAULT current_user,
    dataset bigint NOT NULL,
    FOREIGN KEY (job, owner) REFERENCES sheetmill.river_job (id, owner) ON DELETE CASCADE,
    FOREIGN KEY (dataset, owner) REFERENCES sheetmill.dataset (seq, owner) ON DELETE CASCADE
);
CREATE INDEX dataset_job_dataset ON sheetmill.dataset_job (dataset, job);

-- Objects that a process is about to write and no record refers to yet.
CREATE TABLE sheetmill.claim (
    id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner  text        NOT NULL DEFAULT current_user,
    key    text        NOT NULL,
    holder text        NOT NULL, -- the process, as in process.id
    job    bigint      NOT NULL, -- 0: none yet
    at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX claim_key ON sheetmill.claim (owner, key);
CREATE INDEX claim_job ON sheetmill.claim (job) WHERE job <> 0;

-- Processes that run jobs or hold claims, and when each was last heard of, by
-- the database's clock.
CREATE TABLE sheetmill.process (
    id    text        PRIMARY KEY,
    owner text        NOT NULL DEFAULT current_user,
    host  text        NOT NULL,
    pid   integer     NOT NULL,
    works boolean     NOT NULL, -- runs jobs
    beat  timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE sheetmill.process;
DROP TABLE sheetmill.claim;
DROP TABLE sheetmill.dataset_job;
DROP INDEX sheetmill.river_job_running;
DROP INDEX sheetmill.river_job_in_turn;
ALTER TABLE sheetmill.river_job DROP CONSTRAINT river_job_id_owner, DROP COLUMN owner;
DROP TABLE sheetmill.version;
DROP TABLE sheetmill.dataset;
DROP TABLE sheetmill.owner;
