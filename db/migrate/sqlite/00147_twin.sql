-- +goose Up
-- The folded titles of papers that arXiv does not know.
CREATE TABLE own_title (
	title TEXT NOT NULL,
	paper INTEGER NOT NULL REFERENCES paper(id),
	PRIMARY KEY (title, paper)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX own_title_paper ON own_title(paper);
INSERT INTO own_title (title, paper)
	SELECT substr(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(title), ' ', ''), '.', ''), ',', ''), ':', ''), ';', ''), '-', ''), '–', ''), '—', ''), '$', ''), '\', ''), '{', ''), '}', ''), '"', ''), '’', ''), '''', ''), char(9), ''), char(10), ''), 1, 200), id FROM paper
	WHERE merged_into IS NULL AND key IN (SELECT value FROM identifier WHERE scheme = 'own');

-- Pairs of papers with one title that may be one; parted: somebody found them to be two.
CREATE TABLE doubt (
	own    INTEGER NOT NULL REFERENCES paper(id),
	other  INTEGER NOT NULL REFERENCES paper(id),
	parted INTEGER NOT NULL,
	PRIMARY KEY (own, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX doubt_other ON doubt(other);
