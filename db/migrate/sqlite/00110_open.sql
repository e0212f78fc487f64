-- +goose Up
CREATE TABLE feed_key (
	account INTEGER PRIMARY KEY REFERENCES account(id),
	hash    BLOB    NOT NULL UNIQUE,
	made    INTEGER NOT NULL
) STRICT;

CREATE TABLE shelf (
	account INTEGER NOT NULL REFERENCES account(id),
	sum     TEXT    NOT NULL,
	record  TEXT    NOT NULL,
	state   TEXT    NOT NULL,
	paper   INTEGER REFERENCES paper(id),
	near    TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, sum)
) STRICT, WITHOUT ROWID;
CREATE INDEX shelf_paper ON shelf(paper);
