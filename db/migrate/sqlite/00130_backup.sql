-- +goose Up
CREATE TABLE backup (
	place   TEXT    PRIMARY KEY,
	began   INTEGER NOT NULL,
	ended   INTEGER NOT NULL,
	point   INTEGER NOT NULL,
	bytes   INTEGER NOT NULL,
	written INTEGER NOT NULL,
	failed  TEXT    NOT NULL
) STRICT;
