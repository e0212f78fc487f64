-- +goose Up
CREATE TABLE hook (
	id        INTEGER PRIMARY KEY,
	url       TEXT    NOT NULL,
	events    TEXT    NOT NULL,
	votes     INTEGER NOT NULL,
	secret    TEXT    NOT NULL,
	note      TEXT    NOT NULL,
	account   INTEGER NOT NULL,
	made      INTEGER NOT NULL,
	state     TEXT    NOT NULL,
	said      TEXT    NOT NULL,
	succeeded INTEGER NOT NULL,
	failed    INTEGER NOT NULL
) STRICT;

CREATE TABLE hook_delivery (
	id      TEXT    PRIMARY KEY,
	hook    INTEGER NOT NULL REFERENCES hook(id),
	event   TEXT    NOT NULL,
	subject INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	state   TEXT    NOT NULL,
	due     INTEGER NOT NULL,
	until   INTEGER NOT NULL,
	tries   INTEGER NOT NULL,
	status  INTEGER NOT NULL,
	said    TEXT    NOT NULL,
	UNIQUE (hook, event, subject)
) STRICT;
CREATE INDEX hook_delivery_due ON hook_delivery(due) WHERE state = 'waiting';
CREATE INDEX hook_delivery_at ON hook_delivery(hook, at) WHERE state <> 'past';
