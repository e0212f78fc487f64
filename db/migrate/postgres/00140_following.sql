-- +goose Up
CREATE TABLE muted (
	account BIGINT NOT NULL,
	paper   BIGINT NOT NULL REFERENCES paper(id),
	version BIGINT NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (account, paper)
);
CREATE INDEX muted_paper ON muted(paper);

CREATE TABLE looked (
	account BIGINT PRIMARY KEY,
	at      BIGINT NOT NULL,
	arrival BIGINT NOT NULL,
	before  BIGINT NOT NULL
);
