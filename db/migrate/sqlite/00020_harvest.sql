-- +goose Up
CREATE TABLE source (
	name     TEXT   PRIMARY KEY,
	cursor   TEXT   NOT NULL,
	began    INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	got      INTEGER NOT NULL,
	expected INTEGER NOT NULL,
	failed   TEXT   NOT NULL,
	next     INTEGER NOT NULL
) STRICT;

CREATE TABLE answer (
	source  TEXT   NOT NULL,
	address TEXT   NOT NULL,
	at      INTEGER NOT NULL,
	body    BLOB NOT NULL,
	PRIMARY KEY (source, address, at)
) STRICT;

CREATE TABLE listing (
	day      TEXT   NOT NULL,
	category TEXT   NOT NULL,
	paper    TEXT   NOT NULL,
	kind     TEXT   NOT NULL,
	PRIMARY KEY (day, category, paper)
) STRICT;
CREATE INDEX listing_paper ON listing(paper);

CREATE TABLE listing_day (
	day      TEXT   NOT NULL,
	category TEXT   NOT NULL,
	rebuilt  INTEGER NOT NULL,
	checked  INTEGER NOT NULL,
	PRIMARY KEY (day, category)
) STRICT;

CREATE TABLE absent (
	paper  TEXT   PRIMARY KEY,
	day    TEXT   NOT NULL,
	reason TEXT   NOT NULL,
	tries  INTEGER NOT NULL,
	next   INTEGER NOT NULL
) STRICT;

CREATE TABLE harvest_day (
	day    TEXT   PRIMARY KEY,
	papers INTEGER NOT NULL
) STRICT;
