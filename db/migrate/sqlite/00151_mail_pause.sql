-- +goose Up
-- A row while letters are held back for which nobody waits this minute.
CREATE TABLE outbox_pause (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	since INTEGER NOT NULL
) STRICT;
