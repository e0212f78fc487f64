-- +goose Up
CREATE TABLE saved (
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX saved_at ON saved(account, at, paper);
CREATE INDEX saved_paper ON saved(paper);

CREATE TABLE opened (
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX opened_paper ON opened(paper);

CREATE TABLE jot (
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	at      INTEGER NOT NULL,
	body    TEXT    NOT NULL,
	PRIMARY KEY (account, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX jot_paper ON jot(paper);

CREATE TABLE collection (
	id      INTEGER PRIMARY KEY,
	account INTEGER NOT NULL,
	slug    TEXT    NOT NULL,
	title   TEXT    NOT NULL,
	note    TEXT    NOT NULL,
	public  INTEGER NOT NULL,
	made    INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	UNIQUE (account, slug)
) STRICT;

CREATE TABLE collected (
	collection INTEGER NOT NULL REFERENCES collection(id),
	paper      INTEGER NOT NULL REFERENCES paper(id),
	at         INTEGER NOT NULL,
	note       TEXT    NOT NULL,
	PRIMARY KEY (collection, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX collected_paper ON collected(paper);

CREATE TABLE follow (
	account INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_key ON follow(kind, key);

CREATE TABLE mute (
	account INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, kind, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE knob (
	account INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	turn    INTEGER NOT NULL,
	PRIMARY KEY (account, kind, key)
) STRICT, WITHOUT ROWID;
