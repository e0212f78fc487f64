-- +goose Up
-- The name of the changes, which a restore or an import makes anew: here, and of a peer.
ALTER TABLE instance ADD COLUMN stream TEXT NOT NULL DEFAULT '';
ALTER TABLE peer ADD COLUMN stream TEXT NOT NULL DEFAULT '';
