package web

import (
	"context"
	"fmt"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/paper"
)

// Outline is what calendars, tallies and sitemaps need of a paper in an edition.
// A month has a thousand of them, so it leaves out what must be decoded.
type Outline struct {
	Day        string
	Origin     edition.Origin
	Key, Title string
	Form       paper.Form
	Primary    string
	Votes      int
	Comments   int
}

// outlines returns the papers of the editions of a span, by day, then by rank; at
// most 20,000.
func outlines(ctx context.Context, d *db.DB, span edition.Span) ([]Outline, error) {
	return readOutlines(ctx, d, `SELECT entry.day, entry.origin, paper.key, paper.title, paper.form, paper.categories, paper.votes + paper.own_votes AS votes, paper.comments + paper.own_comments AS comments
		FROM entry JOIN paper ON paper.id = entry.paper WHERE entry.day BETWEEN $1 AND $2
		ORDER BY entry.day, `+edition.ByRank+` LIMIT 20000`, span.From, span.To)
}

// leads returns the first paper of every edition, by day; at most 20,000.
func leads(ctx context.Context, d *db.DB) ([]Outline, error) {
	return readOutlines(ctx, d, `SELECT day, origin, key, title, form, categories, votes, comments FROM (
		SELECT entry.day, entry.origin, paper.key, paper.title, paper.form, paper.categories, paper.votes + paper.own_votes AS votes, paper.comments + paper.own_comments AS comments,
			row_number() OVER (PARTITION BY entry.day ORDER BY `+edition.ByRank+`) AS place
		FROM entry JOIN paper ON paper.id = entry.paper) ranked WHERE place = 1 ORDER BY day LIMIT 20000`)
}

// alike returns papers whose address begins with a text: at most five.
func alike(ctx context.Context, d *db.DB, begin string) ([]Outline, error) {
	return readOutlines(ctx, d, `SELECT '', '', key, title, form, categories, votes + own_votes, comments + own_comments FROM paper
		WHERE key >= $1 AND key < $2 AND merged_into IS NULL ORDER BY key LIMIT 5`, begin, begin+"\uffff")
}

func readOutlines(ctx context.Context, d *db.DB, query string, args ...any) ([]Outline, error) {
	rows, err := d.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("outline editions: %w", err)
	}
	defer rows.Close()
	var list []Outline
	for rows.Next() {
		var o Outline
		if err := rows.Scan(&o.Day, &o.Origin, &o.Key, &o.Title, &o.Form, &o.Primary, &o.Votes, &o.Comments); err != nil {
			return nil, err
		}
		for i := range len(o.Primary) { // the first of the categories
			if o.Primary[i] == ' ' {
				o.Primary = o.Primary[:i]
				break
			}
		}
		list = append(list, o)
	}
	return list, rows.Err()
}
