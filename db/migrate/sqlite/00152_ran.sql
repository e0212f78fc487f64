-- +goose Up
-- How work that is done again and again went on each of the last days.
CREATE TABLE ran (
	name   TEXT   NOT NULL,
	day    TEXT   NOT NULL,
	times  INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	PRIMARY KEY (name, day)
) STRICT, WITHOUT ROWID;
