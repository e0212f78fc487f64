-- +goose Up
CREATE TABLE reread (
	source TEXT   NOT NULL,
	day    TEXT   NOT NULL,
	at     BIGINT NOT NULL,
	PRIMARY KEY (source, day)
);
