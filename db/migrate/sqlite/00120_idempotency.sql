-- +goose Up
CREATE TABLE idempotency (
	account INTEGER NOT NULL,
	key     TEXT    NOT NULL,
	request TEXT    NOT NULL, -- the sum of what was asked
	at      INTEGER NOT NULL,
	status  INTEGER NOT NULL, -- of the answer, 0 while it is being made
	kind    TEXT    NOT NULL,
	body    BLOB NOT NULL,
	PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency(at);
