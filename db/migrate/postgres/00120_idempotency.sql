-- +goose Up
CREATE TABLE idempotency (
	account BIGINT NOT NULL,
	key     TEXT    NOT NULL,
	request TEXT    NOT NULL, -- the sum of what was asked
	at      BIGINT NOT NULL,
	status  BIGINT NOT NULL, -- of the answer, 0 while it is being made
	kind    TEXT    NOT NULL,
	body    BYTEA NOT NULL,
	PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_at ON idempotency(at);
