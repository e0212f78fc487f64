-- +goose Up
CREATE TABLE generation (
	one    BIGINT PRIMARY KEY CHECK (one = 1),
	oldest BIGINT NOT NULL -- programs of this generation and newer ones may use the database
);
INSERT INTO generation (one, oldest) VALUES (1, 1);
