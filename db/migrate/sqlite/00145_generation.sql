-- +goose Up
CREATE TABLE generation (
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	oldest INTEGER NOT NULL -- programs of this generation and newer ones may use the database
) STRICT;
INSERT INTO generation (one, oldest) VALUES (1, 1);
