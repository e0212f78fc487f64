-- +goose Up
CREATE TABLE outbox (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	kind      TEXT    NOT NULL,
	once      TEXT    NOT NULL,
	recipient TEXT    NOT NULL,
	domain    TEXT    NOT NULL,
	rank      INTEGER NOT NULL,
	body      BLOB    NOT NULL,
	state     TEXT    NOT NULL,
	made      INTEGER NOT NULL,
	due       INTEGER NOT NULL,
	slot      INTEGER NOT NULL,
	tries     INTEGER NOT NULL,
	unsure    INTEGER NOT NULL,
	holder    TEXT    NOT NULL,
	until     INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	said      TEXT    NOT NULL,
	returned  TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX outbox_once ON outbox(once) WHERE once <> '';
CREATE INDEX outbox_due ON outbox(rank, due, id) WHERE state = 'waiting';
CREATE INDEX outbox_until ON outbox(until) WHERE state IN ('taken', 'handing');
CREATE INDEX outbox_at ON outbox(at, id);

CREATE TABLE outbox_pace (
	domain TEXT    PRIMARY KEY,
	next   INTEGER NOT NULL
) STRICT;

CREATE TABLE suppression (
	hash   TEXT    PRIMARY KEY,
	reason TEXT    NOT NULL,
	at     INTEGER NOT NULL
) STRICT;

CREATE TABLE bounce (
	hash  TEXT    PRIMARY KEY,
	count REAL    NOT NULL,
	at    INTEGER NOT NULL,
	said  TEXT    NOT NULL
) STRICT;

CREATE TABLE mail_key (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	value BLOB    NOT NULL
) STRICT;
