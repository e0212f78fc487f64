package paper

import (
	"encoding/json"
	"fmt"
	"strings"

	"broadsheet/db"
)

// row is a Paper as it stands in its table, but for its identifiers. Rows are
// compared to see whether anything changed.
type row struct {
	id          int64
	key         string
	title       string
	abstract    string
	form        string
	categories  string // parted by spaces
	authority   int
	withdrawn   int
	submitted   int64
	revised     int64
	announced   string
	votes       int
	comments    int
	stars       int
	readAt      int64
	record      string // JSON
	ownVotes    int    // written by AddHere and SetHere alone
	ownComments int
	since       int64 // written once
	identifiers int   // their number; not a column, but a new one is a change
}

// columns are all of a row, in the order of fields.
const columns = `id, key, title, abstract, form, categories, authority, withdrawn, submitted, revised, announced, votes, comments, stars, read_at, record, own_votes, own_comments, since`

// fields returns the places to scan columns into.
func (r *row) fields() []any {
	return []any{
		&r.id, &r.key, &r.title, &r.abstract, &r.form, &r.categories, &r.authority, &r.withdrawn,
		&r.submitted, &r.revised, &r.announced, &r.votes, &r.comments, &r.stars, &r.readAt, &r.record, &r.ownVotes, &r.ownComments, &r.since,
	}
}

// values returns what stands in the columns, without the id and what readers did
// here.
func (r *row) values() []any {
	return []any{
		r.key, r.title, r.abstract, r.form, r.categories, r.authority, r.withdrawn,
		r.submitted, r.revised, r.announced, r.votes, r.comments, r.stars, r.readAt, r.record,
	}
}

func (p *Paper) row() (row, error) {
	record, err := json.Marshal(&p.Record)
	if err != nil {
		return row{}, fmt.Errorf("paper %s: %w", p.Key, err)
	}
	r := row{
		id: p.ID, key: p.Key, title: text(p.Title), abstract: text(p.Abstract), form: string(p.Form),
		categories: text(strings.Join(p.Categories, " ")), authority: int(p.Authority),
		submitted: db.Micros(p.Submitted), revised: db.Micros(p.Revised), announced: p.Announced,
		votes: p.Figures.Votes, comments: p.Figures.Comments, stars: p.Figures.Stars, readAt: db.Micros(p.Figures.At),
		record: text(string(record)), identifiers: len(p.Identifiers), since: db.Micros(p.Since),
	}
	if p.Withdrawn {
		r.withdrawn = 1
	}
	return r, nil
}

// text makes s storable on both engines: PostgreSQL takes neither a zero byte
// nor broken UTF-8. In JSON a zero byte is written as an escape and stays.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

func (r *row) paper() (*Paper, error) {
	p := &Paper{
		ID: r.id, Key: r.key, Title: r.title, Abstract: r.abstract, Form: Form(r.form),
		Authority: Authority(r.authority), Categories: strings.Fields(r.categories), Withdrawn: r.withdrawn != 0,
		Submitted: db.Time(r.submitted), Revised: db.Time(r.revised), Announced: r.announced,
		Figures: Figures{Votes: r.votes, Comments: r.comments, Stars: r.stars, At: db.Time(r.readAt)},
		Here:    Tally{Votes: r.ownVotes, Comments: r.ownComments},
		Since:   db.Time(r.since),
	}
	if err := json.Unmarshal([]byte(r.record), &p.Record); err != nil {
		return nil, fmt.Errorf("the record of paper %s is damaged: %w", r.key, err)
	}
	return p, nil
}
