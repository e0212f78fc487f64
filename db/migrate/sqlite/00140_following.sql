-- +goose Up
CREATE TABLE muted (
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	version INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX muted_paper ON muted(paper);

CREATE TABLE looked (
	account INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	arrival INTEGER NOT NULL,
	before  INTEGER NOT NULL
) STRICT;
