-- +goose Up
CREATE TABLE edition (
	day    TEXT    PRIMARY KEY,
	number INTEGER NOT NULL,
	at     INTEGER NOT NULL
) STRICT;

CREATE TABLE entry (
	paper     INTEGER PRIMARY KEY REFERENCES paper(id),
	day       TEXT    NOT NULL REFERENCES edition(day),
	origin    TEXT    NOT NULL,
	entered   INTEGER NOT NULL,
	submitter TEXT    NOT NULL
) STRICT;
CREATE INDEX entry_day ON entry(day, origin);
CREATE INDEX entry_submitter ON entry(submitter, day) WHERE submitter <> '';
