-- +goose Up
ALTER TABLE entry ADD COLUMN ord INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN claim TEXT NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN note TEXT NOT NULL DEFAULT '';

CREATE TABLE submission (
	id      INTEGER PRIMARY KEY,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	account INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	note    TEXT    NOT NULL,
	links   TEXT    NOT NULL,
	author  INTEGER NOT NULL,
	UNIQUE (paper, account)
) STRICT;
CREATE INDEX submission_account ON submission(account, at);

CREATE TABLE desk (
	day       TEXT    PRIMARY KEY,
	act       INTEGER NOT NULL,
	held      INTEGER NOT NULL,
	published INTEGER NOT NULL,
	publisher INTEGER NOT NULL
) STRICT;

CREATE TABLE candidate (
	paper     INTEGER PRIMARY KEY REFERENCES paper(id),
	day       TEXT    NOT NULL,
	origin    TEXT    NOT NULL,
	entered   INTEGER NOT NULL,
	submitter TEXT    NOT NULL,
	direct    INTEGER NOT NULL,
	pick      TEXT    NOT NULL,
	ord       INTEGER NOT NULL,
	claim     TEXT    NOT NULL,
	note      TEXT    NOT NULL,
	act       INTEGER NOT NULL
) STRICT;
CREATE INDEX candidate_day ON candidate(day, pick);

CREATE TABLE desk_act (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	day     TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL,
	deed    TEXT    NOT NULL,
	before  TEXT    NOT NULL,
	after   TEXT    NOT NULL,
	target  INTEGER NOT NULL,
	undone  INTEGER NOT NULL
) STRICT;
CREATE INDEX desk_act_day ON desk_act(day, id);
CREATE INDEX desk_act_paper ON desk_act(paper);
