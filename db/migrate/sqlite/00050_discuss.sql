-- +goose Up
ALTER TABLE paper ADD COLUMN own_votes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE paper ADD COLUMN own_comments INTEGER NOT NULL DEFAULT 0;

CREATE TABLE voter (
	account    INTEGER PRIMARY KEY,
	joined     INTEGER NOT NULL,
	invitation INTEGER NOT NULL,
	network    TEXT    NOT NULL,
	cluster    INTEGER NOT NULL,
	state      TEXT    NOT NULL
) STRICT;
CREATE INDEX voter_joined ON voter(joined);
CREATE INDEX voter_cluster ON voter(cluster) WHERE cluster <> 0;
CREATE INDEX voter_new ON voter(account) WHERE state = 'new';

CREATE TABLE vote (
	paper   INTEGER NOT NULL REFERENCES paper(id),
	account INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	voice   INTEGER NOT NULL,
	PRIMARY KEY (paper, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX vote_account ON vote(account, at);
CREATE INDEX vote_at ON vote(at);

CREATE TABLE quiet (
	account INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE talk (
	paper  INTEGER PRIMARY KEY REFERENCES paper(id),
	locked INTEGER NOT NULL
) STRICT;

CREATE TABLE comment (
	id      INTEGER PRIMARY KEY,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	parent  INTEGER NOT NULL,
	account INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	edited  INTEGER NOT NULL,
	body    TEXT    NOT NULL,
	state   TEXT    NOT NULL,
	changed INTEGER NOT NULL,
	why     TEXT    NOT NULL,
	ups     INTEGER NOT NULL,
	doubts  INTEGER NOT NULL
) STRICT;
CREATE INDEX comment_paper ON comment(paper, id);
CREATE INDEX comment_account ON comment(account, at);
CREATE INDEX comment_held ON comment(at) WHERE state = 'held';

CREATE TABLE comment_edit (
	comment INTEGER NOT NULL REFERENCES comment(id),
	until   INTEGER NOT NULL,
	body    TEXT    NOT NULL,
	PRIMARY KEY (comment, until)
) STRICT;

CREATE TABLE reaction (
	comment INTEGER NOT NULL REFERENCES comment(id),
	account INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (comment, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX reaction_account ON reaction(account);

CREATE TABLE report (
	id      INTEGER PRIMARY KEY,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	comment INTEGER NOT NULL,
	account INTEGER NOT NULL,
	reason  TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	closed  INTEGER NOT NULL,
	act     INTEGER NOT NULL,
	asked   INTEGER NOT NULL,
	UNIQUE (paper, comment, account, closed)
) STRICT;
CREATE INDEX report_open ON report(at) WHERE closed = 0;
CREATE INDEX report_at ON report(at);

CREATE TABLE act (
	id       INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	kind     TEXT    NOT NULL,
	paper    INTEGER NOT NULL,
	comment  INTEGER NOT NULL,
	account  INTEGER NOT NULL,
	concerns INTEGER NOT NULL,
	rule     INTEGER NOT NULL,
	reason   TEXT    NOT NULL,
	state    TEXT    NOT NULL,
	appeal   TEXT    NOT NULL,
	appealed INTEGER NOT NULL,
	answer   TEXT    NOT NULL,
	answered INTEGER NOT NULL
) STRICT;
CREATE INDEX act_at ON act(at);
CREATE INDEX act_concerns ON act(concerns, at);
CREATE INDEX act_appealed ON act(appealed) WHERE state = 'appealed';

CREATE TABLE claim (
	id       INTEGER PRIMARY KEY,
	paper    INTEGER NOT NULL REFERENCES paper(id),
	author   TEXT    NOT NULL,
	account  INTEGER NOT NULL,
	way      TEXT    NOT NULL,
	evidence TEXT    NOT NULL,
	at       INTEGER NOT NULL,
	state    TEXT    NOT NULL,
	decider  INTEGER NOT NULL,
	decided  INTEGER NOT NULL,
	reason   TEXT    NOT NULL
) STRICT;
CREATE INDEX claim_paper ON claim(paper, id);
CREATE INDEX claim_account ON claim(account, id);
CREATE INDEX claim_open ON claim(at) WHERE state = 'open';
