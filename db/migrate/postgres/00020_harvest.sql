-- +goose Up
CREATE TABLE source (
	name     TEXT   PRIMARY KEY,
	cursor   TEXT   NOT NULL,
	began    BIGINT NOT NULL,
	ended    BIGINT NOT NULL,
	got      BIGINT NOT NULL,
	expected BIGINT NOT NULL,
	failed   TEXT   NOT NULL,
	next     BIGINT NOT NULL
);

CREATE TABLE answer (
	source  TEXT   NOT NULL,
	address TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	body    BYTEA NOT NULL,
	PRIMARY KEY (source, address, at)
);

CREATE TABLE listing (
	day      TEXT   NOT NULL,
	category TEXT   NOT NULL,
	paper    TEXT   NOT NULL,
	kind     TEXT   NOT NULL,
	PRIMARY KEY (day, category, paper)
);
CREATE INDEX listing_paper ON listing(paper);

CREATE TABLE listing_day (
	day      TEXT   NOT NULL,
	category TEXT   NOT NULL,
	rebuilt  BIGINT NOT NULL,
	checked  BIGINT NOT NULL,
	PRIMARY KEY (day, category)
);

CREATE TABLE absent (
	paper  TEXT   PRIMARY KEY,
	day    TEXT   NOT NULL,
	reason TEXT   NOT NULL,
	tries  BIGINT NOT NULL,
	next   BIGINT NOT NULL
);

CREATE TABLE harvest_day (
	day    TEXT   PRIMARY KEY,
	papers BIGINT NOT NULL
);
