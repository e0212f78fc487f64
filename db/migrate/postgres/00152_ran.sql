-- +goose Up
-- How work that is done again and again went on each of the last days.
CREATE TABLE ran (
	name   TEXT   NOT NULL,
	day    TEXT   NOT NULL,
	times  BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (name, day)
);
