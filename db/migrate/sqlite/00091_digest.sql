-- +goose Up
CREATE TABLE subscription (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	address   TEXT    NOT NULL,
	hash      TEXT    NOT NULL UNIQUE,
	state     TEXT    NOT NULL,
	choice    TEXT    NOT NULL,
	account   INTEGER NOT NULL,
	made      INTEGER NOT NULL,
	confirmed INTEGER NOT NULL,
	next      INTEGER NOT NULL,
	seen      INTEGER NOT NULL,
	sent      INTEGER NOT NULL
) STRICT;
CREATE INDEX subscription_next ON subscription(next) WHERE state = 'active';
CREATE INDEX subscription_account ON subscription(account) WHERE account <> 0;

CREATE TABLE arrival (
	n     INTEGER PRIMARY KEY AUTOINCREMENT,
	paper INTEGER NOT NULL UNIQUE REFERENCES paper(id),
	day   TEXT    NOT NULL
) STRICT;
CREATE INDEX arrival_day ON arrival(day);

CREATE TABLE digest_sent (
	block INTEGER NOT NULL,
	paper INTEGER NOT NULL,
	bits  BLOB    NOT NULL,
	PRIMARY KEY (block, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX digest_sent_paper ON digest_sent(paper);

CREATE TABLE digest_block (
	block INTEGER PRIMARY KEY,
	n     INTEGER NOT NULL
) STRICT;

CREATE TABLE digest_limit (
	key   TEXT    PRIMARY KEY,
	n     INTEGER NOT NULL,
	until INTEGER NOT NULL
) STRICT;
