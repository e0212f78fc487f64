-- +goose Up
CREATE TABLE peer (
	name     TEXT    PRIMARY KEY,
	identity TEXT    NOT NULL,
	follows  TEXT    NOT NULL,
	seq      INTEGER NOT NULL,
	latest   INTEGER NOT NULL,
	asked    INTEGER NOT NULL,
	failed   TEXT    NOT NULL
) STRICT;

CREATE TABLE peer_paper (
	peer  TEXT    NOT NULL REFERENCES peer(name),
	paper INTEGER NOT NULL REFERENCES paper(id),
	PRIMARY KEY (peer, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX peer_paper_paper ON peer_paper(paper);

CREATE TABLE peer_reader (
	peer    TEXT    NOT NULL REFERENCES peer(name),
	handle  TEXT    NOT NULL,
	account INTEGER NOT NULL,
	PRIMARY KEY (peer, handle)
) STRICT, WITHOUT ROWID;

CREATE TABLE foreign_comment (
	peer    TEXT    NOT NULL,
	id      TEXT    NOT NULL,
	comment INTEGER NOT NULL UNIQUE REFERENCES comment(id),
	PRIMARY KEY (peer, id)
) STRICT, WITHOUT ROWID;
