package edition

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
)

// Place is where a paper stands.
type Place struct {
	Day       string
	Origin    Origin
	Entered   time.Time // when it was put in or announced
	Submitter string    // the handle of who put it in, "" when unknown
	Ord       int       // its place in the desk's order, from 1; 0 when the desk left it to the votes
	Claim     string    // the sentence that the desk chose; "" for PickClaim's
	Note      string    // of the desk; "" for none
}

// PlaceColumns are the columns of a Place in the table entry, in the order of Into.
const PlaceColumns = `entry.day, entry.origin, entry.entered, entry.submitter, entry.ord, entry.claim, entry.note`

// ByRank is the order of the papers of an edition: what somebody put in before what was
// only announced; as the desk put them; then by votes, ties by time.
const ByRank = `CASE WHEN entry.origin = 'submitted' THEN 0 ELSE 1 END, CASE WHEN entry.ord > 0 THEN entry.ord ELSE 1000000000 END, ` + ByVotes

// ByVotes is their order where papers of several editions stand together, among those
// of one origin.
const ByVotes = `paper.votes + paper.own_votes DESC, entry.entered, entry.paper`

// Into returns where PlaceColumns are scanned to.
func (p *Place) Into() []any {
	return []any{&p.Day, &p.Origin, micros{&p.Entered}, &p.Submitter, &p.Ord, &p.Claim, &p.Note}
}

// micros scans a column of a time.
type micros struct{ t *time.Time }

func (m micros) Scan(v any) error {
	n, ok := v.(int64)
	*m.t = db.Time(n)
	if !ok {
		return fmt.Errorf("%T is no time", v)
	}
	return nil
}

// PickClaim returns the claim of a paper that stands there: what the desk chose, as
// long as the abstract says it, else PickClaim's.
func (p Place) PickClaim(abstract string) Claim {
	if p.Claim != "" && slices.Contains(Sentences(abstract), p.Claim) {
		return split(p.Claim)
	}
	return PickClaim(abstract)
}

// Place returns where the paper stands, nil when in no edition.
func (s *Store) Place(ctx context.Context, q db.Querier, id int64) (*Place, error) {
	found, err := s.Places(ctx, q, []int64{id})
	return found[id], err
}

// Places returns where each of the papers stands; those that stand in no edition are
// left out.
func (s *Store) Places(ctx context.Context, q db.Querier, ids []int64) (map[int64]*Place, error) {
	places := make(map[int64]*Place, len(ids))
	if len(ids) == 0 {
		return places, nil
	}
	rows, err := q.Query(ctx, `SELECT entry.paper, `+PlaceColumns+` FROM entry WHERE entry.paper IN (`+db.Places(1, len(ids))+`)`, anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("look up the places of papers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		p := &Place{}
		if err := rows.Scan(append([]any{&id}, p.Into()...)...); err != nil {
			return nil, err
		}
		places[id] = p
	}
	return places, errors.Join(rows.Err(), rows.Close())
}
