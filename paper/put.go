package paper

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Outcome says what Put did with a paper.
type Outcome int

// The outcomes.
const (
	Same    Outcome = iota // nothing new was said
	Made                   // the paper was not held before
	Changed                // something about it was new
)

// Put stores what a source says of each paper, joined with what is held (Join),
// and logs a change for every paper that is new or became different. A paper is
// recognised by any of its identifiers, of which it needs one, and one that arXiv did not
// know also by its title and authors (sameWork); said papers get their ID and Key. Figures with a time become a reading of the given source.
func (s *Store) Put(ctx context.Context, tx *db.Tx, source string, now time.Time, said ...*Paper) ([]Outcome, error) {
	p := putting{Store: s, tx: tx, source: source, now: now, said: said, outcomes: make([]Outcome, len(said))}
	if err := p.look(ctx); err != nil {
		return nil, err
	}
	for i, paper := range said {
		if err := p.put(ctx, i, paper); err != nil {
			return nil, fmt.Errorf("store paper %q: %w", clip(paper.Title, 60), err)
		}
	}
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	if err := p.doubted(ctx); err != nil {
		return nil, err
	}
	slices.Sort(p.changed)
	Log(tx, now, ChangedPaper, slices.Compact(p.changed)...)
	return p.outcomes, nil
}

// PutOwn stores a paper that has no identifier yet; it gets one of ours, its ID and its
// Key. Whoever puts in the same again makes a second one.
func (s *Store) PutOwn(ctx context.Context, tx *db.Tx, now time.Time, said *Paper) error {
	if len(said.Identifiers) > 0 {
		return fault.Invalid("The paper has an identifier already: %s.", said.Identifiers[0])
	}
	p := putting{Store: s, tx: tx, now: now}
	if err := p.insertOwn(ctx, said); err != nil {
		return fmt.Errorf("store paper %q: %w", clip(said.Title, 60), err)
	}
	id := said.Identifiers[0]
	if _, err := tx.Exec(ctx, `INSERT INTO identifier (scheme, value, paper) VALUES ($1, $2, $3)`, id.Scheme, id.Value, said.ID); err != nil {
		return fmt.Errorf("store identifiers: %w", err)
	}
	Log(tx, now, ChangedPaper, said.ID)
	return nil
}

// putting is one call of Put. What it needs to know of all its papers it asks for at
// once, and new papers it writes many at a time: an import spends its time there.
type putting struct {
	*Store
	tx       *db.Tx
	source   string
	now      time.Time
	said     []*Paper
	outcomes []Outcome
	changed  []int64
	holder   map[Identifier]int64 // 0: nobody; of every identifier that was said
	held     map[int64]*Paper     // as they stand now
	fresh    []*Paper             // new, not written yet
	waiting  map[Identifier]bool  // the identifiers of fresh
	twins    map[string][]int64   // held papers that arXiv does not know, by their folded titles
	doubts   []doubt
}

// look finds the papers that are held already, and keeps them from other writers.
func (p *putting) look(ctx context.Context) error {
	p.holder, p.held, p.waiting = map[Identifier]int64{}, map[int64]*Paper{}, map[Identifier]bool{}
	values := map[Scheme][]any{}
	for _, paper := range p.said {
		if len(paper.Identifiers) == 0 {
			return fault.Invalid("A paper needs at least one identifier.")
		}
		paper.Identifiers = sortIdentifiers(paper.Identifiers)
		for _, id := range paper.Identifiers {
			if _, known := p.holder[id]; !known {
				p.holder[id] = 0
				values[id.Scheme] = append(values[id.Scheme], id.Value)
			}
		}
	}
	for range 5 { // another process may merge papers between the two questions
		if all, err := p.keep(ctx, values); err != nil || all {
			return err
		}
	}
	return fault.Busy("The papers are being merged by another process. Try again.")
}

// keep reads who has the identifiers, and those papers; it reports whether it got
// them all.
func (p *putting) keep(ctx context.Context, values map[Scheme][]any) (bool, error) {
	var ids []int64
	for scheme, all := range values {
		for part := range slices.Chunk(all, p.tx.Dialect.Parameters()) {
			found, err := p.holders(ctx, scheme, part)
			if err != nil {
				return false, fmt.Errorf("look for held papers: %w", err)
			}
			ids = append(ids, found...)
		}
	}
	alike, err := p.alike(ctx)
	if err != nil {
		return false, err
	}
	ids = append(ids, alike...)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for part := range slices.Chunk(ids, p.tx.Dialect.Parameters()) {
		list, err := p.list(ctx, p.tx, part, " ORDER BY id"+p.tx.Dialect.ForUpdate())
		if err != nil {
			return false, err
		}
		for _, paper := range list {
			p.held[paper.ID] = paper
		}
	}
	return !slices.ContainsFunc(ids, func(id int64) bool { return p.held[id] == nil }), nil
}

// holders notes who has the identifiers of a scheme, and returns them.
func (p *putting) holders(ctx context.Context, scheme Scheme, values []any) ([]int64, error) {
	rows, err := p.tx.Query(ctx, `SELECT value, paper FROM identifier WHERE scheme = $1 AND value IN `+p.tx.Dialect.Rows(1, len(values), 2), append([]any{scheme}, values...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		id := Identifier{Scheme: scheme}
		var n int64
		if err := rows.Scan(&id.Value, &n); err != nil {
			return nil, err
		}
		p.holder[id] = n
		ids = append(ids, n)
	}
	return ids, rows.Err()
}

func (p *putting) put(ctx context.Context, i int, said *Paper) error {
	if slices.ContainsFunc(said.Identifiers, func(id Identifier) bool { return p.waiting[id] }) {
		if err := p.flush(ctx); err != nil { // it is one of those that are not written yet
			return err
		}
	}
	var ids []int64
	for _, id := range said.Identifiers {
		if n := p.holder[id]; n != 0 {
			ids = append(ids, n)
		}
	}
	if len(ids) == 0 {
		if twin := p.twin(said); twin != 0 {
			return p.join(ctx, i, said, p.held[twin], false)
		}
		p.outcomes[i] = Made
		p.fresh = append(p.fresh, said)
		for _, id := range said.Identifiers {
			p.waiting[id] = true
		}
		return nil
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > 1 {
		if err := p.unite(ctx, ids); err != nil {
			return err
		}
	}
	return p.join(ctx, i, said, p.held[ids[0]], len(ids) > 1)
}

// unite merges papers that turn out to be one into the oldest.
func (p *putting) unite(ctx context.Context, ids []int64) error {
	for _, gone := range ids[1:] {
		if err := p.merge(ctx, p.tx, p.now, ids[0], gone); err != nil {
			return err
		}
		for id, n := range p.holder {
			if n == gone {
				p.holder[id] = ids[0]
			}
		}
	}
	kept, err := p.load(ctx, p.tx, ids[0], "")
	p.held[ids[0]] = kept
	return err
}

// join puts what is said onto a paper that is held.
func (p *putting) join(ctx context.Context, i int, said, held *Paper, merged bool) error {
	joined := Join(held, said)
	if _, err := p.read(ctx, p.tx, p.source, held.ID, said.Figures); err != nil {
		return err
	}
	differs, err := p.update(ctx, p.tx, held, joined)
	if err != nil {
		return err
	}
	said.ID, said.Key = joined.ID, joined.Key
	p.held[joined.ID] = joined
	for _, id := range joined.Identifiers {
		p.holder[id] = joined.ID
	}
	if differs || merged {
		p.outcomes[i] = Changed
		p.changed = append(p.changed, joined.ID)
	}
	return nil
}

// flush writes the new papers.
func (p *putting) flush(ctx context.Context) error {
	var named []*Paper
	for _, paper := range p.fresh {
		if paper.Key = paper.key(); paper.Key != "" {
			named = append(named, paper)
		} else if err := p.insertOwn(ctx, paper); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(named, p.tx.Dialect.Parameters()/paperWidth) {
		if err := p.insert(ctx, part); err != nil {
			return err
		}
	}
	var ids []any
	for _, paper := range p.fresh {
		for _, id := range paper.Identifiers {
			ids = append(ids, id.Scheme, id.Value, paper.ID)
			p.holder[id] = paper.ID
		}
		p.held[paper.ID] = paper
		p.changed = append(p.changed, paper.ID)
	}
	if err := p.tx.InsertRows(ctx, `INSERT INTO identifier (scheme, value, paper) VALUES `, ``, 3, ids); err != nil {
		return fmt.Errorf("store identifiers: %w", err)
	}
	for _, paper := range p.fresh {
		if _, err := p.read(ctx, p.tx, p.source, paper.ID, paper.Figures); err != nil {
			return err
		}
	}
	p.fresh = nil
	clear(p.waiting)
	return nil
}

const paperWidth = 16

const insertPaper = `INSERT INTO paper (key, title, abstract, form, categories, authority, withdrawn, submitted, revised, announced, votes, comments, stars, read_at, record, since) VALUES `

// insert writes some new papers that have keys.
func (p *putting) insert(ctx context.Context, list []*Paper) error {
	byKey := make(map[string]*Paper, len(list))
	var args []any
	for _, paper := range list {
		r, err := paper.row()
		if err != nil {
			return err
		}
		args = append(append(args, r.values()...), db.Micros(p.now))
		byKey[paper.Key] = paper
	}
	rows, err := p.tx.Query(ctx, insertPaper+p.tx.Dialect.Rows(len(list), paperWidth, 1)+` RETURNING id, key`, args...)
	if err != nil {
		return fmt.Errorf("store %d papers from %s on: %w", len(list), list[0].Key, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var key string
		if err := rows.Scan(&id, &key); err != nil {
			return err
		}
		byKey[key].ID = id
	}
	return rows.Err()
}

// insertOwn writes a new paper that gets an identifier of ours, which is its number.
func (p *putting) insertOwn(ctx context.Context, paper *Paper) error {
	paper.Key = "new " + rand.Text() // the number is not known yet: any text that no other paper has will do
	r, err := paper.row()
	if err != nil {
		return err
	}
	if err := p.tx.QueryRow(ctx, insertPaper+p.tx.Dialect.Rows(1, paperWidth, 1)+` RETURNING id`, append(r.values(), db.Micros(p.now))...).Scan(&paper.ID); err != nil {
		return err
	}
	paper.Key = "b" + strconv.FormatInt(paper.ID, 10)
	paper.Identifiers = sortIdentifiers(append(paper.Identifiers, Identifier{Own, paper.Key}))
	if _, err = p.tx.Exec(ctx, `UPDATE paper SET key = $2 WHERE id = $1`, paper.ID, paper.Key); err != nil {
		return err
	}
	return entitle(ctx, p.tx, paper)
}
