-- Who may do what, decided by PostgreSQL itself, whatever program asks.
--
-- An analyst is a login role in the group sheetmill_analyst. Row level security
-- shows and lends a role its own rows only. A server is a login role in the group
-- sheetmill_server, which works everyone's rows, and may SET ROLE to each analyst
-- that was granted to it. The group does not inherit (NOINHERIT), so a server has
-- an analyst's rights only while it has her role, and hers alone then.
--
-- Rights to change are given by column, so that nobody can give a row to another,
-- choose its number, or backdate it. Policies are not forced on the tables' owner,
-- who migrates and administers.
--
-- What an analyst with a password of her own can still do, and nothing here closes:
--
--   * Stand in the way. Who may delete from a table may LOCK it, and who may change
--     a row may hold its lock. Servers set lock_timeout, and sheetmill.clear_way() ends
--     the sessions of analysts that others have waited for too long.
--   * Send NOTIFY on any channel, with any payload: there is no right to it. So nothing
--     that is heard is believed; it only makes who hears it look at the tables. River's own
--     control messages (pause, resume, cancel) must not be listened to.
--   * Keep a queue of notifications from being cleared, by LISTEN and an open transaction.
--     clear_way() ends those too.
--   * See the names of roles, databases, tables and sessions, sizes of tables and their
--     numbers of rows (pg_roles, pg_stat_activity, pg_class, pg_stat_user_tables): how many
--     people work here, and how much in all. Query texts of others are hidden. Numbers of
--     jobs and records rise by one for everybody, so gaps tell how much others do.
--   * See estimates for dates, numbers and states in EXPLAIN, made from everyone's rows. Of texts and
--     JSON no statistics are kept, so that a guessed name or hash is not confirmed by an estimate.
--   * Use up processor, memory and disk; a role has a limit of connections and of temporary files
--     (sheetmill user add), and resets its own time limits as it likes.
--   * Give her password or, before PostgreSQL 16, her role to somebody.
--   * Write of her own rows what she likes: their progress, counts and dates are her word.
--
-- Roles belong to the whole server. A login may connect only to the databases that
-- it was given (GRANT CONNECT), so workspaces on one server stay apart.

-- +goose Up

-- +goose StatementBegin
DO $$
DECLARE
    role text;
    f    regprocedure;
BEGIN
    FOREACH role IN ARRAY ARRAY['sheetmill_analyst', 'sheetmill_server'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of this server came first
        END;
    END LOOP;

    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    IF to_regnamespace('public') IS NOT NULL THEN
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
    END IF;

    -- A session lock has no owner, and a large object no row security. Only a
    -- superuser may take these from everybody; without, they stay.
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND (
            proname ~ '^pg_(try_)?advisory_' OR proname IN ('lo_create', 'lo_creat', 'lo_from_bytea', 'pg_logical_emit_message'))
        LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pg_database_owner', f);
            IF f::text LIKE '%advisory%' THEN
                EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO sheetmill_server', f);
            END IF;
        END LOOP;
    END IF;
END
$$;
-- +goose StatementEnd

REVOKE ALL ON SCHEMA sheetmill FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA sheetmill FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA sheetmill FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sheetmill FROM PUBLIC;
GRANT USAGE ON SCHEMA sheetmill TO sheetmill_analyst, sheetmill_server;
GRANT SELECT ON sheetmill.goose_db_version, sheetmill.river_migration TO sheetmill_analyst, sheetmill_server;
GRANT EXECUTE ON FUNCTION sheetmill.river_job_state_in_bitmask TO sheetmill_analyst, sheetmill_server;

GRANT SELECT, INSERT, UPDATE, DELETE ON sheetmill.owner, sheetmill.dataset, sheetmill.version, sheetmill.dataset_job, sheetmill.claim, sheetmill.process,
    sheetmill.river_job, sheetmill.river_queue, sheetmill.river_leader, sheetmill.river_notification TO sheetmill_server;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA sheetmill TO sheetmill_server;

-- A role may also act as the group it is in. Nothing is the group's.
ALTER TABLE sheetmill.owner ADD CONSTRAINT owner_is_one CHECK (name <> 'sheetmill_analyst');
ALTER TABLE sheetmill.dataset ADD CONSTRAINT owner_is_one CHECK (owner <> 'sheetmill_analyst');
ALTER TABLE sheetmill.claim ADD CONSTRAINT owner_is_one CHECK (owner <> 'sheetmill_analyst');
ALTER TABLE sheetmill.process ADD CONSTRAINT owner_is_one CHECK (owner <> 'sheetmill_analyst');
ALTER TABLE sheetmill.river_job ADD CONSTRAINT owner_is_one CHECK (owner <> 'sheetmill_analyst');

-- Servers read and remove objects by the keys in rows that analysts wrote, with rights
-- to everyone's. So a key below owner/ must be below the row's own owner.
CREATE FUNCTION sheetmill.own_key(key text, owner text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN NOT starts_with(key, 'owner/') OR starts_with(key, 'owner/' || owner || '/');
REVOKE ALL ON FUNCTION sheetmill.own_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sheetmill.own_key TO sheetmill_analyst, sheetmill_server;

-- The sizes below are bounds on what a row can cost a server that reads it.

-- Owners. The right to "change" the name, to itself, is the right to lock the row.
ALTER TABLE sheetmill.owner ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT (name), UPDATE (name) ON sheetmill.owner TO sheetmill_analyst;
CREATE POLICY server ON sheetmill.owner TO sheetmill_server USING (true);
CREATE POLICY analyst ON sheetmill.owner TO sheetmill_analyst USING (name = CURRENT_USER::text COLLATE "default");

-- Datasets.
ALTER TABLE sheetmill.dataset ENABLE ROW LEVEL SECURITY;
GRANT SELECT, DELETE,
    INSERT (owner, id, file_name, file_key, file_size, file_hash, idempotency, head, clean_data_key, total_rows, total_cols, columns, expires_at),
    UPDATE (file_name, head, clean_data_key, total_rows, total_cols, columns, updated_at, expires_at)
    ON sheetmill.dataset TO sheetmill_analyst;
CREATE POLICY server ON sheetmill.dataset TO sheetmill_server USING (true);
CREATE POLICY analyst ON sheetmill.dataset TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default")
    WITH CHECK (owner = CURRENT_USER::text COLLATE "default"
        AND sheetmill.own_key(file_key, owner) AND sheetmill.own_key(clean_data_key, owner)
        AND pg_column_size(id) <= 200 AND pg_column_size(file_name) <= 5000 AND pg_column_size(file_key) <= 1000 AND pg_column_size(file_hash) <= 200
        AND coalesce(pg_column_size(idempotency), 0) <= 1000 AND pg_column_size(clean_data_key) <= 1000 AND pg_column_size(columns) <= 16777216);

-- Versions are written once and go with their dataset. The record is looked up here
-- too, because a policy is asked before a unique index and a reference after it: else
-- a failed guess would tell whether another's record has that version.
ALTER TABLE sheetmill.version ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT (dataset, owner, number, clean_key, keys, row_count, columns, detail) ON sheetmill.version TO sheetmill_analyst;
CREATE POLICY server ON sheetmill.version TO sheetmill_server USING (true);
CREATE POLICY analyst ON sheetmill.version TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default")
    WITH CHECK (owner = CURRENT_USER::text COLLATE "default"
        AND EXISTS (SELECT 1 FROM sheetmill.dataset d WHERE d.seq = version.dataset)
        AND sheetmill.own_key(clean_key, owner) AND NOT EXISTS (SELECT 1 FROM unnest(keys) AS k (key) WHERE NOT sheetmill.own_key(k.key, version.owner))
        AND pg_column_size(clean_key) <= 1000 AND pg_column_size(keys) <= 262144 AND pg_column_size(columns) <= 16777216 AND pg_column_size(detail) <= 67108864);
-- The index over the keys cannot be used under a policy, for its operator might leak.
CREATE INDEX version_owner ON sheetmill.version (owner);

-- Which record a job works for; looked up for the same reason.
ALTER TABLE sheetmill.dataset_job ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON sheetmill.dataset_job TO sheetmill_analyst;
CREATE POLICY server ON sheetmill.dataset_job TO sheetmill_server USING (true);
CREATE POLICY analyst ON sheetmill.dataset_job TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default")
    WITH CHECK (owner = CURRENT_USER::text COLLATE "default"
        AND EXISTS (SELECT 1 FROM sheetmill.river_job j WHERE j.id = dataset_job.job)
        AND EXISTS (SELECT 1 FROM sheetmill.dataset d WHERE d.seq = dataset_job.dataset));

-- Claims. One for another's job would be given up by that job's end.
ALTER TABLE sheetmill.claim ENABLE ROW LEVEL SECURITY;
GRANT SELECT, DELETE, INSERT (owner, key, holder, job), UPDATE (job) ON sheetmill.claim TO sheetmill_analyst;
CREATE POLICY server ON sheetmill.claim TO sheetmill_server USING (true);
CREATE POLICY analyst ON sheetmill.claim TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default")
    WITH CHECK (owner = CURRENT_USER::text COLLATE "default" AND sheetmill.own_key(key, owner) AND pg_column_size(key) <= 1000 AND pg_column_size(holder) <= 200
        AND (job = 0 OR EXISTS (SELECT 1 FROM sheetmill.river_job j WHERE j.id = claim.job)));

-- Processes. Everybody may see which live, for jobs and claims name them; whose and where they are is not told.
ALTER TABLE sheetmill.process ENABLE ROW LEVEL SECURITY;
GRANT SELECT (id, beat, works), DELETE, INSERT (id, owner, host, pid, works, beat), UPDATE (host, pid, works, beat) ON sheetmill.process TO sheetmill_analyst;
CREATE POLICY server ON sheetmill.process TO sheetmill_server USING (true);
CREATE POLICY seen ON sheetmill.process FOR SELECT TO sheetmill_analyst USING (true);
CREATE POLICY added ON sheetmill.process FOR INSERT TO sheetmill_analyst
    WITH CHECK (owner = CURRENT_USER::text COLLATE "default" AND pg_column_size(id) <= 200 AND pg_column_size(host) <= 300);
CREATE POLICY changed ON sheetmill.process FOR UPDATE TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default")
    WITH CHECK (owner = CURRENT_USER::text COLLATE "default" AND pg_column_size(host) <= 300);
CREATE POLICY removed ON sheetmill.process FOR DELETE TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default");

-- Jobs. River's client names most columns when it inserts, and the kind when it
-- finds a job there already.
ALTER TABLE sheetmill.river_job ENABLE ROW LEVEL SECURITY;
GRANT SELECT, DELETE,
    INSERT (id, args, attempt, attempted_at, attempted_by, created_at, errors, finalized_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state,
        tags, unique_key, unique_states),
    UPDATE (attempt, attempted_at, attempted_by, errors, finalized_at, kind, max_attempts, metadata, priority, scheduled_at, state)
    ON sheetmill.river_job TO sheetmill_analyst;
GRANT USAGE ON SEQUENCE sheetmill.river_job_id_seq TO sheetmill_analyst;
CREATE POLICY server ON sheetmill.river_job TO sheetmill_server USING (true);
CREATE POLICY seen ON sheetmill.river_job FOR SELECT TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default");
-- River's unique jobs are unique among all owners: they would tell of another's job, and keep it out.
CREATE POLICY added ON sheetmill.river_job FOR INSERT TO sheetmill_analyst
    WITH CHECK (owner = CURRENT_USER::text COLLATE "default" AND unique_key IS NULL
        AND coalesce(args ->> 'owner', owner) = owner AND sheetmill.own_key(coalesce(args ->> 'fileKey', ''), owner)
        AND pg_column_size(args) <= 1048576 AND pg_column_size(metadata) <= 1048576 AND pg_column_size(tags) <= 65536
        AND coalesce(pg_column_size(attempted_by), 0) <= 65536 AND coalesce(pg_column_size(errors), 0) <= 8388608);
CREATE POLICY changed ON sheetmill.river_job FOR UPDATE TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default")
    WITH CHECK (owner = CURRENT_USER::text COLLATE "default" AND pg_column_size(metadata) <= 1048576
        AND coalesce(pg_column_size(attempted_by), 0) <= 65536 AND coalesce(pg_column_size(errors), 0) <= 8388608);
CREATE POLICY removed ON sheetmill.river_job FOR DELETE TO sheetmill_analyst USING (owner = CURRENT_USER::text COLLATE "default");

-- A number that somebody chose could be one that another's job is to have, or show which there are.
CREATE FUNCTION sheetmill.next_job() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$BEGIN NEW.id := nextval('sheetmill.river_job_id_seq'); RETURN NEW; END$$;
REVOKE ALL ON FUNCTION sheetmill.next_job FROM PUBLIC;
CREATE TRIGGER next_job BEFORE INSERT ON sheetmill.river_job
    FOR EACH ROW WHEN (NOT pg_has_role('sheetmill_server', 'USAGE')) EXECUTE FUNCTION sheetmill.next_job();

-- Queues are everybody's, and pausing one is not an analyst's. A row that looks long unused would be cleared away, and a pause with it.
ALTER TABLE sheetmill.river_queue ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE (updated_at) ON sheetmill.river_queue TO sheetmill_analyst;
CREATE POLICY server ON sheetmill.river_queue TO sheetmill_server USING (true);
CREATE POLICY seen ON sheetmill.river_queue FOR SELECT TO sheetmill_analyst USING (true);
CREATE POLICY added ON sheetmill.river_queue FOR INSERT TO sheetmill_analyst WITH CHECK (paused_at IS NULL AND metadata = '{}');
CREATE POLICY changed ON sheetmill.river_queue FOR UPDATE TO sheetmill_analyst USING (true) WITH CHECK (updated_at > now() - interval '12 hours');
INSERT INTO sheetmill.river_queue (name, updated_at) VALUES ('sheets', now());

-- No statistics of texts: an estimate would confirm a guess at another's.
-- +goose StatementBegin
DO $$
DECLARE c record;
BEGIN
    FOR c IN SELECT attrelid::regclass AS t, attname AS name FROM pg_attribute
        WHERE attrelid = ANY(ARRAY['sheetmill.dataset', 'sheetmill.version', 'sheetmill.claim', 'sheetmill.river_job', 'sheetmill.dataset_job', 'sheetmill.owner']::regclass[])
            AND attnum > 0 AND NOT attisdropped AND atttypid IN ('text'::regtype, 'text[]'::regtype, 'json'::regtype, 'jsonb'::regtype, 'jsonb[]'::regtype, 'bytea'::regtype, 'varchar[]'::regtype)
            AND NOT (attrelid = 'sheetmill.river_job'::regclass AND attname IN ('kind', 'queue'))
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', c.t, c.name);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- Ends the sessions of analysts that another session has waited for longer than
-- this, or that are long in a transaction while notifications cannot be cleared. It
-- works where the owner of the tables is a superuser, or has pg_signal_backend and pg_read_all_stats.
-- +goose StatementBegin
CREATE FUNCTION sheetmill.clear_way(patience interval) RETURNS TABLE (pid integer, role name) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH hinder AS (
        SELECT unnest(pg_blocking_pids(w.pid)) AS pid FROM pg_locks w WHERE NOT w.granted AND w.waitstart < clock_timestamp() - patience
        UNION
        SELECT l.pid FROM pg_stat_activity l WHERE pg_notification_queue_usage() > 0.5 AND l.xact_start < clock_timestamp() - patience
    ), chosen AS MATERIALIZED ( -- so that nobody else is ended, in whatever order conditions are tried
        SELECT a.pid, a.usename FROM pg_stat_activity a
        WHERE a.pid IN (SELECT h.pid FROM hinder h) AND a.datname = current_database()
            AND EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = a.usesysid AND m.roleid = 'sheetmill_analyst'::regrole)
    )
    SELECT c.pid, c.usename FROM chosen c WHERE pg_terminate_backend(c.pid)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION sheetmill.clear_way FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sheetmill.clear_way TO sheetmill_server;

-- +goose Down
DROP FUNCTION sheetmill.clear_way;
DROP TRIGGER next_job ON sheetmill.river_job;
DROP FUNCTION sheetmill.next_job;
DROP INDEX sheetmill.version_owner;
-- +goose StatementBegin
DO $$
DECLARE p record;
BEGIN
    FOR p IN SELECT schemaname, tablename, policyname FROM pg_policies WHERE schemaname = 'sheetmill' LOOP
        EXECUTE format('DROP POLICY %I ON %I.%I', p.policyname, p.schemaname, p.tablename);
    END LOOP;
    FOR p IN SELECT oid::regclass AS t FROM pg_class WHERE relnamespace = 'sheetmill'::regnamespace AND relrowsecurity LOOP
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', p.t);
    END LOOP;
    FOR p IN SELECT conrelid::regclass AS t FROM pg_constraint WHERE connamespace = 'sheetmill'::regnamespace AND conname = 'owner_is_one' LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT owner_is_one', p.t);
    END LOOP;
END
$$;
-- +goose StatementEnd
DROP FUNCTION sheetmill.own_key;
REVOKE ALL ON ALL TABLES IN SCHEMA sheetmill FROM sheetmill_analyst, sheetmill_server;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA sheetmill FROM sheetmill_analyst, sheetmill_server;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sheetmill FROM sheetmill_analyst, sheetmill_server;
REVOKE ALL ON SCHEMA sheetmill FROM sheetmill_analyst, sheetmill_server;
DELETE FROM sheetmill.river_queue WHERE name = 'sheets';
