-- +goose Up
CREATE TABLE edition (
	day    TEXT    PRIMARY KEY,
	number BIGINT NOT NULL,
	at     BIGINT NOT NULL
);

CREATE TABLE entry (
	paper     BIGINT PRIMARY KEY REFERENCES paper(id),
	day       TEXT    NOT NULL REFERENCES edition(day),
	origin    TEXT    NOT NULL,
	entered   BIGINT NOT NULL,
	submitter TEXT    NOT NULL
);
CREATE INDEX entry_day ON entry(day, origin);
CREATE INDEX entry_submitter ON entry(submitter, day) WHERE submitter <> '';
