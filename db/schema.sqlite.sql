CREATE TABLE absent (
	paper  TEXT   PRIMARY KEY,
	day    TEXT   NOT NULL,
	reason TEXT   NOT NULL,
	tries  INTEGER NOT NULL,
	next   INTEGER NOT NULL
) STRICT;
CREATE TABLE account (
	id          INTEGER PRIMARY KEY,
	handle      TEXT    NOT NULL UNIQUE,
	name        TEXT    NOT NULL,
	address     TEXT    UNIQUE,
	role        TEXT    NOT NULL,
	granted     TEXT    NOT NULL,
	password    TEXT    NOT NULL,
	password_at INTEGER NOT NULL,
	by_link     INTEGER NOT NULL,
	show_votes  INTEGER NOT NULL,
	followable  INTEGER NOT NULL,
	listed      INTEGER NOT NULL,
	keeps_read  INTEGER NOT NULL,
	sample      INTEGER NOT NULL,
	joined      INTEGER NOT NULL,
	invitation  INTEGER NOT NULL,
	network     TEXT    NOT NULL,
	version     INTEGER NOT NULL,
	gone        INTEGER NOT NULL
, show_comments INTEGER NOT NULL DEFAULT 1, show_papers INTEGER NOT NULL DEFAULT 1) STRICT;
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
CREATE INDEX act_appealed ON act(appealed) WHERE state = 'appealed';
CREATE INDEX act_at ON act(at);
CREATE INDEX act_concerns ON act(concerns, at);
CREATE TABLE answer (
	source  TEXT   NOT NULL,
	address TEXT   NOT NULL,
	at      INTEGER NOT NULL,
	body    BLOB NOT NULL,
	PRIMARY KEY (source, address, at)
) STRICT;
CREATE TABLE api_use (
	client TEXT    NOT NULL,
	began  INTEGER NOT NULL, -- of the window
	n      INTEGER NOT NULL, -- requests in it, of clients who make many
	PRIMARY KEY (began, client)
) STRICT, WITHOUT ROWID;
CREATE TABLE arrival (
	n     INTEGER PRIMARY KEY AUTOINCREMENT,
	paper INTEGER NOT NULL UNIQUE REFERENCES paper(id),
	day   TEXT    NOT NULL
) STRICT;
CREATE INDEX arrival_day ON arrival(day);
CREATE TABLE audit (
	id      INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	actor   INTEGER NOT NULL,
	act     TEXT    NOT NULL,
	subject TEXT    NOT NULL,
	detail  TEXT    NOT NULL
) STRICT;
CREATE TABLE backup (
	place   TEXT    PRIMARY KEY,
	began   INTEGER NOT NULL,
	ended   INTEGER NOT NULL,
	point   INTEGER NOT NULL,
	bytes   INTEGER NOT NULL,
	written INTEGER NOT NULL,
	failed  TEXT    NOT NULL
, rehearsed INTEGER NOT NULL DEFAULT 0, rehearsal TEXT NOT NULL DEFAULT '', asked TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE bounce (
	hash  TEXT    PRIMARY KEY,
	count REAL    NOT NULL,
	at    INTEGER NOT NULL,
	said  TEXT    NOT NULL
) STRICT;
CREATE TABLE candidate (
	paper     INTEGER PRIMARY KEY REFERENCES paper(id),
	day       TEXT    NOT NULL,
	origin    TEXT    NOT NULL,
	entered   INTEGER NOT NULL,
	submitter TEXT    NOT NULL,
	direct    INTEGER NOT NULL,
	pick      TEXT    NOT NULL,
	ord       INTEGER NOT NULL,
	claim     TEXT    NOT NULL,
	note      TEXT    NOT NULL,
	act       INTEGER NOT NULL
) STRICT;
CREATE INDEX candidate_day ON candidate(day, pick);
CREATE TABLE change (
	seq     INTEGER PRIMARY KEY,
	kind    TEXT    NOT NULL,
	subject INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	UNIQUE (kind, subject)
) STRICT;
CREATE TABLE change_number (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	value INTEGER NOT NULL
) STRICT;
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
CREATE INDEX claim_account ON claim(account, id);
CREATE INDEX claim_open ON claim(at) WHERE state = 'open';
CREATE INDEX claim_paper ON claim(paper, id);
CREATE TABLE collected (
	collection INTEGER NOT NULL REFERENCES collection(id),
	paper      INTEGER NOT NULL REFERENCES paper(id),
	at         INTEGER NOT NULL,
	note       TEXT    NOT NULL,
	PRIMARY KEY (collection, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX collected_paper ON collected(paper);
CREATE TABLE collection (
	id      INTEGER PRIMARY KEY,
	account INTEGER NOT NULL,
	slug    TEXT    NOT NULL,
	title   TEXT    NOT NULL,
	note    TEXT    NOT NULL,
	public  INTEGER NOT NULL,
	made    INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	UNIQUE (account, slug)
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
CREATE INDEX comment_account ON comment(account, at);
CREATE INDEX comment_held ON comment(at) WHERE state = 'held';
CREATE INDEX comment_paper ON comment(paper, id);
CREATE TABLE comment_edit (
	comment INTEGER NOT NULL REFERENCES comment(id),
	until   INTEGER NOT NULL,
	body    TEXT    NOT NULL,
	PRIMARY KEY (comment, until)
) STRICT;
CREATE TABLE desk (
	day       TEXT    PRIMARY KEY,
	act       INTEGER NOT NULL,
	held      INTEGER NOT NULL,
	published INTEGER NOT NULL,
	publisher INTEGER NOT NULL
) STRICT;
CREATE TABLE desk_act (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	day     TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL,
	deed    TEXT    NOT NULL,
	before  TEXT    NOT NULL,
	after   TEXT    NOT NULL,
	target  INTEGER NOT NULL,
	undone  INTEGER NOT NULL
) STRICT;
CREATE INDEX desk_act_day ON desk_act(day, id);
CREATE INDEX desk_act_paper ON desk_act(paper);
CREATE TABLE digest_block (
	block INTEGER PRIMARY KEY,
	n     INTEGER NOT NULL
) STRICT;
CREATE TABLE digest_limit (
	key   TEXT    PRIMARY KEY,
	n     INTEGER NOT NULL,
	until INTEGER NOT NULL
) STRICT;
CREATE TABLE digest_sent (
	block INTEGER NOT NULL,
	paper INTEGER NOT NULL,
	bits  BLOB    NOT NULL,
	PRIMARY KEY (block, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX digest_sent_paper ON digest_sent(paper);
CREATE TABLE doubt (
	own    INTEGER NOT NULL REFERENCES paper(id),
	other  INTEGER NOT NULL REFERENCES paper(id),
	parted INTEGER NOT NULL,
	PRIMARY KEY (own, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX doubt_other ON doubt(other);
CREATE TABLE edition (
	day    TEXT    PRIMARY KEY,
	number INTEGER NOT NULL,
	at     INTEGER NOT NULL
) STRICT;
CREATE TABLE entry (
	paper     INTEGER PRIMARY KEY REFERENCES paper(id),
	day       TEXT    NOT NULL REFERENCES edition(day),
	origin    TEXT    NOT NULL,
	entered   INTEGER NOT NULL,
	submitter TEXT    NOT NULL
, ord INTEGER NOT NULL DEFAULT 0, claim TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX entry_day ON entry(day, origin);
CREATE INDEX entry_submitter ON entry(submitter, day) WHERE submitter <> '';
CREATE TABLE feed_key (
	account INTEGER PRIMARY KEY REFERENCES account(id),
	hash    BLOB    NOT NULL UNIQUE,
	made    INTEGER NOT NULL
) STRICT;
CREATE TABLE flow (
	hash BLOB    PRIMARY KEY,
	kind TEXT    NOT NULL,
	data TEXT    NOT NULL,
	ends INTEGER NOT NULL
) STRICT;
CREATE INDEX flow_ends ON flow(ends);
CREATE TABLE follow (
	account INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_key ON follow(kind, key);
CREATE TABLE foreign_comment (
	peer    TEXT    NOT NULL,
	id      TEXT    NOT NULL,
	comment INTEGER NOT NULL UNIQUE REFERENCES comment(id),
	PRIMARY KEY (peer, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE foreign_echo (
	peer    TEXT    NOT NULL,
	id      TEXT    NOT NULL,
	comment INTEGER NOT NULL REFERENCES comment(id),
	PRIMARY KEY (peer, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX foreign_echo_comment ON foreign_echo(comment);
CREATE TABLE foreign_origin (
	instance TEXT    NOT NULL,
	id       TEXT    NOT NULL,
	comment  INTEGER NOT NULL UNIQUE REFERENCES comment(id),
	PRIMARY KEY (instance, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE foreign_vote (
	paper    INTEGER NOT NULL REFERENCES paper(id),
	instance TEXT    NOT NULL,
	votes    INTEGER NOT NULL,
	comments INTEGER NOT NULL,
	stars    INTEGER NOT NULL,
	at       INTEGER NOT NULL,
	made     INTEGER NOT NULL, -- when upstream: the time of the figures that were made of them all
	PRIMARY KEY (paper, instance)
) STRICT, WITHOUT ROWID;
CREATE TABLE generation (
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	oldest INTEGER NOT NULL -- programs of this generation and newer ones may use the database
) STRICT;
CREATE TABLE harvest_day (
	day    TEXT   PRIMARY KEY,
	papers INTEGER NOT NULL
) STRICT;
CREATE TABLE hook (
	id        INTEGER PRIMARY KEY,
	url       TEXT    NOT NULL,
	events    TEXT    NOT NULL,
	votes     INTEGER NOT NULL,
	secret    TEXT    NOT NULL,
	note      TEXT    NOT NULL,
	account   INTEGER NOT NULL,
	made      INTEGER NOT NULL,
	state     TEXT    NOT NULL,
	said      TEXT    NOT NULL,
	succeeded INTEGER NOT NULL,
	failed    INTEGER NOT NULL
, since INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE hook_delivery (
	id      TEXT    PRIMARY KEY,
	hook    INTEGER NOT NULL REFERENCES hook(id),
	event   TEXT    NOT NULL,
	subject INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	state   TEXT    NOT NULL,
	due     INTEGER NOT NULL,
	until   INTEGER NOT NULL,
	tries   INTEGER NOT NULL,
	status  INTEGER NOT NULL,
	said    TEXT    NOT NULL,
	UNIQUE (hook, event, subject)
) STRICT;
CREATE INDEX hook_delivery_at ON hook_delivery(hook, at) WHERE state <> 'past';
CREATE INDEX hook_delivery_due ON hook_delivery(due) WHERE state = 'waiting';
CREATE TABLE idempotency (
	account INTEGER NOT NULL,
	key     TEXT    NOT NULL,
	request TEXT    NOT NULL, -- the sum of what was asked
	at      INTEGER NOT NULL,
	status  INTEGER NOT NULL, -- of the answer, 0 while it is being made
	kind    TEXT    NOT NULL,
	body    BLOB NOT NULL,
	PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency(at);
CREATE TABLE identifier (
	scheme TEXT    NOT NULL,
	value  TEXT    NOT NULL,
	paper  INTEGER NOT NULL REFERENCES paper(id),
	PRIMARY KEY (scheme, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_paper ON identifier(paper);
CREATE TABLE identity (
	issuer  TEXT    NOT NULL,
	subject TEXT    NOT NULL,
	account INTEGER NOT NULL REFERENCES account(id),
	made    INTEGER NOT NULL,
	used    INTEGER NOT NULL,
	PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX identity_account ON identity(account);
CREATE TABLE import_file (
	key  TEXT    PRIMARY KEY,
	name TEXT    NOT NULL,
	line INTEGER NOT NULL,
	at   INTEGER NOT NULL
) STRICT;
CREATE TABLE instance (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	name TEXT    NOT NULL
, stream TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE invitation (
	id    INTEGER PRIMARY KEY,
	hash  BLOB    NOT NULL UNIQUE,
	role  TEXT    NOT NULL,
	note  TEXT    NOT NULL,
	uses  INTEGER NOT NULL,
	maker INTEGER NOT NULL,
	made  INTEGER NOT NULL,
	ends  INTEGER NOT NULL
) STRICT;
CREATE TABLE jot (
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	at      INTEGER NOT NULL,
	body    TEXT    NOT NULL,
	PRIMARY KEY (account, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX jot_paper ON jot(paper);
CREATE TABLE knob (
	account INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	turn    INTEGER NOT NULL,
	PRIMARY KEY (account, kind, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE lease (
	name   TEXT    PRIMARY KEY,
	holder TEXT    NOT NULL,
	until  INTEGER NOT NULL
) STRICT;
CREATE TABLE letter (
	id         INTEGER PRIMARY KEY,
	purpose    TEXT    NOT NULL,
	address    TEXT    NOT NULL,
	account    INTEGER NOT NULL,
	invitation INTEGER NOT NULL,
	next       TEXT    NOT NULL,
	base       TEXT    NOT NULL,
	network    TEXT    NOT NULL,
	hash       BLOB    UNIQUE,
	state      TEXT    NOT NULL,
	tries      INTEGER NOT NULL,
	made       INTEGER NOT NULL,
	ends       INTEGER NOT NULL
) STRICT;
CREATE INDEX letter_ends ON letter(ends);
CREATE INDEX letter_waiting ON letter(id) WHERE state = 'waiting';
CREATE TABLE listing (
	day      TEXT   NOT NULL,
	category TEXT   NOT NULL,
	paper    TEXT   NOT NULL,
	kind     TEXT   NOT NULL,
	PRIMARY KEY (day, category, paper)
) STRICT;
CREATE INDEX listing_paper ON listing(paper);
CREATE TABLE listing_day (
	day      TEXT   NOT NULL,
	category TEXT   NOT NULL,
	rebuilt  INTEGER NOT NULL,
	checked  INTEGER NOT NULL,
	PRIMARY KEY (day, category)
) STRICT;
CREATE TABLE looked (
	account INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	arrival INTEGER NOT NULL,
	before  INTEGER NOT NULL
) STRICT;
CREATE TABLE mail_key (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	value BLOB    NOT NULL
) STRICT;
CREATE TABLE mute (
	account INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, kind, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE muted (
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	version INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX muted_paper ON muted(paper);
CREATE TABLE opened (
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX opened_paper ON opened(paper);
CREATE TABLE outbox (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	kind      TEXT    NOT NULL,
	once      TEXT    NOT NULL,
	recipient TEXT    NOT NULL,
	domain    TEXT    NOT NULL,
	rank      INTEGER NOT NULL,
	body      BLOB    NOT NULL,
	state     TEXT    NOT NULL,
	made      INTEGER NOT NULL,
	due       INTEGER NOT NULL,
	slot      INTEGER NOT NULL,
	tries     INTEGER NOT NULL,
	unsure    INTEGER NOT NULL,
	holder    TEXT    NOT NULL,
	until     INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	said      TEXT    NOT NULL,
	returned  TEXT    NOT NULL
) STRICT;
CREATE INDEX outbox_at ON outbox(at, id);
CREATE INDEX outbox_due ON outbox(rank, due, id) WHERE state = 'waiting';
CREATE UNIQUE INDEX outbox_once ON outbox(once) WHERE once <> '';
CREATE INDEX outbox_until ON outbox(until) WHERE state IN ('taken', 'handing');
CREATE TABLE outbox_pace (
	domain TEXT    PRIMARY KEY,
	next   INTEGER NOT NULL
) STRICT;
CREATE TABLE outbox_pause (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	since INTEGER NOT NULL
) STRICT;
CREATE TABLE own_title (
	title TEXT NOT NULL,
	paper INTEGER NOT NULL REFERENCES paper(id),
	PRIMARY KEY (title, paper)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX own_title_paper ON own_title(paper);
CREATE TABLE pace (
	key  TEXT    PRIMARY KEY,
	free INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pace_free ON pace(free);
CREATE TABLE paper (
	id          INTEGER PRIMARY KEY,
	key         TEXT    NOT NULL UNIQUE,
	merged_into INTEGER REFERENCES paper(id),
	title       TEXT    NOT NULL,
	abstract    TEXT    NOT NULL,
	form        TEXT    NOT NULL,
	categories  TEXT    NOT NULL,
	authority   INTEGER NOT NULL,
	withdrawn   INTEGER NOT NULL,
	submitted   INTEGER NOT NULL,
	revised     INTEGER NOT NULL,
	announced   TEXT    NOT NULL,
	votes       INTEGER NOT NULL,
	comments    INTEGER NOT NULL,
	stars       INTEGER NOT NULL,
	read_at     INTEGER NOT NULL,
	record      TEXT    NOT NULL
, own_votes INTEGER NOT NULL DEFAULT 0, own_comments INTEGER NOT NULL DEFAULT 0, since INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX paper_submitted ON paper(submitted, id) WHERE merged_into IS NULL;
CREATE TABLE passkey (
	id         BLOB    PRIMARY KEY,
	account    INTEGER NOT NULL REFERENCES account(id),
	name       TEXT    NOT NULL,
	credential TEXT    NOT NULL,
	made       INTEGER NOT NULL,
	used       INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_account ON passkey(account);
CREATE TABLE peer (
	name     TEXT    PRIMARY KEY,
	identity TEXT    NOT NULL,
	follows  TEXT    NOT NULL,
	seq      INTEGER NOT NULL,
	latest   INTEGER NOT NULL,
	asked    INTEGER NOT NULL,
	failed   TEXT    NOT NULL
, stream TEXT NOT NULL DEFAULT '', stopped INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, anew TEXT NOT NULL DEFAULT '', anew_at INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE peer_paper (
	peer  TEXT    NOT NULL REFERENCES peer(name),
	paper INTEGER NOT NULL REFERENCES paper(id),
	PRIMARY KEY (peer, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX peer_paper_paper ON peer_paper(paper);
CREATE TABLE peer_reader (
	peer    TEXT    NOT NULL REFERENCES peer(name),
	handle  TEXT    NOT NULL,
	account INTEGER NOT NULL,
	PRIMARY KEY (peer, handle)
) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine (
	file   TEXT    NOT NULL,
	line   INTEGER NOT NULL,
	reason TEXT    NOT NULL,
	body   BLOB    NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (file, line)
) STRICT;
CREATE TABLE quiet (
	account INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE ran (
	name   TEXT   NOT NULL,
	day    TEXT   NOT NULL,
	times  INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	amount INTEGER NOT NULL,
	PRIMARY KEY (name, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE reaction (
	comment INTEGER NOT NULL REFERENCES comment(id),
	account INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (comment, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX reaction_account ON reaction(account);
CREATE TABLE reading (
	paper    INTEGER NOT NULL REFERENCES paper(id),
	source   TEXT    NOT NULL,
	at       INTEGER NOT NULL,
	votes    INTEGER NOT NULL,
	comments INTEGER NOT NULL,
	stars    INTEGER NOT NULL,
	PRIMARY KEY (paper, source, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX reading_at ON reading(at);
CREATE TABLE received (
	paper  INTEGER NOT NULL REFERENCES paper(id),
	source TEXT    NOT NULL,
	at     INTEGER NOT NULL,
	body   BLOB    NOT NULL,
	PRIMARY KEY (paper, source)
) STRICT;
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
CREATE INDEX report_at ON report(at);
CREATE INDEX report_open ON report(at) WHERE closed = 0;
CREATE TABLE reread (
	source TEXT    NOT NULL,
	day    TEXT    NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (source, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE saved (
	account INTEGER NOT NULL,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, paper)
) STRICT, WITHOUT ROWID;
CREATE INDEX saved_at ON saved(account, at, paper);
CREATE INDEX saved_paper ON saved(paper);
CREATE TABLE session (
	id      INTEGER PRIMARY KEY,
	hash    BLOB    NOT NULL UNIQUE,
	account INTEGER NOT NULL REFERENCES account(id),
	method  TEXT    NOT NULL,
	agent   TEXT    NOT NULL,
	network TEXT    NOT NULL,
	made    INTEGER NOT NULL,
	seen    INTEGER NOT NULL,
	ends    INTEGER NOT NULL,
	renew   INTEGER NOT NULL
) STRICT;
CREATE INDEX session_account ON session(account);
CREATE TABLE shelf (
	account INTEGER NOT NULL REFERENCES account(id),
	sum     TEXT    NOT NULL,
	record  TEXT    NOT NULL,
	state   TEXT    NOT NULL,
	paper   INTEGER REFERENCES paper(id),
	near    TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (account, sum)
) STRICT, WITHOUT ROWID;
CREATE INDEX shelf_paper ON shelf(paper);
CREATE TABLE source (
	name     TEXT   PRIMARY KEY,
	cursor   TEXT   NOT NULL,
	began    INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	got      INTEGER NOT NULL,
	expected INTEGER NOT NULL,
	failed   TEXT   NOT NULL,
	next     INTEGER NOT NULL
) STRICT;
CREATE TABLE submission (
	id      INTEGER PRIMARY KEY,
	paper   INTEGER NOT NULL REFERENCES paper(id),
	account INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	note    TEXT    NOT NULL,
	links   TEXT    NOT NULL,
	author  INTEGER NOT NULL,
	UNIQUE (paper, account)
) STRICT;
CREATE INDEX submission_account ON submission(account, at);
CREATE TABLE subscription (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	address   TEXT    NOT NULL,
	hash      TEXT    NOT NULL UNIQUE,
	state     TEXT    NOT NULL,
	choice    TEXT    NOT NULL,
	account   INTEGER NOT NULL,
	made      INTEGER NOT NULL,
	confirmed INTEGER NOT NULL,
	next      INTEGER NOT NULL,
	seen      INTEGER NOT NULL,
	sent      INTEGER NOT NULL
) STRICT;
CREATE INDEX subscription_account ON subscription(account) WHERE account <> 0;
CREATE INDEX subscription_next ON subscription(next) WHERE state = 'active';
CREATE TABLE suppression (
	hash   TEXT    PRIMARY KEY,
	reason TEXT    NOT NULL,
	at     INTEGER NOT NULL
) STRICT;
CREATE TABLE talk (
	paper  INTEGER PRIMARY KEY REFERENCES paper(id),
	locked INTEGER NOT NULL
) STRICT;
CREATE TABLE token (
	id      INTEGER PRIMARY KEY,
	hash    BLOB    NOT NULL UNIQUE,
	account INTEGER NOT NULL REFERENCES account(id),
	name    TEXT    NOT NULL,
	scopes  TEXT    NOT NULL,
	made    INTEGER NOT NULL,
	used    INTEGER NOT NULL,
	ends    INTEGER NOT NULL
) STRICT;
CREATE INDEX token_account ON token(account);
CREATE TABLE vote (
	paper   INTEGER NOT NULL REFERENCES paper(id),
	account INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	voice   INTEGER NOT NULL,
	PRIMARY KEY (paper, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX vote_account ON vote(account, at);
CREATE INDEX vote_at ON vote(at);
CREATE TABLE voter (
	account    INTEGER PRIMARY KEY,
	joined     INTEGER NOT NULL,
	invitation INTEGER NOT NULL,
	network    TEXT    NOT NULL,
	cluster    INTEGER NOT NULL,
	state      TEXT    NOT NULL
) STRICT;
CREATE INDEX voter_cluster ON voter(cluster) WHERE cluster <> 0;
CREATE INDEX voter_joined ON voter(joined);
CREATE INDEX voter_new ON voter(account) WHERE state = 'new';
CREATE TABLE watcher (
	name TEXT    PRIMARY KEY,
	seq  INTEGER NOT NULL,
	at   INTEGER NOT NULL
) STRICT;
