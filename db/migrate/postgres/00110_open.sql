-- +goose Up
CREATE TABLE feed_key (
	account BIGINT PRIMARY KEY REFERENCES account(id),
	hash    BYTEA  NOT NULL UNIQUE,
	made    BIGINT NOT NULL
);

CREATE TABLE shelf (
	account BIGINT NOT NULL REFERENCES account(id),
	sum     TEXT   NOT NULL,
	record  TEXT   NOT NULL,
	state   TEXT   NOT NULL,
	paper   BIGINT REFERENCES paper(id),
	near    TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (account, sum)
);
CREATE INDEX shelf_paper ON shelf(paper);
