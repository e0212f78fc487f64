package paper

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Store keeps papers. It is safe for concurrent use.
type Store struct {
	db      *db.DB
	onMerge []func(ctx context.Context, tx *db.Tx, keep, gone int64) error
}

// NewStore returns the store of papers in d.
func NewStore(d *db.DB) *Store { return &Store{db: d} }

// DB returns the database that holds the papers.
func (s *Store) DB() *db.DB { return s.db }

// OnMerge has f called in the transaction of every merge, so that a room that
// points at papers moves its pointers from gone to keep. It must be called
// before the store is used.
func (s *Store) OnMerge(f func(ctx context.Context, tx *db.Tx, keep, gone int64) error) {
	s.onMerge = append(s.onMerge, f)
}

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
// recognised by any of its identifiers, of which it needs one; said papers get
// their ID and Key. Figures with a time become a reading of the given source.
func (s *Store) Put(ctx context.Context, tx *db.Tx, source string, now time.Time, said ...*Paper) ([]Outcome, error) {
	outcomes := make([]Outcome, len(said))
	var changed []int64
	for i, p := range said {
		o, err := s.put(ctx, tx, source, now, p)
		if err != nil {
			return nil, fmt.Errorf("store paper %q: %w", clip(p.Title, 60), err)
		}
		if outcomes[i] = o; o != Same {
			changed = append(changed, p.ID)
		}
	}
	slices.Sort(changed)
	Log(tx, now, ChangedPaper, slices.Compact(changed)...)
	return outcomes, nil
}

func (s *Store) put(ctx context.Context, tx *db.Tx, source string, now time.Time, said *Paper) (Outcome, error) {
	if len(said.Identifiers) == 0 {
		return Same, fault.Invalid("A paper needs at least one identifier.")
	}
	said.Identifiers = sortIdentifiers(said.Identifiers)
	ids, err := s.holders(ctx, tx, said.Identifiers)
	if err != nil {
		return Same, err
	}
	if len(ids) == 0 {
		if err := s.insert(ctx, tx, said); err != nil {
			return Same, err
		}
		_, err := s.read(ctx, tx, source, said.ID, said.Figures)
		return Made, err
	}
	for _, gone := range ids[1:] {
		if err := s.merge(ctx, tx, now, ids[0], gone); err != nil {
			return Same, err
		}
	}
	held, err := s.load(ctx, tx, ids[0], tx.Dialect.ForUpdate())
	if err != nil {
		return Same, err
	}
	joined := Join(held, said)
	if _, err := s.read(ctx, tx, source, held.ID, said.Figures); err != nil {
		return Same, err
	}
	differs, err := s.update(ctx, tx, held, joined)
	said.ID, said.Key = joined.ID, joined.Key
	if differs || len(ids) > 1 {
		return Changed, err
	}
	return Same, err
}

// holders returns the papers that have one of the identifiers, the oldest first.
func (s *Store) holders(ctx context.Context, tx *db.Tx, ids []Identifier) ([]int64, error) {
	var found []int64
	for _, id := range ids {
		var p int64
		err := tx.QueryRow(ctx, `SELECT paper FROM identifier WHERE scheme = $1 AND value = $2`, id.Scheme, id.Value).Scan(&p)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, p *Paper) error {
	p.Key = p.key()
	own := p.Key == ""
	if own { // its number is not known yet: any text that no other paper has will do
		p.Key = "new " + p.Identifiers[0].String()
	}
	r, err := p.row()
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `INSERT INTO paper (key, title, abstract, form, categories, authority, withdrawn, submitted, revised, announced, votes, comments, stars, read_at, record)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id`, r.values()...).Scan(&p.ID)
	if err != nil {
		return err
	}
	if own {
		p.Key = "b" + strconv.FormatInt(p.ID, 10)
		p.Identifiers = sortIdentifiers(append(p.Identifiers, Identifier{Own, p.Key}))
		if _, err := tx.Exec(ctx, `UPDATE paper SET key = $2 WHERE id = $1`, p.ID, p.Key); err != nil {
			return err
		}
	}
	return s.addIdentifiers(ctx, tx, p.ID, p.Identifiers)
}

func (s *Store) addIdentifiers(ctx context.Context, tx *db.Tx, paper int64, ids []Identifier) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `INSERT INTO identifier (scheme, value, paper) VALUES ($1, $2, $3)`, id.Scheme, id.Value, paper); err != nil {
			return err
		}
	}
	return nil
}

// update writes joined over held where they differ and reports whether they
// differ in more than the time of the last reading.
func (s *Store) update(ctx context.Context, tx *db.Tx, held, joined *Paper) (bool, error) {
	if k := joined.key(); k != "" {
		joined.Key = k // a paper of ours that turns out to stand on arXiv moves to its address there
	}
	was, err := held.row()
	if err != nil {
		return false, err
	}
	is, err := joined.row()
	if err != nil || is == was {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE paper SET key = $2, title = $3, abstract = $4, form = $5, categories = $6, authority = $7, withdrawn = $8,
		submitted = $9, revised = $10, announced = $11, votes = $12, comments = $13, stars = $14, read_at = $15, record = $16 WHERE id = $1`,
		append([]any{joined.ID}, is.values()...)...)
	if err != nil {
		return false, err
	}
	var added []Identifier
	for _, id := range joined.Identifiers {
		if !slices.Contains(held.Identifiers, id) {
			added = append(added, id)
		}
	}
	if err := s.addIdentifiers(ctx, tx, joined.ID, added); err != nil {
		return false, err
	}
	was.readAt = is.readAt
	return is != was, nil
}

// Find returns the paper that id names, also when it was merged into another one
// since. The error is a fault.NotFound when none does.
func (s *Store) Find(ctx context.Context, id Identifier) (*Paper, error) {
	var n int64
	err := s.db.QueryRow(ctx, `SELECT paper FROM identifier WHERE scheme = $1 AND value = $2`, id.Scheme, id.Value).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.NotFound("No paper here has the identifier %s.", id)
	}
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", id, err)
	}
	return s.load(ctx, s.db, n, "")
}

// load reads one paper.
func (s *Store) load(ctx context.Context, q db.Querier, id int64, clause string) (*Paper, error) {
	list, err := s.list(ctx, q, []int64{id}, clause)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.NotFound("No paper here has the number %d.", id)
	}
	return list[0], nil
}

// List returns the papers with the given numbers, in that order; a number that
// names none, or one that was merged away, is left out. At most 1,000 at once.
func (s *Store) List(ctx context.Context, q db.Querier, ids []int64) ([]*Paper, error) {
	return s.list(ctx, q, ids, "")
}

func (s *Store) list(ctx context.Context, q db.Querier, ids []int64, clause string) ([]*Paper, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	in := db.Places(1, len(ids))
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM paper WHERE id IN (`+in+`) AND merged_into IS NULL`+clause, args...)
	if err != nil {
		return nil, fmt.Errorf("read papers: %w", err)
	}
	found := make(map[int64]*Paper, len(ids))
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields()...); err != nil {
			rows.Close()
			return nil, err
		}
		if found[r.id], err = r.paper(); err != nil {
			rows.Close()
			return nil, err
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	if rows, err = q.Query(ctx, `SELECT scheme, value, paper FROM identifier WHERE paper IN (`+in+`)`, args...); err != nil {
		return nil, fmt.Errorf("read identifiers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id Identifier
		var n int64
		if err := rows.Scan(&id.Scheme, &id.Value, &n); err != nil {
			return nil, err
		}
		if p := found[n]; p != nil {
			p.Identifiers = append(p.Identifiers, id)
		}
	}
	list := make([]*Paper, 0, len(ids))
	for _, id := range ids {
		if p := found[id]; p != nil {
			p.Identifiers = sortIdentifiers(p.Identifiers)
			list = append(list, p)
		}
	}
	return list, rows.Err()
}

// Count returns the number of papers held.
func (s *Store) Count(ctx context.Context) (int, error) {
	var n int
	err := s.db.QueryRow(ctx, `SELECT count(*) FROM paper WHERE merged_into IS NULL`).Scan(&n)
	return n, err
}

// Newest returns at most limit papers in the order in which they came to be held,
// the newest first; with numbers below before, unless that is 0.
func (s *Store) Newest(ctx context.Context, before int64, limit int) ([]*Paper, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return s.choose(ctx, `SELECT id FROM paper WHERE id < $1 AND merged_into IS NULL ORDER BY id DESC LIMIT $2`, before, limit)
}

// ByTitle returns at most limit papers whose titles or authors' names hold all the
// words, in whatever case (of English letters only, on SQLite), the most voted
// first. It looks at every paper.
func (s *Store) ByTitle(ctx context.Context, words []string, limit int) ([]*Paper, error) {
	var where strings.Builder
	args := []any{limit}
	for _, w := range words {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(w))+"%")
		fmt.Fprintf(&where, ` AND (lower(title) LIKE $%d ESCAPE '\' OR lower(record) LIKE $%[1]d ESCAPE '\')`, len(args))
	}
	return s.choose(ctx, `SELECT id FROM paper WHERE merged_into IS NULL`+where.String()+` ORDER BY votes + own_votes DESC, id DESC LIMIT $1`, args...)
}

// choose returns the papers that a query names, in its order.
func (s *Store) choose(ctx context.Context, query string, args ...any) ([]*Paper, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("choose papers: %w", err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return s.list(ctx, s.db, ids, "")
}
