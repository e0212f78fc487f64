-- +goose Up
CREATE TABLE backup (
	place   TEXT    PRIMARY KEY,
	began   BIGINT  NOT NULL,
	ended   BIGINT  NOT NULL,
	point   BIGINT  NOT NULL,
	bytes   BIGINT  NOT NULL,
	written BIGINT  NOT NULL,
	failed  TEXT    NOT NULL
);
