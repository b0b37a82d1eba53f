-- Tokens of the HTTP API. A token's text is shm_<id>_<secret>; the secret has 256 random
-- bits and is kept as its SHA-256 only, which nobody but servers can read.

-- +goose Up
CREATE TABLE sheetmill.token (
    id           text        PRIMARY KEY,
    owner        text        NOT NULL REFERENCES sheetmill.owner (name) ON DELETE CASCADE,
    name         text        NOT NULL, -- what a person calls it
    rights       text        NOT NULL CHECK (rights IN ('read', 'write', 'admin')),
    hash         bytea       NOT NULL CHECK (octet_length(hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,          -- NULL: never
    last_used_at timestamptz,          -- to the minute
    revoked_at   timestamptz
);
CREATE INDEX token_owner ON sheetmill.token (owner);
ALTER TABLE sheetmill.token ENABLE ROW LEVEL SECURITY;
ALTER TABLE sheetmill.token ALTER COLUMN id SET STATISTICS 0, ALTER COLUMN owner SET STATISTICS 0, ALTER COLUMN name SET STATISTICS 0,
    ALTER COLUMN rights SET STATISTICS 0, ALTER COLUMN hash SET STATISTICS 0;

GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at) ON sheetmill.token TO sheetmill_server;
CREATE POLICY server ON sheetmill.token TO sheetmill_server USING (true);
-- An analyst sees which tokens act for her.
GRANT SELECT (id, owner, name, rights, created_at, expires_at, last_used_at, revoked_at) ON sheetmill.token TO sheetmill_analyst;
CREATE POLICY analyst ON sheetmill.token FOR SELECT TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default");

-- +goose Down
DROP TABLE sheetmill.token;
