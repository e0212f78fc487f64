-- +goose Up
CREATE TABLE api_use (
	client TEXT   NOT NULL,
	began  BIGINT NOT NULL, -- of the window
	n      BIGINT NOT NULL, -- requests in it, of clients who make many
	PRIMARY KEY (began, client)
);
