package main

import (
	"context"
	"fmt"
	"io"

	"broadsheet/db"
)

// verdict is what the database holds at the end, set against what was acknowledged.
type verdict struct {
	votes, votesLost, votesMiscounted     int
	comments, commentsLost, commentsTwice int
	readers, reached, digests, again      int
	refused                               int // by the mail server, for good
	announced, held                       int
}

func (v verdict) ok() bool {
	return v.votesLost+v.votesMiscounted+v.commentsLost+v.commentsTwice == 0 && v.reached+v.refused == v.readers && v.digests == v.reached && v.held == v.announced
}

func (v verdict) print(w io.Writer) {
	fmt.Fprintf(w, "votes acknowledged %d, lost %d, papers whose count is not that of their votes %d\n", v.votes, v.votesLost, v.votesMiscounted)
	fmt.Fprintf(w, "comments acknowledged %d, lost %d, doubled %d\n", v.comments, v.commentsLost, v.commentsTwice)
	fmt.Fprintf(w, "readers with a digest due %d, reached %d, refused by the mail server %d, digests that came %d, handed over again because the answer was lost %d (same Message-ID)\n", v.readers, v.reached, v.refused, v.digests, v.again)
	fmt.Fprintf(w, "papers at the source %d, harvested %d\n", v.announced, v.held)
}

// check compares.
func check(ctx context.Context, d *db.DB, l *load, p *post, announced int) (v verdict, err error) {
	held := map[[2]string]bool{}
	if err := each(ctx, d, `SELECT a.handle, i.value FROM vote v JOIN account a ON a.id = v.account JOIN identifier i ON i.paper = v.paper AND i.scheme = 'arxiv'`, func(handle, id string) {
		held[[2]string{handle, id}] = true
	}); err != nil {
		return v, err
	}
	for key, acknowledged := range l.votes {
		if acknowledged {
			v.votes++
			if !held[key] {
				v.votesLost++
			}
		}
	}
	if err := d.QueryRow(ctx, `SELECT count(*) FROM paper WHERE own_votes <> (SELECT count(*) FROM vote WHERE vote.paper = paper.id)`).Scan(&v.votesMiscounted); err != nil {
		return v, err
	}
	said := map[string]int{}
	if err := each(ctx, d, `SELECT body, '' FROM comment`, func(body, _ string) { said[body]++ }); err != nil {
		return v, err
	}
	for text, acknowledged := range l.comments {
		if acknowledged {
			v.comments++
			if said[text] == 0 {
				v.commentsLost++
			}
		}
		if said[text] > 1 {
			v.commentsTwice++
		}
	}
	v.readers = p.readers
	if v.reached, v.digests, v.again, err = p.digestsOf(ctx); err != nil {
		return v, err
	}
	if err := d.QueryRow(ctx, `SELECT count(*) FROM outbox WHERE kind = 'digest' AND state = 'refused'`).Scan(&v.refused); err != nil {
		return v, err
	}
	v.announced = announced
	err = d.QueryRow(ctx, harvested).Scan(&v.held)
	return v, err
}

// harvested counts the papers of the invented source; one that came twice counts twice.
const harvested = `SELECT count(*) FROM paper WHERE title LIKE 'A study %' AND merged_into IS NULL`

func each(ctx context.Context, d *db.DB, query string, do func(a, b string)) error {
	rows, err := d.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b string
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		do(a, b)
	}
	return rows.Err()
}
