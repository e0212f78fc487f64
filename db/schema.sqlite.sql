CREATE TABLE absent (
	paper  TEXT   PRIMARY KEY,
	day    TEXT   NOT NULL,
	reason TEXT   NOT NULL,
	tries  INTEGER NOT NULL,
	next   INTEGER NOT NULL
) STRICT;
CREATE TABLE answer (
	source  TEXT   NOT NULL,
	address TEXT   NOT NULL,
	at      INTEGER NOT NULL,
	body    BLOB NOT NULL,
	PRIMARY KEY (source, address, at)
) STRICT;
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
) STRICT;
CREATE INDEX entry_day ON entry(day, origin);
CREATE INDEX entry_submitter ON entry(submitter, day) WHERE submitter <> '';
CREATE TABLE harvest_day (
	day    TEXT   PRIMARY KEY,
	papers INTEGER NOT NULL
) STRICT;
CREATE TABLE identifier (
	scheme TEXT    NOT NULL,
	value  TEXT    NOT NULL,
	paper  INTEGER NOT NULL REFERENCES paper(id),
	PRIMARY KEY (scheme, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_paper ON identifier(paper);
CREATE TABLE import_file (
	key  TEXT    PRIMARY KEY,
	name TEXT    NOT NULL,
	line INTEGER NOT NULL,
	at   INTEGER NOT NULL
) STRICT;
CREATE TABLE lease (
	name   TEXT    PRIMARY KEY,
	holder TEXT    NOT NULL,
	until  INTEGER NOT NULL
) STRICT;
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
) STRICT;
CREATE INDEX paper_submitted ON paper(submitted, id) WHERE merged_into IS NULL;
CREATE TABLE quarantine (
	file   TEXT    NOT NULL,
	line   INTEGER NOT NULL,
	reason TEXT    NOT NULL,
	body   BLOB    NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (file, line)
) STRICT;
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
CREATE TABLE watcher (
	name TEXT    PRIMARY KEY,
	seq  INTEGER NOT NULL,
	at   INTEGER NOT NULL
) STRICT;
