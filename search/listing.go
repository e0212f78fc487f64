package search

import (
	"context"
	"time"

	"broadsheet/fault"
	"broadsheet/search/lexical"
)

// Listing is the papers of one author or one category.
type Listing struct {
	Total      int        // how many there are
	Newest     []Standing // by submission, the newest first, at most Deepest
	Since      []Standing // those that stand in an edition since the day asked for, in no order
	Years      []Facet    // of submission, in no order
	Categories []Facet    // the most frequent first
	Topics     []Facet
}

// Standing is what the word index knows of the standing of a paper.
type Standing struct {
	ID      int64
	Day     time.Time // of submission; zero when unknown
	Edition time.Time // the day of its edition; zero for none
	Votes   int
}

// Listing returns the papers of an author, by the name as it is printed, or of a
// category; since is a day as 2026-04-14. Of a name that nobody has Total is 0.
func (e *Engine) Listing(ctx context.Context, of Field, value, since string) (*Listing, error) {
	key, after, err := ListingOf(of, value, since)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	snap := e.words.Snapshot()
	found := snap.Search(key, Deepest, lexical.Options{Sort: NumberDay, Count: true})
	l := &Listing{Total: found.Total}
	if l.Total == 0 {
		return l, sound(snap)
	}
	for _, h := range found.Hits {
		l.Newest = append(l.Newest, standing(snap, h.ID))
	}
	for id := range snap.Match(lexical.And{key, after}).All() {
		l.Since = append(l.Since, standing(snap, id))
	}
	_, counts := facets(snap, key)
	l.Years, l.Categories, l.Topics = counts.Years, counts.Categories, counts.Topics
	return l, sound(snap)
}

// ListingOf returns the queries of a listing: for its papers, and for those in an edition
// since a day.
func ListingOf(of Field, value, since string) (key lexical.Key, after lexical.Query, err error) {
	prefix, ok := map[Field]string{Author: KeyPerson, Category: KeyCategory}[of]
	if !ok {
		return "", nil, fault.Invalid("Papers are listed by author or category, not by %s.", of)
	}
	return lexical.Key(prefix + value), between(NumberEdition, since, "", dayNumber), nil
}

func standing(snap *lexical.Snapshot, id int64) Standing {
	return StandingOf(id, snap.Number(id, NumberDay), snap.Number(id, NumberVotes), snap.Number(id, NumberEdition))
}

// StandingOf returns the standing that a document's numbers say.
func StandingOf(id, day, votes, edition int64) Standing {
	s := Standing{ID: id, Votes: int(votes)}
	if day != 0 {
		s.Day = time.Unix(day*86400, 0).UTC()
	}
	if edition != 0 {
		s.Edition = time.Date(int(edition/10000), time.Month(edition/100%100), int(edition%100), 0, 0, 0, 0, time.UTC)
	}
	return s
}
