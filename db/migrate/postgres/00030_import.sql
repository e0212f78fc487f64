-- +goose Up
CREATE TABLE import_file (
	key  TEXT    PRIMARY KEY,
	name TEXT    NOT NULL,
	line BIGINT NOT NULL,
	at   BIGINT NOT NULL
);

CREATE TABLE quarantine (
	file   TEXT    NOT NULL,
	line   BIGINT NOT NULL,
	reason TEXT    NOT NULL,
	body   BYTEA   NOT NULL,
	at     BIGINT NOT NULL,
	PRIMARY KEY (file, line)
);
