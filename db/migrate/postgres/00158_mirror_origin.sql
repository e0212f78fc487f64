-- +goose Up
ALTER TABLE peer ADD COLUMN stopped BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN anew TEXT NOT NULL DEFAULT '';
ALTER TABLE peer ADD COLUMN anew_at BIGINT NOT NULL DEFAULT 0;

-- Votes on a paper by where they were given: at another instance, or, '', upstream.
CREATE TABLE foreign_vote (
	paper    BIGINT NOT NULL REFERENCES paper(id),
	instance TEXT    NOT NULL,
	votes    BIGINT NOT NULL,
	comments BIGINT NOT NULL,
	stars    BIGINT NOT NULL,
	at       BIGINT NOT NULL,
	made     BIGINT NOT NULL, -- when upstream: the time of the figures that were made of them all
	PRIMARY KEY (paper, instance)
);

-- Where a comment was written, and under which name there.
CREATE TABLE foreign_origin (
	instance TEXT    NOT NULL,
	id       TEXT    NOT NULL,
	comment  BIGINT NOT NULL UNIQUE REFERENCES comment(id),
	PRIMARY KEY (instance, id)
);
INSERT INTO foreign_origin (instance, id, comment)
	SELECT peer.identity, foreign_comment.id, foreign_comment.comment FROM foreign_comment JOIN peer ON peer.name = foreign_comment.peer WHERE peer.identity <> '';

-- What other peers than the one in foreign_comment call a comment.
CREATE TABLE foreign_echo (
	peer    TEXT    NOT NULL,
	id      TEXT    NOT NULL,
	comment BIGINT NOT NULL REFERENCES comment(id),
	PRIMARY KEY (peer, id)
);
CREATE INDEX foreign_echo_comment ON foreign_echo(comment);
