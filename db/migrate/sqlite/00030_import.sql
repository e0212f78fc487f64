-- +goose Up
CREATE TABLE import_file (
	key  TEXT    PRIMARY KEY,
	name TEXT    NOT NULL,
	line INTEGER NOT NULL,
	at   INTEGER NOT NULL
) STRICT;

CREATE TABLE quarantine (
	file   TEXT    NOT NULL,
	line   INTEGER NOT NULL,
	reason TEXT    NOT NULL,
	body   BLOB    NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (file, line)
) STRICT;
