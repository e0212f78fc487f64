absent.paper text NOT NULL
absent.day text NOT NULL
absent.reason text NOT NULL
absent.tries bigint NOT NULL
absent.next bigint NOT NULL
absent PRIMARY KEY (paper)
CREATE UNIQUE INDEX absent_pkey ON absent USING btree (paper)
answer.source text NOT NULL
answer.address text NOT NULL
answer.at bigint NOT NULL
answer.body bytea NOT NULL
answer PRIMARY KEY (source, address, at)
CREATE UNIQUE INDEX answer_pkey ON answer USING btree (source, address, at)
change.seq bigint NOT NULL
change.kind text NOT NULL
change.subject bigint NOT NULL
change.at bigint NOT NULL
change PRIMARY KEY (seq)
change UNIQUE (kind, subject)
CREATE UNIQUE INDEX change_kind_subject_key ON change USING btree (kind, subject)
CREATE UNIQUE INDEX change_pkey ON change USING btree (seq)
change_number.one bigint NOT NULL
change_number.value bigint NOT NULL
change_number CHECK ((one = 1))
change_number PRIMARY KEY (one)
CREATE UNIQUE INDEX change_number_pkey ON change_number USING btree (one)
edition.day text NOT NULL
edition.number bigint NOT NULL
edition.at bigint NOT NULL
edition PRIMARY KEY (day)
CREATE UNIQUE INDEX edition_pkey ON edition USING btree (day)
entry.paper bigint NOT NULL
entry.day text NOT NULL
entry.origin text NOT NULL
entry.entered bigint NOT NULL
entry.submitter text NOT NULL
entry FOREIGN KEY (day) REFERENCES edition(day)
entry FOREIGN KEY (paper) REFERENCES paper(id)
entry PRIMARY KEY (paper)
CREATE INDEX entry_day ON entry USING btree (day, origin)
CREATE INDEX entry_submitter ON entry USING btree (submitter, day) WHERE (submitter <> ''::text)
CREATE UNIQUE INDEX entry_pkey ON entry USING btree (paper)
harvest_day.day text NOT NULL
harvest_day.papers bigint NOT NULL
harvest_day PRIMARY KEY (day)
CREATE UNIQUE INDEX harvest_day_pkey ON harvest_day USING btree (day)
identifier.scheme text NOT NULL
identifier.value text NOT NULL
identifier.paper bigint NOT NULL
identifier FOREIGN KEY (paper) REFERENCES paper(id)
identifier PRIMARY KEY (scheme, value)
CREATE INDEX identifier_paper ON identifier USING btree (paper)
CREATE UNIQUE INDEX identifier_pkey ON identifier USING btree (scheme, value)
import_file.key text NOT NULL
import_file.name text NOT NULL
import_file.line bigint NOT NULL
import_file.at bigint NOT NULL
import_file PRIMARY KEY (key)
CREATE UNIQUE INDEX import_file_pkey ON import_file USING btree (key)
lease.name text NOT NULL
lease.holder text NOT NULL
lease.until bigint NOT NULL
lease PRIMARY KEY (name)
CREATE UNIQUE INDEX lease_pkey ON lease USING btree (name)
listing.day text NOT NULL
listing.category text NOT NULL
listing.paper text NOT NULL
listing.kind text NOT NULL
listing PRIMARY KEY (day, category, paper)
CREATE INDEX listing_paper ON listing USING btree (paper)
CREATE UNIQUE INDEX listing_pkey ON listing USING btree (day, category, paper)
listing_day.day text NOT NULL
listing_day.category text NOT NULL
listing_day.rebuilt bigint NOT NULL
listing_day.checked bigint NOT NULL
listing_day PRIMARY KEY (day, category)
CREATE UNIQUE INDEX listing_day_pkey ON listing_day USING btree (day, category)
paper.id bigint NOT NULL
paper.key text NOT NULL
paper.merged_into bigint
paper.title text NOT NULL
paper.abstract text NOT NULL
paper.form text NOT NULL
paper.categories text NOT NULL
paper.authority bigint NOT NULL
paper.withdrawn bigint NOT NULL
paper.submitted bigint NOT NULL
paper.revised bigint NOT NULL
paper.announced text NOT NULL
paper.votes bigint NOT NULL
paper.comments bigint NOT NULL
paper.stars bigint NOT NULL
paper.read_at bigint NOT NULL
paper.record text NOT NULL
paper FOREIGN KEY (merged_into) REFERENCES paper(id)
paper PRIMARY KEY (id)
paper UNIQUE (key)
CREATE INDEX paper_submitted ON paper USING btree (submitted, id) WHERE (merged_into IS NULL)
CREATE UNIQUE INDEX paper_key_key ON paper USING btree (key)
CREATE UNIQUE INDEX paper_pkey ON paper USING btree (id)
quarantine.file text NOT NULL
quarantine.line bigint NOT NULL
quarantine.reason text NOT NULL
quarantine.body bytea NOT NULL
quarantine.at bigint NOT NULL
quarantine PRIMARY KEY (file, line)
CREATE UNIQUE INDEX quarantine_pkey ON quarantine USING btree (file, line)
reading.paper bigint NOT NULL
reading.source text NOT NULL
reading.at bigint NOT NULL
reading.votes bigint NOT NULL
reading.comments bigint NOT NULL
reading.stars bigint NOT NULL
reading FOREIGN KEY (paper) REFERENCES paper(id)
reading PRIMARY KEY (paper, source, at)
CREATE INDEX reading_at ON reading USING btree (at)
CREATE UNIQUE INDEX reading_pkey ON reading USING btree (paper, source, at)
received.paper bigint NOT NULL
received.source text NOT NULL
received.at bigint NOT NULL
received.body bytea NOT NULL
received FOREIGN KEY (paper) REFERENCES paper(id)
received PRIMARY KEY (paper, source)
CREATE UNIQUE INDEX received_pkey ON received USING btree (paper, source)
source.name text NOT NULL
source.cursor text NOT NULL
source.began bigint NOT NULL
source.ended bigint NOT NULL
source.got bigint NOT NULL
source.expected bigint NOT NULL
source.failed text NOT NULL
source.next bigint NOT NULL
source PRIMARY KEY (name)
CREATE UNIQUE INDEX source_pkey ON source USING btree (name)
watcher.name text NOT NULL
watcher.seq bigint NOT NULL
watcher.at bigint NOT NULL
watcher PRIMARY KEY (name)
CREATE UNIQUE INDEX watcher_pkey ON watcher USING btree (name)
