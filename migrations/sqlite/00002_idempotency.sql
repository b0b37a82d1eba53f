-- The client's name for the request that added a record, so that a request made
-- twice adds one.

-- +goose Up
ALTER TABLE dataset ADD COLUMN idempotency TEXT;
CREATE UNIQUE INDEX dataset_idempotency ON dataset (owner, idempotency) WHERE idempotency IS NOT NULL;

-- +goose Down
DROP INDEX dataset_idempotency;
ALTER TABLE dataset DROP COLUMN idempotency;
