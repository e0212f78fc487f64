-- +goose Up
-- When a paper came to be held; 0 for those that were held before this was kept.
ALTER TABLE paper ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
