-- +goose Up
CREATE TABLE peer (
	name     TEXT    PRIMARY KEY,
	identity TEXT    NOT NULL,
	follows  TEXT    NOT NULL,
	seq      BIGINT  NOT NULL,
	latest   BIGINT  NOT NULL,
	asked    BIGINT  NOT NULL,
	failed   TEXT    NOT NULL
);

CREATE TABLE peer_paper (
	peer  TEXT    NOT NULL REFERENCES peer(name),
	paper BIGINT  NOT NULL REFERENCES paper(id),
	PRIMARY KEY (peer, paper)
);
CREATE INDEX peer_paper_paper ON peer_paper(paper);

CREATE TABLE peer_reader (
	peer    TEXT    NOT NULL REFERENCES peer(name),
	handle  TEXT    NOT NULL,
	account BIGINT  NOT NULL,
	PRIMARY KEY (peer, handle)
);

CREATE TABLE foreign_comment (
	peer    TEXT    NOT NULL,
	id      TEXT    NOT NULL,
	comment BIGINT  NOT NULL UNIQUE REFERENCES comment(id),
	PRIMARY KEY (peer, id)
);
