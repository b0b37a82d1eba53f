-- The audit log: who did what and when, in chains. An entry's hash covers its text
-- and the hash before it, so that whoever changes, removes or reorders entries breaks the chain
-- from there on. Every owner has a chain, so that one's open transaction blocks no other; what
-- administrators do is in the chain sheetmill.
--
-- Only the functions here write, and they take the actor from the session: the
-- role that logged in, and the role it acts as. Triggers write at commit, so that
-- a chain's lock is held for no longer than a commit takes.
--
-- A superuser can switch triggers off, and make a whole chain anew with hashes that fit.
-- That is found only by a head (number and hash) noted elsewhere before.

-- +goose Up
CREATE TABLE sheetmill.audit (
    chain    text        NOT NULL,
    n        bigint      NOT NULL, -- 1, 2, ... within the chain
    at       timestamptz NOT NULL,
    login    text        NOT NULL, -- the role that logged in
    role     text        NOT NULL, -- the role it acted as
    action   text        NOT NULL,
    subject  text        NOT NULL, -- a record's id, a user's name, ...
    detail   jsonb       NOT NULL,
    previous bytea       NOT NULL, -- hash of the entry before; empty at the first
    hash     bytea       NOT NULL,
    PRIMARY KEY (chain, n)
);
CREATE INDEX audit_at ON sheetmill.audit (at);
-- Where each chain ends; its row is the chain's lock.
CREATE TABLE sheetmill.audit_head (
    chain text   PRIMARY KEY,
    n     bigint NOT NULL,
    hash  bytea  NOT NULL
);

ALTER TABLE sheetmill.audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE sheetmill.audit_head ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON sheetmill.audit, sheetmill.audit_head TO sheetmill_analyst, sheetmill_server;
CREATE POLICY server ON sheetmill.audit FOR SELECT TO sheetmill_server USING (true);
CREATE POLICY server ON sheetmill.audit_head FOR SELECT TO sheetmill_server USING (true);
CREATE POLICY analyst ON sheetmill.audit FOR SELECT TO sheetmill_analyst USING (chain = CURRENT_USER::text COLLATE "default");
CREATE POLICY analyst ON sheetmill.audit_head FOR SELECT TO sheetmill_analyst USING (chain = CURRENT_USER::text COLLATE "default");
ALTER TABLE sheetmill.audit ALTER COLUMN chain SET STATISTICS 0, ALTER COLUMN login SET STATISTICS 0, ALTER COLUMN role SET STATISTICS 0,
    ALTER COLUMN action SET STATISTICS 0, ALTER COLUMN subject SET STATISTICS 0, ALTER COLUMN detail SET STATISTICS 0,
    ALTER COLUMN previous SET STATISTICS 0, ALTER COLUMN hash SET STATISTICS 0;
ALTER TABLE sheetmill.audit_head ALTER COLUMN chain SET STATISTICS 0, ALTER COLUMN hash SET STATISTICS 0;

-- Nobody has the right to change or remove an entry, and whoever owns the table is stopped too.
-- +goose StatementBegin
CREATE FUNCTION sheetmill.audit_is_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'entries of the audit log are neither changed nor removed' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON sheetmill.audit EXECUTE FUNCTION sheetmill.audit_is_kept();
CREATE TRIGGER audit_is_kept BEFORE DELETE OR TRUNCATE ON sheetmill.audit_head EXECUTE FUNCTION sheetmill.audit_is_kept();

-- The role that asks, also within a function that runs with its owner's rights.
CREATE FUNCTION sheetmill.acting() RETURNS text LANGUAGE sql STABLE
    RETURN CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END;

-- Where an owner's entries go, and everybody else's.
CREATE FUNCTION sheetmill.chain_of(who text) RETURNS text LANGUAGE sql STABLE
    RETURN CASE WHEN EXISTS (SELECT 1 FROM sheetmill.owner WHERE name = who) THEN who ELSE 'sheetmill' END;

-- A text is written with its length before it, so that no two lists of texts are the same one.
CREATE FUNCTION sheetmill.audit_text(VARIADIC parts text[]) RETURNS bytea LANGUAGE sql IMMUTABLE
    RETURN (SELECT convert_to(string_agg(octet_length(convert_to(p, 'UTF8'))::text || ':' || p, '' ORDER BY n), 'UTF8') FROM unnest(parts) WITH ORDINALITY AS u (p, n));

-- +goose StatementBegin
CREATE FUNCTION sheetmill.append(chain text, action text, subject text, detail jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e sheetmill.audit;
BEGIN
    INSERT INTO sheetmill.audit_head AS h (chain, n, hash) VALUES (append.chain, 1, '')
        ON CONFLICT ON CONSTRAINT audit_head_pkey DO UPDATE SET n = h.n + 1
        RETURNING h.n, h.hash INTO e.n, e.previous;
    e.chain := append.chain;
    e.at := clock_timestamp();
    e.login := session_user;
    e.role := sheetmill.acting();
    e.action := append.action;
    e.subject := append.subject;
    e.detail := append.detail;
    e.hash := sha256(sheetmill.audit_text(e.chain, e.n::text, (extract(epoch FROM e.at) * 1000000)::bigint::text,
        e.login, e.role, e.action, e.subject, e.detail::text, encode(e.previous, 'hex')));
    INSERT INTO sheetmill.audit VALUES (e.*);
    UPDATE sheetmill.audit_head AS h SET hash = e.hash WHERE h.chain = e.chain;
END
$$;

-- What a program notes for its owner, such as an export. The names of what the triggers note are theirs.
CREATE FUNCTION sheetmill.note(action text, subject text, detail jsonb DEFAULT '{}') RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF action !~ '^[a-z]{1,30}\.[a-z]{1,30}$' OR action ~ '^(dataset|version|user|server|token)\.'
        OR octet_length(subject) > 300 OR octet_length(detail::text) > 8192 OR subject IS NULL OR detail IS NULL THEN
        RAISE EXCEPTION 'this is not for the audit log' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM sheetmill.append(sheetmill.chain_of(sheetmill.acting()), action, subject, detail);
END
$$;

-- What an administrator notes that no row shows.
CREATE FUNCTION sheetmill.note_administration(action text, subject text, detail jsonb DEFAULT '{}') RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$ SELECT sheetmill.append('sheetmill', action, subject, detail) $$;

CREATE FUNCTION sheetmill.note_dataset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        PERFORM sheetmill.append(NEW.owner, 'dataset.added', NEW.id,
            jsonb_build_object('fileName', NEW.file_name, 'fileSize', NEW.file_size, 'fileHash', NEW.file_hash));
    WHEN 'DELETE' THEN
        PERFORM sheetmill.append(OLD.owner, CASE WHEN OLD.expires_at <= now() THEN 'dataset.expired' ELSE 'dataset.removed' END, OLD.id,
            jsonb_build_object('fileName', OLD.file_name, 'fileHash', OLD.file_hash));
    ELSE
        -- The head that a commit moved is noted with the version, which began when this transaction did.
        IF NOT EXISTS (SELECT 1 FROM sheetmill.version v WHERE v.dataset = NEW.seq AND v.number = NEW.head AND v.created_at = now()) THEN
            PERFORM sheetmill.append(NEW.owner, 'version.chosen', NEW.id, jsonb_build_object('version', NEW.head, 'before', OLD.head));
        END IF;
    END CASE;
    RETURN NULL;
END
$$;

CREATE FUNCTION sheetmill.note_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM sheetmill.append(NEW.owner, 'version.committed', d.id, jsonb_build_object('version', NEW.number, 'rows', NEW.row_count))
        FROM sheetmill.dataset d WHERE d.seq = NEW.dataset;
    RETURN NULL;
END
$$;

-- Whoever registers herself writes her own chain, and cannot hold the administrators'.
CREATE FUNCTION sheetmill.note_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM sheetmill.append('sheetmill', 'user.removed', OLD.name, '{}');
    ELSE
        PERFORM sheetmill.append(CASE WHEN sheetmill.acting() = NEW.name THEN NEW.name ELSE 'sheetmill' END, 'user.added', NEW.name, '{}');
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION sheetmill.note_token() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        PERFORM sheetmill.append('sheetmill', 'token.created', NEW.id,
            jsonb_build_object('owner', NEW.owner, 'name', NEW.name, 'rights', NEW.rights, 'expiresAt', NEW.expires_at));
    WHEN 'DELETE' THEN
        PERFORM sheetmill.append('sheetmill', 'token.removed', OLD.id, jsonb_build_object('owner', OLD.owner, 'name', OLD.name));
    ELSE
        PERFORM sheetmill.append('sheetmill', CASE WHEN NEW.revoked_at IS NULL THEN 'token.restored' ELSE 'token.revoked' END, NEW.id,
            jsonb_build_object('owner', NEW.owner, 'name', NEW.name));
    END CASE;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE CONSTRAINT TRIGGER note_rows AFTER INSERT OR DELETE ON sheetmill.dataset DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sheetmill.note_dataset();
CREATE CONSTRAINT TRIGGER note_head AFTER UPDATE OF head ON sheetmill.dataset DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.head <> NEW.head) EXECUTE FUNCTION sheetmill.note_dataset();
CREATE CONSTRAINT TRIGGER note_rows AFTER INSERT ON sheetmill.version DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sheetmill.note_version();
CREATE CONSTRAINT TRIGGER note_rows AFTER INSERT OR DELETE ON sheetmill.owner DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sheetmill.note_owner();
CREATE CONSTRAINT TRIGGER note_rows AFTER INSERT OR DELETE ON sheetmill.token DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sheetmill.note_token();
CREATE CONSTRAINT TRIGGER note_revoked AFTER UPDATE OF revoked_at ON sheetmill.token DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.revoked_at IS NULL) <> (NEW.revoked_at IS NULL)) EXECUTE FUNCTION sheetmill.note_token();

REVOKE ALL ON FUNCTION sheetmill.audit_is_kept, sheetmill.acting, sheetmill.chain_of, sheetmill.audit_text, sheetmill.append, sheetmill.note,
    sheetmill.note_administration, sheetmill.note_dataset, sheetmill.note_version, sheetmill.note_owner, sheetmill.note_token FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sheetmill.note TO sheetmill_analyst, sheetmill_server;

-- +goose Down
DROP TRIGGER note_rows ON sheetmill.dataset;
DROP TRIGGER note_head ON sheetmill.dataset;
DROP TRIGGER note_rows ON sheetmill.version;
DROP TRIGGER note_rows ON sheetmill.owner;
DROP TRIGGER note_rows ON sheetmill.token;
DROP TRIGGER note_revoked ON sheetmill.token;
DROP FUNCTION sheetmill.note_administration, sheetmill.note_token, sheetmill.note_owner, sheetmill.note_version, sheetmill.note_dataset, sheetmill.note,
    sheetmill.append, sheetmill.audit_text, sheetmill.chain_of, sheetmill.acting;
DROP TABLE sheetmill.audit_head;
DROP TABLE sheetmill.audit;
DROP FUNCTION sheetmill.audit_is_kept;
