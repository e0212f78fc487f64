absent.paper text NOT NULL
absent.day text NOT NULL
absent.reason text NOT NULL
absent.tries bigint NOT NULL
absent.next bigint NOT NULL
absent PRIMARY KEY (paper)
CREATE UNIQUE INDEX absent_pkey ON absent USING btree (paper)
account.id bigint NOT NULL
account.handle text NOT NULL
account.name text NOT NULL
account.address text
account.role text NOT NULL
account.granted text NOT NULL
account.password text NOT NULL
account.password_at bigint NOT NULL
account.by_link bigint NOT NULL
account.show_votes bigint NOT NULL
account.followable bigint NOT NULL
account.listed bigint NOT NULL
account.keeps_read bigint NOT NULL
account.sample bigint NOT NULL
account.joined bigint NOT NULL
account.invitation bigint NOT NULL
account.network text NOT NULL
account.version bigint NOT NULL
account.gone bigint NOT NULL
account.show_comments bigint NOT NULL
account.show_papers bigint NOT NULL
account PRIMARY KEY (id)
account UNIQUE (address)
account UNIQUE (handle)
CREATE UNIQUE INDEX account_address_key ON account USING btree (address)
CREATE UNIQUE INDEX account_handle_key ON account USING btree (handle)
CREATE UNIQUE INDEX account_pkey ON account USING btree (id)
act.id bigint NOT NULL
act.at bigint NOT NULL
act.kind text NOT NULL
act.paper bigint NOT NULL
act.comment bigint NOT NULL
act.account bigint NOT NULL
act.concerns bigint NOT NULL
act.rule bigint NOT NULL
act.reason text NOT NULL
act.state text NOT NULL
act.appeal text NOT NULL
act.appealed bigint NOT NULL
act.answer text NOT NULL
act.answered bigint NOT NULL
act PRIMARY KEY (id)
CREATE INDEX act_appealed ON act USING btree (appealed) WHERE (state = 'appealed'::text)
CREATE INDEX act_at ON act USING btree (at)
CREATE INDEX act_concerns ON act USING btree (concerns, at)
CREATE UNIQUE INDEX act_pkey ON act USING btree (id)
answer.source text NOT NULL
answer.address text NOT NULL
answer.at bigint NOT NULL
answer.body bytea NOT NULL
answer PRIMARY KEY (source, address, at)
CREATE UNIQUE INDEX answer_pkey ON answer USING btree (source, address, at)
api_use.client text NOT NULL
api_use.began bigint NOT NULL
api_use.n bigint NOT NULL
api_use PRIMARY KEY (began, client)
CREATE UNIQUE INDEX api_use_pkey ON api_use USING btree (began, client)
arrival.n bigint NOT NULL
arrival.paper bigint NOT NULL
arrival.day text NOT NULL
arrival FOREIGN KEY (paper) REFERENCES paper(id)
arrival PRIMARY KEY (n)
arrival UNIQUE (paper)
CREATE INDEX arrival_day ON arrival USING btree (day)
CREATE UNIQUE INDEX arrival_paper_key ON arrival USING btree (paper)
CREATE UNIQUE INDEX arrival_pkey ON arrival USING btree (n)
audit.id bigint NOT NULL
audit.at bigint NOT NULL
audit.actor bigint NOT NULL
audit.act text NOT NULL
audit.subject text NOT NULL
audit.detail text NOT NULL
audit PRIMARY KEY (id)
CREATE UNIQUE INDEX audit_pkey ON audit USING btree (id)
backup.place text NOT NULL
backup.began bigint NOT NULL
backup.ended bigint NOT NULL
backup.point bigint NOT NULL
backup.bytes bigint NOT NULL
backup.written bigint NOT NULL
backup.failed text NOT NULL
backup.rehearsed bigint NOT NULL
backup.rehearsal text NOT NULL
backup.asked text NOT NULL
backup PRIMARY KEY (place)
CREATE UNIQUE INDEX backup_pkey ON backup USING btree (place)
bounce.hash text NOT NULL
bounce.count double precision NOT NULL
bounce.at bigint NOT NULL
bounce.said text NOT NULL
bounce PRIMARY KEY (hash)
CREATE UNIQUE INDEX bounce_pkey ON bounce USING btree (hash)
candidate.paper bigint NOT NULL
candidate.day text NOT NULL
candidate.origin text NOT NULL
candidate.entered bigint NOT NULL
candidate.submitter text NOT NULL
candidate.direct bigint NOT NULL
candidate.pick text NOT NULL
candidate.ord bigint NOT NULL
candidate.claim text NOT NULL
candidate.note text NOT NULL
candidate.act bigint NOT NULL
candidate FOREIGN KEY (paper) REFERENCES paper(id)
candidate PRIMARY KEY (paper)
CREATE INDEX candidate_day ON candidate USING btree (day, pick)
CREATE UNIQUE INDEX candidate_pkey ON candidate USING btree (paper)
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
claim.id bigint NOT NULL
claim.paper bigint NOT NULL
claim.author text NOT NULL
claim.account bigint NOT NULL
claim.way text NOT NULL
claim.evidence text NOT NULL
claim.at bigint NOT NULL
claim.state text NOT NULL
claim.decider bigint NOT NULL
claim.decided bigint NOT NULL
claim.reason text NOT NULL
claim FOREIGN KEY (paper) REFERENCES paper(id)
claim PRIMARY KEY (id)
CREATE INDEX claim_account ON claim USING btree (account, id)
CREATE INDEX claim_open ON claim USING btree (at) WHERE (state = 'open'::text)
CREATE INDEX claim_paper ON claim USING btree (paper, id)
CREATE UNIQUE INDEX claim_pkey ON claim USING btree (id)
collected.collection bigint NOT NULL
collected.paper bigint NOT NULL
collected.at bigint NOT NULL
collected.note text NOT NULL
collected FOREIGN KEY (collection) REFERENCES collection(id)
collected FOREIGN KEY (paper) REFERENCES paper(id)
collected PRIMARY KEY (collection, paper)
CREATE INDEX collected_paper ON collected USING btree (paper)
CREATE UNIQUE INDEX collected_pkey ON collected USING btree (collection, paper)
collection.id bigint NOT NULL
collection.account bigint NOT NULL
collection.slug text NOT NULL
collection.title text NOT NULL
collection.note text NOT NULL
collection.public bigint NOT NULL
collection.made bigint NOT NULL
collection.updated bigint NOT NULL
collection PRIMARY KEY (id)
collection UNIQUE (account, slug)
CREATE UNIQUE INDEX collection_account_slug_key ON collection USING btree (account, slug)
CREATE UNIQUE INDEX collection_pkey ON collection USING btree (id)
comment.id bigint NOT NULL
comment.paper bigint NOT NULL
comment.parent bigint NOT NULL
comment.account bigint NOT NULL
comment.at bigint NOT NULL
comment.edited bigint NOT NULL
comment.body text NOT NULL
comment.state text NOT NULL
comment.changed bigint NOT NULL
comment.why text NOT NULL
comment.ups bigint NOT NULL
comment.doubts bigint NOT NULL
comment FOREIGN KEY (paper) REFERENCES paper(id)
comment PRIMARY KEY (id)
CREATE INDEX comment_account ON comment USING btree (account, at)
CREATE INDEX comment_held ON comment USING btree (at) WHERE (state = 'held'::text)
CREATE INDEX comment_paper ON comment USING btree (paper, id)
CREATE UNIQUE INDEX comment_pkey ON comment USING btree (id)
comment_edit.comment bigint NOT NULL
comment_edit.until bigint NOT NULL
comment_edit.body text NOT NULL
comment_edit FOREIGN KEY (comment) REFERENCES comment(id)
comment_edit PRIMARY KEY (comment, until)
CREATE UNIQUE INDEX comment_edit_pkey ON comment_edit USING btree (comment, until)
desk.day text NOT NULL
desk.act bigint NOT NULL
desk.held bigint NOT NULL
desk.published bigint NOT NULL
desk.publisher bigint NOT NULL
desk PRIMARY KEY (day)
CREATE UNIQUE INDEX desk_pkey ON desk USING btree (day)
desk_act.id bigint NOT NULL
desk_act.day text NOT NULL
desk_act.at bigint NOT NULL
desk_act.account bigint NOT NULL
desk_act.paper bigint NOT NULL
desk_act.deed text NOT NULL
desk_act.before text NOT NULL
desk_act.after text NOT NULL
desk_act.target bigint NOT NULL
desk_act.undone bigint NOT NULL
desk_act PRIMARY KEY (id)
CREATE INDEX desk_act_day ON desk_act USING btree (day, id)
CREATE INDEX desk_act_paper ON desk_act USING btree (paper)
CREATE UNIQUE INDEX desk_act_pkey ON desk_act USING btree (id)
digest_block.block bigint NOT NULL
digest_block.n bigint NOT NULL
digest_block PRIMARY KEY (block)
CREATE UNIQUE INDEX digest_block_pkey ON digest_block USING btree (block)
digest_limit.key text NOT NULL
digest_limit.n bigint NOT NULL
digest_limit.until bigint NOT NULL
digest_limit PRIMARY KEY (key)
CREATE UNIQUE INDEX digest_limit_pkey ON digest_limit USING btree (key)
digest_sent.block bigint NOT NULL
digest_sent.paper bigint NOT NULL
digest_sent.bits bytea NOT NULL
digest_sent PRIMARY KEY (block, paper)
CREATE INDEX digest_sent_paper ON digest_sent USING btree (paper)
CREATE UNIQUE INDEX digest_sent_pkey ON digest_sent USING btree (block, paper)
doubt.own bigint NOT NULL
doubt.other bigint NOT NULL
doubt.parted bigint NOT NULL
doubt FOREIGN KEY (other) REFERENCES paper(id)
doubt FOREIGN KEY (own) REFERENCES paper(id)
doubt PRIMARY KEY (own, other)
CREATE INDEX doubt_other ON doubt USING btree (other)
CREATE UNIQUE INDEX doubt_pkey ON doubt USING btree (own, other)
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
entry.ord bigint NOT NULL
entry.claim text NOT NULL
entry.note text NOT NULL
entry FOREIGN KEY (day) REFERENCES edition(day)
entry FOREIGN KEY (paper) REFERENCES paper(id)
entry PRIMARY KEY (paper)
CREATE INDEX entry_day ON entry USING btree (day, origin)
CREATE INDEX entry_submitter ON entry USING btree (submitter, day) WHERE (submitter <> ''::text)
CREATE UNIQUE INDEX entry_pkey ON entry USING btree (paper)
feed_key.account bigint NOT NULL
feed_key.hash bytea NOT NULL
feed_key.made bigint NOT NULL
feed_key FOREIGN KEY (account) REFERENCES account(id)
feed_key PRIMARY KEY (account)
feed_key UNIQUE (hash)
CREATE UNIQUE INDEX feed_key_hash_key ON feed_key USING btree (hash)
CREATE UNIQUE INDEX feed_key_pkey ON feed_key USING btree (account)
flow.hash bytea NOT NULL
flow.kind text NOT NULL
flow.data text NOT NULL
flow.ends bigint NOT NULL
flow PRIMARY KEY (hash)
CREATE INDEX flow_ends ON flow USING btree (ends)
CREATE UNIQUE INDEX flow_pkey ON flow USING btree (hash)
follow.account bigint NOT NULL
follow.kind text NOT NULL
follow.key text NOT NULL
follow.at bigint NOT NULL
follow PRIMARY KEY (account, kind, key)
CREATE INDEX follow_key ON follow USING btree (kind, key)
CREATE UNIQUE INDEX follow_pkey ON follow USING btree (account, kind, key)
foreign_comment.peer text NOT NULL
foreign_comment.id text NOT NULL
foreign_comment.comment bigint NOT NULL
foreign_comment FOREIGN KEY (comment) REFERENCES comment(id)
foreign_comment PRIMARY KEY (peer, id)
foreign_comment UNIQUE (comment)
CREATE UNIQUE INDEX foreign_comment_comment_key ON foreign_comment USING btree (comment)
CREATE UNIQUE INDEX foreign_comment_pkey ON foreign_comment USING btree (peer, id)
foreign_echo.peer text NOT NULL
foreign_echo.id text NOT NULL
foreign_echo.comment bigint NOT NULL
foreign_echo FOREIGN KEY (comment) REFERENCES comment(id)
foreign_echo PRIMARY KEY (peer, id)
CREATE INDEX foreign_echo_comment ON foreign_echo USING btree (comment)
CREATE UNIQUE INDEX foreign_echo_pkey ON foreign_echo USING btree (peer, id)
foreign_origin.instance text NOT NULL
foreign_origin.id text NOT NULL
foreign_origin.comment bigint NOT NULL
foreign_origin FOREIGN KEY (comment) REFERENCES comment(id)
foreign_origin PRIMARY KEY (instance, id)
foreign_origin UNIQUE (comment)
CREATE UNIQUE INDEX foreign_origin_comment_key ON foreign_origin USING btree (comment)
CREATE UNIQUE INDEX foreign_origin_pkey ON foreign_origin USING btree (instance, id)
foreign_vote.paper bigint NOT NULL
foreign_vote.instance text NOT NULL
foreign_vote.votes bigint NOT NULL
foreign_vote.comments bigint NOT NULL
foreign_vote.stars bigint NOT NULL
foreign_vote.at bigint NOT NULL
foreign_vote.made bigint NOT NULL
foreign_vote FOREIGN KEY (paper) REFERENCES paper(id)
foreign_vote PRIMARY KEY (paper, instance)
CREATE UNIQUE INDEX foreign_vote_pkey ON foreign_vote USING btree (paper, instance)
generation.one bigint NOT NULL
generation.oldest bigint NOT NULL
generation CHECK ((one = 1))
generation PRIMARY KEY (one)
CREATE UNIQUE INDEX generation_pkey ON generation USING btree (one)
harvest_day.day text NOT NULL
harvest_day.papers bigint NOT NULL
harvest_day PRIMARY KEY (day)
CREATE UNIQUE INDEX harvest_day_pkey ON harvest_day USING btree (day)
hook.id bigint NOT NULL
hook.url text NOT NULL
hook.events text NOT NULL
hook.votes bigint NOT NULL
hook.secret text NOT NULL
hook.note text NOT NULL
hook.account bigint NOT NULL
hook.made bigint NOT NULL
hook.state text NOT NULL
hook.said text NOT NULL
hook.succeeded bigint NOT NULL
hook.failed bigint NOT NULL
hook.since bigint NOT NULL
hook.until bigint NOT NULL
hook PRIMARY KEY (id)
CREATE UNIQUE INDEX hook_pkey ON hook USING btree (id)
hook_delivery.id text NOT NULL
hook_delivery.hook bigint NOT NULL
hook_delivery.event text NOT NULL
hook_delivery.subject bigint NOT NULL
hook_delivery.at bigint NOT NULL
hook_delivery.state text NOT NULL
hook_delivery.due bigint NOT NULL
hook_delivery.until bigint NOT NULL
hook_delivery.tries bigint NOT NULL
hook_delivery.status bigint NOT NULL
hook_delivery.said text NOT NULL
hook_delivery FOREIGN KEY (hook) REFERENCES hook(id)
hook_delivery PRIMARY KEY (id)
hook_delivery UNIQUE (hook, event, subject)
CREATE INDEX hook_delivery_at ON hook_delivery USING btree (hook, at) WHERE (state <> 'past'::text)
CREATE INDEX hook_delivery_due ON hook_delivery USING btree (due) WHERE (state = 'waiting'::text)
CREATE UNIQUE INDEX hook_delivery_hook_event_subject_key ON hook_delivery USING btree (hook, event, subject)
CREATE UNIQUE INDEX hook_delivery_pkey ON hook_delivery USING btree (id)
idempotency.account bigint NOT NULL
idempotency.key text NOT NULL
idempotency.request text NOT NULL
idempotency.at bigint NOT NULL
idempotency.status bigint NOT NULL
idempotency.kind text NOT NULL
idempotency.body bytea NOT NULL
idempotency PRIMARY KEY (account, key)
CREATE INDEX idempotency_at ON idempotency USING btree (at)
CREATE UNIQUE INDEX idempotency_pkey ON idempotency USING btree (account, key)
identifier.scheme text NOT NULL
identifier.value text NOT NULL
identifier.paper bigint NOT NULL
identifier FOREIGN KEY (paper) REFERENCES paper(id)
identifier PRIMARY KEY (scheme, value)
CREATE INDEX identifier_paper ON identifier USING btree (paper)
CREATE UNIQUE INDEX identifier_pkey ON identifier USING btree (scheme, value)
identity.issuer text NOT NULL
identity.subject text NOT NULL
identity.account bigint NOT NULL
identity.made bigint NOT NULL
identity.used bigint NOT NULL
identity FOREIGN KEY (account) REFERENCES account(id)
identity PRIMARY KEY (issuer, subject)
CREATE INDEX identity_account ON identity USING btree (account)
CREATE UNIQUE INDEX identity_pkey ON identity USING btree (issuer, subject)
import_file.key text NOT NULL
import_file.name text NOT NULL
import_file.line bigint NOT NULL
import_file.at bigint NOT NULL
import_file PRIMARY KEY (key)
CREATE UNIQUE INDEX import_file_pkey ON import_file USING btree (key)
instance.one integer NOT NULL
instance.name text NOT NULL
instance.stream text NOT NULL
instance CHECK ((one = 1))
instance PRIMARY KEY (one)
CREATE UNIQUE INDEX instance_pkey ON instance USING btree (one)
invitation.id bigint NOT NULL
invitation.hash bytea NOT NULL
invitation.role text NOT NULL
invitation.note text NOT NULL
invitation.uses bigint NOT NULL
invitation.maker bigint NOT NULL
invitation.made bigint NOT NULL
invitation.ends bigint NOT NULL
invitation PRIMARY KEY (id)
invitation UNIQUE (hash)
CREATE UNIQUE INDEX invitation_hash_key ON invitation USING btree (hash)
CREATE UNIQUE INDEX invitation_pkey ON invitation USING btree (id)
jot.account bigint NOT NULL
jot.paper bigint NOT NULL
jot.at bigint NOT NULL
jot.body text NOT NULL
jot FOREIGN KEY (paper) REFERENCES paper(id)
jot PRIMARY KEY (account, paper)
CREATE INDEX jot_paper ON jot USING btree (paper)
CREATE UNIQUE INDEX jot_pkey ON jot USING btree (account, paper)
knob.account bigint NOT NULL
knob.kind text NOT NULL
knob.key text NOT NULL
knob.turn bigint NOT NULL
knob PRIMARY KEY (account, kind, key)
CREATE UNIQUE INDEX knob_pkey ON knob USING btree (account, kind, key)
lease.name text NOT NULL
lease.holder text NOT NULL
lease.until bigint NOT NULL
lease PRIMARY KEY (name)
CREATE UNIQUE INDEX lease_pkey ON lease USING btree (name)
letter.id bigint NOT NULL
letter.purpose text NOT NULL
letter.address text NOT NULL
letter.account bigint NOT NULL
letter.invitation bigint NOT NULL
letter.next text NOT NULL
letter.base text NOT NULL
letter.network text NOT NULL
letter.hash bytea
letter.state text NOT NULL
letter.tries bigint NOT NULL
letter.made bigint NOT NULL
letter.ends bigint NOT NULL
letter PRIMARY KEY (id)
letter UNIQUE (hash)
CREATE INDEX letter_ends ON letter USING btree (ends)
CREATE INDEX letter_waiting ON letter USING btree (id) WHERE (state = 'waiting'::text)
CREATE UNIQUE INDEX letter_hash_key ON letter USING btree (hash)
CREATE UNIQUE INDEX letter_pkey ON letter USING btree (id)
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
looked.account bigint NOT NULL
looked.at bigint NOT NULL
looked.arrival bigint NOT NULL
looked.before bigint NOT NULL
looked PRIMARY KEY (account)
CREATE UNIQUE INDEX looked_pkey ON looked USING btree (account)
mail_key.one bigint NOT NULL
mail_key.value bytea NOT NULL
mail_key CHECK ((one = 1))
mail_key PRIMARY KEY (one)
CREATE UNIQUE INDEX mail_key_pkey ON mail_key USING btree (one)
mute.account bigint NOT NULL
mute.kind text NOT NULL
mute.key text NOT NULL
mute.at bigint NOT NULL
mute PRIMARY KEY (account, kind, key)
CREATE UNIQUE INDEX mute_pkey ON mute USING btree (account, kind, key)
muted.account bigint NOT NULL
muted.paper bigint NOT NULL
muted.version bigint NOT NULL
muted.at bigint NOT NULL
muted FOREIGN KEY (paper) REFERENCES paper(id)
muted PRIMARY KEY (account, paper)
CREATE INDEX muted_paper ON muted USING btree (paper)
CREATE UNIQUE INDEX muted_pkey ON muted USING btree (account, paper)
opened.account bigint NOT NULL
opened.paper bigint NOT NULL
opened.at bigint NOT NULL
opened FOREIGN KEY (paper) REFERENCES paper(id)
opened PRIMARY KEY (account, paper)
CREATE INDEX opened_paper ON opened USING btree (paper)
CREATE UNIQUE INDEX opened_pkey ON opened USING btree (account, paper)
outbox.id bigint NOT NULL
outbox.kind text NOT NULL
outbox.once text NOT NULL
outbox.recipient text NOT NULL
outbox.domain text NOT NULL
outbox.rank bigint NOT NULL
outbox.body bytea NOT NULL
outbox.state text NOT NULL
outbox.made bigint NOT NULL
outbox.due bigint NOT NULL
outbox.slot bigint NOT NULL
outbox.tries bigint NOT NULL
outbox.unsure bigint NOT NULL
outbox.holder text NOT NULL
outbox.until bigint NOT NULL
outbox.at bigint NOT NULL
outbox.said text NOT NULL
outbox.returned text NOT NULL
outbox PRIMARY KEY (id)
CREATE INDEX outbox_at ON outbox USING btree (at, id)
CREATE INDEX outbox_due ON outbox USING btree (rank, due, id) WHERE (state = 'waiting'::text)
CREATE INDEX outbox_until ON outbox USING btree (until) WHERE (state = ANY (ARRAY['taken'::text, 'handing'::text]))
CREATE UNIQUE INDEX outbox_once ON outbox USING btree (once) WHERE (once <> ''::text)
CREATE UNIQUE INDEX outbox_pkey ON outbox USING btree (id)
outbox_pace.domain text NOT NULL
outbox_pace.next bigint NOT NULL
outbox_pace PRIMARY KEY (domain)
CREATE UNIQUE INDEX outbox_pace_pkey ON outbox_pace USING btree (domain)
outbox_pause.one integer NOT NULL
outbox_pause.since bigint NOT NULL
outbox_pause CHECK ((one = 1))
outbox_pause PRIMARY KEY (one)
CREATE UNIQUE INDEX outbox_pause_pkey ON outbox_pause USING btree (one)
own_title.title text NOT NULL
own_title.paper bigint NOT NULL
own_title FOREIGN KEY (paper) REFERENCES paper(id)
own_title PRIMARY KEY (title, paper)
CREATE UNIQUE INDEX own_title_paper ON own_title USING btree (paper)
CREATE UNIQUE INDEX own_title_pkey ON own_title USING btree (title, paper)
pace.key text NOT NULL
pace.free bigint NOT NULL
pace PRIMARY KEY (key)
CREATE INDEX pace_free ON pace USING btree (free)
CREATE UNIQUE INDEX pace_pkey ON pace USING btree (key)
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
paper.own_votes bigint NOT NULL
paper.own_comments bigint NOT NULL
paper.since bigint NOT NULL
paper FOREIGN KEY (merged_into) REFERENCES paper(id)
paper PRIMARY KEY (id)
paper UNIQUE (key)
CREATE INDEX paper_submitted ON paper USING btree (submitted, id) WHERE (merged_into IS NULL)
CREATE UNIQUE INDEX paper_key_key ON paper USING btree (key)
CREATE UNIQUE INDEX paper_pkey ON paper USING btree (id)
passkey.id bytea NOT NULL
passkey.account bigint NOT NULL
passkey.name text NOT NULL
passkey.credential text NOT NULL
passkey.made bigint NOT NULL
passkey.used bigint NOT NULL
passkey FOREIGN KEY (account) REFERENCES account(id)
passkey PRIMARY KEY (id)
CREATE INDEX passkey_account ON passkey USING btree (account)
CREATE UNIQUE INDEX passkey_pkey ON passkey USING btree (id)
peer.name text NOT NULL
peer.identity text NOT NULL
peer.follows text NOT NULL
peer.seq bigint NOT NULL
peer.latest bigint NOT NULL
peer.asked bigint NOT NULL
peer.failed text NOT NULL
peer.stream text NOT NULL
peer.stopped bigint NOT NULL
peer.refused bigint NOT NULL
peer.anew text NOT NULL
peer.anew_at bigint NOT NULL
peer PRIMARY KEY (name)
CREATE UNIQUE INDEX peer_pkey ON peer USING btree (name)
peer_paper.peer text NOT NULL
peer_paper.paper bigint NOT NULL
peer_paper FOREIGN KEY (paper) REFERENCES paper(id)
peer_paper FOREIGN KEY (peer) REFERENCES peer(name)
peer_paper PRIMARY KEY (peer, paper)
CREATE INDEX peer_paper_paper ON peer_paper USING btree (paper)
CREATE UNIQUE INDEX peer_paper_pkey ON peer_paper USING btree (peer, paper)
peer_reader.peer text NOT NULL
peer_reader.handle text NOT NULL
peer_reader.account bigint NOT NULL
peer_reader FOREIGN KEY (peer) REFERENCES peer(name)
peer_reader PRIMARY KEY (peer, handle)
CREATE UNIQUE INDEX peer_reader_pkey ON peer_reader USING btree (peer, handle)
quarantine.file text NOT NULL
quarantine.line bigint NOT NULL
quarantine.reason text NOT NULL
quarantine.body bytea NOT NULL
quarantine.at bigint NOT NULL
quarantine PRIMARY KEY (file, line)
CREATE UNIQUE INDEX quarantine_pkey ON quarantine USING btree (file, line)
quiet.account bigint NOT NULL
quiet PRIMARY KEY (account)
CREATE UNIQUE INDEX quiet_pkey ON quiet USING btree (account)
ran.name text NOT NULL
ran.day text NOT NULL
ran.times bigint NOT NULL
ran.failed bigint NOT NULL
ran.amount bigint NOT NULL
ran PRIMARY KEY (name, day)
CREATE UNIQUE INDEX ran_pkey ON ran USING btree (name, day)
reaction.comment bigint NOT NULL
reaction.account bigint NOT NULL
reaction.kind text NOT NULL
reaction.at bigint NOT NULL
reaction FOREIGN KEY (comment) REFERENCES comment(id)
reaction PRIMARY KEY (comment, account)
CREATE INDEX reaction_account ON reaction USING btree (account)
CREATE UNIQUE INDEX reaction_pkey ON reaction USING btree (comment, account)
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
report.id bigint NOT NULL
report.paper bigint NOT NULL
report.comment bigint NOT NULL
report.account bigint NOT NULL
report.reason text NOT NULL
report.at bigint NOT NULL
report.closed bigint NOT NULL
report.act bigint NOT NULL
report.asked bigint NOT NULL
report FOREIGN KEY (paper) REFERENCES paper(id)
report PRIMARY KEY (id)
report UNIQUE (paper, comment, account, closed)
CREATE INDEX report_at ON report USING btree (at)
CREATE INDEX report_open ON report USING btree (at) WHERE (closed = 0)
CREATE UNIQUE INDEX report_paper_comment_account_closed_key ON report USING btree (paper, comment, account, closed)
CREATE UNIQUE INDEX report_pkey ON report USING btree (id)
reread.source text NOT NULL
reread.day text NOT NULL
reread.at bigint NOT NULL
reread PRIMARY KEY (source, day)
CREATE UNIQUE INDEX reread_pkey ON reread USING btree (source, day)
saved.account bigint NOT NULL
saved.paper bigint NOT NULL
saved.at bigint NOT NULL
saved FOREIGN KEY (paper) REFERENCES paper(id)
saved PRIMARY KEY (account, paper)
CREATE INDEX saved_at ON saved USING btree (account, at, paper)
CREATE INDEX saved_paper ON saved USING btree (paper)
CREATE UNIQUE INDEX saved_pkey ON saved USING btree (account, paper)
session.id bigint NOT NULL
session.hash bytea NOT NULL
session.account bigint NOT NULL
session.method text NOT NULL
session.agent text NOT NULL
session.network text NOT NULL
session.made bigint NOT NULL
session.seen bigint NOT NULL
session.ends bigint NOT NULL
session.renew bigint NOT NULL
session FOREIGN KEY (account) REFERENCES account(id)
session PRIMARY KEY (id)
session UNIQUE (hash)
CREATE INDEX session_account ON session USING btree (account)
CREATE UNIQUE INDEX session_hash_key ON session USING btree (hash)
CREATE UNIQUE INDEX session_pkey ON session USING btree (id)
shelf.account bigint NOT NULL
shelf.sum text NOT NULL
shelf.record text NOT NULL
shelf.state text NOT NULL
shelf.paper bigint
shelf.near text NOT NULL
shelf.at bigint NOT NULL
shelf FOREIGN KEY (account) REFERENCES account(id)
shelf FOREIGN KEY (paper) REFERENCES paper(id)
shelf PRIMARY KEY (account, sum)
CREATE INDEX shelf_paper ON shelf USING btree (paper)
CREATE UNIQUE INDEX shelf_pkey ON shelf USING btree (account, sum)
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
submission.id bigint NOT NULL
submission.paper bigint NOT NULL
submission.account bigint NOT NULL
submission.at bigint NOT NULL
submission.note text NOT NULL
submission.links text NOT NULL
submission.author bigint NOT NULL
submission FOREIGN KEY (paper) REFERENCES paper(id)
submission PRIMARY KEY (id)
submission UNIQUE (paper, account)
CREATE INDEX submission_account ON submission USING btree (account, at)
CREATE UNIQUE INDEX submission_paper_account_key ON submission USING btree (paper, account)
CREATE UNIQUE INDEX submission_pkey ON submission USING btree (id)
subscription.id bigint NOT NULL
subscription.address text NOT NULL
subscription.hash text NOT NULL
subscription.state text NOT NULL
subscription.choice text NOT NULL
subscription.account bigint NOT NULL
subscription.made bigint NOT NULL
subscription.confirmed bigint NOT NULL
subscription.next bigint NOT NULL
subscription.seen bigint NOT NULL
subscription.sent bigint NOT NULL
subscription PRIMARY KEY (id)
subscription UNIQUE (hash)
CREATE INDEX subscription_account ON subscription USING btree (account) WHERE (account <> 0)
CREATE INDEX subscription_next ON subscription USING btree (next) WHERE (state = 'active'::text)
CREATE UNIQUE INDEX subscription_hash_key ON subscription USING btree (hash)
CREATE UNIQUE INDEX subscription_pkey ON subscription USING btree (id)
suppression.hash text NOT NULL
suppression.reason text NOT NULL
suppression.at bigint NOT NULL
suppression PRIMARY KEY (hash)
CREATE UNIQUE INDEX suppression_pkey ON suppression USING btree (hash)
talk.paper bigint NOT NULL
talk.locked bigint NOT NULL
talk FOREIGN KEY (paper) REFERENCES paper(id)
talk PRIMARY KEY (paper)
CREATE UNIQUE INDEX talk_pkey ON talk USING btree (paper)
token.id bigint NOT NULL
token.hash bytea NOT NULL
token.account bigint NOT NULL
token.name text NOT NULL
token.scopes text NOT NULL
token.made bigint NOT NULL
token.used bigint NOT NULL
token.ends bigint NOT NULL
token FOREIGN KEY (account) REFERENCES account(id)
token PRIMARY KEY (id)
token UNIQUE (hash)
CREATE INDEX token_account ON token USING btree (account)
CREATE UNIQUE INDEX token_hash_key ON token USING btree (hash)
CREATE UNIQUE INDEX token_pkey ON token USING btree (id)
vote.paper bigint NOT NULL
vote.account bigint NOT NULL
vote.at bigint NOT NULL
vote.voice bigint NOT NULL
vote FOREIGN KEY (paper) REFERENCES paper(id)
vote PRIMARY KEY (paper, account)
CREATE INDEX vote_account ON vote USING btree (account, at)
CREATE INDEX vote_at ON vote USING btree (at)
CREATE UNIQUE INDEX vote_pkey ON vote USING btree (paper, account)
voter.account bigint NOT NULL
voter.joined bigint NOT NULL
voter.invitation bigint NOT NULL
voter.network text NOT NULL
voter.cluster bigint NOT NULL
voter.state text NOT NULL
voter PRIMARY KEY (account)
CREATE INDEX voter_cluster ON voter USING btree (cluster) WHERE (cluster <> 0)
CREATE INDEX voter_joined ON voter USING btree (joined)
CREATE INDEX voter_new ON voter USING btree (account) WHERE (state = 'new'::text)
CREATE UNIQUE INDEX voter_pkey ON voter USING btree (account)
watcher.name text NOT NULL
watcher.seq bigint NOT NULL
watcher.at bigint NOT NULL
watcher PRIMARY KEY (name)
CREATE UNIQUE INDEX watcher_pkey ON watcher USING btree (name)
