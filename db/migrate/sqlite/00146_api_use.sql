-- +goose Up
CREATE TABLE api_use (
	client TEXT    NOT NULL,
	began  INTEGER NOT NULL, -- of the window
	n      INTEGER NOT NULL, -- requests in it, of clients who make many
	PRIMARY KEY (began, client)
) STRICT, WITHOUT ROWID;
