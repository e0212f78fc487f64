-- +goose Up
-- The folded titles of papers that arXiv does not know.
CREATE TABLE own_title (
	title TEXT NOT NULL,
	paper BIGINT NOT NULL REFERENCES paper(id),
	PRIMARY KEY (title, paper)
);
CREATE UNIQUE INDEX own_title_paper ON own_title(paper);
INSERT INTO own_title (title, paper)
	SELECT substr(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(title), ' ', ''), '.', ''), ',', ''), ':', ''), ';', ''), '-', ''), '–', ''), '—', ''), '$', ''), '\', ''), '{', ''), '}', ''), '"', ''), '’', ''), '''', ''), chr(9), ''), chr(10), ''), 1, 200), id FROM paper
	WHERE merged_into IS NULL AND key IN (SELECT value FROM identifier WHERE scheme = 'own');

-- Pairs of papers with one title that may be one; parted: somebody found them to be two.
CREATE TABLE doubt (
	own    BIGINT NOT NULL REFERENCES paper(id),
	other  BIGINT NOT NULL REFERENCES paper(id),
	parted BIGINT NOT NULL,
	PRIMARY KEY (own, other)
);
CREATE INDEX doubt_other ON doubt(other);
