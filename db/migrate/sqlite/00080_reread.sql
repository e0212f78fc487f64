-- +goose Up
CREATE TABLE reread (
	source TEXT    NOT NULL,
	day    TEXT    NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (source, day)
) STRICT, WITHOUT ROWID;
