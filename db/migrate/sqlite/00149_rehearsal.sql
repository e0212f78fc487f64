-- +goose Up
-- When a restore from there was last rehearsed, 0 for never, and why it failed; and what an
-- administrator asked the server that backs up to do now: backup, rehearsal or nothing.
ALTER TABLE backup ADD COLUMN rehearsed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backup ADD COLUMN rehearsal TEXT NOT NULL DEFAULT '';
ALTER TABLE backup ADD COLUMN asked TEXT NOT NULL DEFAULT '';
