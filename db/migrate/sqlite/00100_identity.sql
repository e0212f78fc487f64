-- +goose Up
CREATE TABLE instance (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	name TEXT    NOT NULL
) STRICT;
