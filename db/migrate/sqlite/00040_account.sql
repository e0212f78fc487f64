-- +goose Up
CREATE TABLE account (
	id          INTEGER PRIMARY KEY,
	handle      TEXT    NOT NULL UNIQUE,
	name        TEXT    NOT NULL,
	address     TEXT    UNIQUE,
	role        TEXT    NOT NULL,
	granted     TEXT    NOT NULL,
	password    TEXT    NOT NULL,
	password_at INTEGER NOT NULL,
	by_link     INTEGER NOT NULL,
	show_votes  INTEGER NOT NULL,
	followable  INTEGER NOT NULL,
	listed      INTEGER NOT NULL,
	keeps_read  INTEGER NOT NULL,
	sample      INTEGER NOT NULL,
	joined      INTEGER NOT NULL,
	invitation  INTEGER NOT NULL,
	network     TEXT    NOT NULL,
	version     INTEGER NOT NULL,
	gone        INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
	id      INTEGER PRIMARY KEY,
	hash    BLOB    NOT NULL UNIQUE,
	account INTEGER NOT NULL REFERENCES account(id),
	method  TEXT    NOT NULL,
	agent   TEXT    NOT NULL,
	network TEXT    NOT NULL,
	made    INTEGER NOT NULL,
	seen    INTEGER NOT NULL,
	ends    INTEGER NOT NULL,
	renew   INTEGER NOT NULL
) STRICT;
CREATE INDEX session_account ON session(account);

CREATE TABLE token (
	id      INTEGER PRIMARY KEY,
	hash    BLOB    NOT NULL UNIQUE,
	account INTEGER NOT NULL REFERENCES account(id),
	name    TEXT    NOT NULL,
	scopes  TEXT    NOT NULL,
	made    INTEGER NOT NULL,
	used    INTEGER NOT NULL,
	ends    INTEGER NOT NULL
) STRICT;
CREATE INDEX token_account ON token(account);

CREATE TABLE passkey (
	id         BLOB    PRIMARY KEY,
	account    INTEGER NOT NULL REFERENCES account(id),
	name       TEXT    NOT NULL,
	credential TEXT    NOT NULL,
	made       INTEGER NOT NULL,
	used       INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_account ON passkey(account);

CREATE TABLE identity (
	issuer  TEXT    NOT NULL,
	subject TEXT    NOT NULL,
	account INTEGER NOT NULL REFERENCES account(id),
	made    INTEGER NOT NULL,
	used    INTEGER NOT NULL,
	PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX identity_account ON identity(account);

CREATE TABLE invitation (
	id    INTEGER PRIMARY KEY,
	hash  BLOB    NOT NULL UNIQUE,
	role  TEXT    NOT NULL,
	note  TEXT    NOT NULL,
	uses  INTEGER NOT NULL,
	maker INTEGER NOT NULL,
	made  INTEGER NOT NULL,
	ends  INTEGER NOT NULL
) STRICT;

CREATE TABLE letter (
	id         INTEGER PRIMARY KEY,
	purpose    TEXT    NOT NULL,
	address    TEXT    NOT NULL,
	account    INTEGER NOT NULL,
	invitation INTEGER NOT NULL,
	next       TEXT    NOT NULL,
	base       TEXT    NOT NULL,
	network    TEXT    NOT NULL,
	hash       BLOB    UNIQUE,
	state      TEXT    NOT NULL,
	tries      INTEGER NOT NULL,
	made       INTEGER NOT NULL,
	ends       INTEGER NOT NULL
) STRICT;
CREATE INDEX letter_waiting ON letter(id) WHERE state = 'waiting';
CREATE INDEX letter_ends ON letter(ends);

CREATE TABLE flow (
	hash BLOB    PRIMARY KEY,
	kind TEXT    NOT NULL,
	data TEXT    NOT NULL,
	ends INTEGER NOT NULL
) STRICT;
CREATE INDEX flow_ends ON flow(ends);

CREATE TABLE pace (
	key  TEXT    PRIMARY KEY,
	free INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pace_free ON pace(free);

CREATE TABLE audit (
	id      INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	actor   INTEGER NOT NULL,
	act     TEXT    NOT NULL,
	subject TEXT    NOT NULL,
	detail  TEXT    NOT NULL
) STRICT;
