package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"broadsheet/db"
	"broadsheet/fault"
)

// Collection is a list of papers that a reader made. Its public address, when it has
// one, is /@{handle of the account}/{slug}.
type Collection struct {
	ID      int64
	Account int64
	Slug    string
	Title   string
	Note    string // on the whole
	Public  bool
	Count   int // of papers
	Made    time.Time
	Updated time.Time
}

const (
	mostCollections = 200
	mostCollected   = 5000
	longestTitle    = 80
)

const collections = `SELECT c.id, c.account, c.slug, c.title, c.note, c.public, c.made, c.updated,
	(SELECT count(*) FROM collected WHERE collection = c.id) FROM collection c `

// Collections returns those of an account, by title.
func (s *Store) Collections(ctx context.Context, account int64) ([]Collection, error) {
	return s.choose(ctx, s.db, collections+`WHERE c.account = $1 ORDER BY lower(c.title), c.id`, account)
}

// Collection returns one, whether public or not: who may see it is the caller's to
// ask (Collection.Public). NotFound when there is none.
func (s *Store) Collection(ctx context.Context, id int64) (*Collection, error) {
	return s.one(ctx, s.db, `WHERE c.id = $1`, id)
}

// CollectionAt returns the collection of an account with a slug.
func (s *Store) CollectionAt(ctx context.Context, account int64, slug string) (*Collection, error) {
	return s.one(ctx, s.db, `WHERE c.account = $1 AND c.slug = $2`, account, slug)
}

func (s *Store) one(ctx context.Context, q db.Querier, where string, args ...any) (*Collection, error) {
	list, err := s.choose(ctx, q, collections+where, args...)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.NotFound("There is no such collection.")
	}
	return &list[0], nil
}

func (s *Store) choose(ctx context.Context, q db.Querier, query string, args ...any) ([]Collection, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read collections: %w", err)
	}
	defer rows.Close()
	var list []Collection
	for rows.Next() {
		var c Collection
		var public, made, updated int64
		if err := rows.Scan(&c.ID, &c.Account, &c.Slug, &c.Title, &c.Note, &public, &made, &updated, &c.Count); err != nil {
			return nil, err
		}
		c.Public, c.Made, c.Updated = public != 0, db.Time(made), db.Time(updated)
		list = append(list, c)
	}
	return list, rows.Err()
}

// CreateCollection makes a collection of c's account, title, note and publicity, and
// returns it with its slug, which comes of the title.
func (s *Store) CreateCollection(ctx context.Context, now time.Time, c Collection) (made *Collection, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		if err := touch(ctx, tx, c.Account); err != nil { // which also keeps others of the same reader waiting
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM collection WHERE account = $1`, c.Account).Scan(&n); err != nil {
			return err
		}
		if n >= mostCollections {
			return fault.Invalid("There are %d collections, which is the most. Remove one first.", mostCollections)
		}
		slug, err := freeSlug(ctx, tx, c.Account, slugOf(c.Title))
		if err != nil {
			return err
		}
		var id int64
		if err := tx.QueryRow(ctx, `INSERT INTO collection (account, slug, title, note, public, made, updated) VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id`,
			c.Account, slug, c.Title, c.Note, number(c.Public), db.Micros(now)).Scan(&id); err != nil {
			return err
		}
		made, err = s.one(ctx, tx, `WHERE c.id = $1`, id)
		return err
	})
	return made, err
}

// EditCollection writes the title, the note and the publicity of the collection with
// the number and the account of c. Its address stays as it is.
func (s *Store) EditCollection(ctx context.Context, now time.Time, c Collection) error {
	if err := c.check(); err != nil {
		return err
	}
	return s.own(ctx, c.Account, c.ID, func(ctx context.Context, tx *db.Tx) (int64, error) {
		return tx.Exec(ctx, `UPDATE collection SET title = $2, note = $3, public = $4, updated = $5 WHERE id = $1`,
			c.ID, c.Title, c.Note, number(c.Public), db.Micros(now))
	})
}

// DeleteCollection removes a collection of an account; its papers stay saved.
func (s *Store) DeleteCollection(ctx context.Context, account, id int64) error {
	return s.own(ctx, account, id, func(ctx context.Context, tx *db.Tx) (int64, error) {
		if _, err := tx.Exec(ctx, `DELETE FROM collected WHERE collection = $1`, id); err != nil {
			return 0, err
		}
		return tx.Exec(ctx, `DELETE FROM collection WHERE id = $1`, id)
	})
}

// own changes a collection, which must be the account's.
func (s *Store) own(ctx context.Context, account, id int64, change func(context.Context, *db.Tx) (int64, error)) error {
	return s.keep(ctx, account, func(ctx context.Context, tx *db.Tx) (int64, error) {
		var found int64
		err := tx.QueryRow(ctx, `SELECT id FROM collection WHERE id = $1 AND account = $2`+tx.Dialect.ForUpdate(), id, account).Scan(&found)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, fault.NotFound("There is no such collection.")
		}
		if err != nil {
			return 0, err
		}
		return change(ctx, tx)
	})
}

// Put puts a paper into a collection of an account, with a note for whoever sees the
// collection, and saves it. A paper that is in already gets the note, unless that is
// empty.
func (s *Store) Put(ctx context.Context, now time.Time, account, collection, paper int64, note string) error {
	note, err := noteText(note)
	if err != nil {
		return err
	}
	return s.own(ctx, account, collection, func(ctx context.Context, tx *db.Tx) (int64, error) {
		saved, err := s.save(ctx, tx, now, account, paper)
		if err != nil {
			return 0, err
		}
		if paper, err = s.papers.Hold(ctx, tx, paper); err != nil {
			return 0, err
		}
		put, err := tx.Exec(ctx, `INSERT INTO collected (collection, paper, at, note) VALUES ($1, $2, $3, $4)
			ON CONFLICT (collection, paper) DO UPDATE SET note = excluded.note WHERE excluded.note <> '' AND collected.note <> excluded.note`,
			collection, paper, db.Micros(now), note)
		if err != nil || put == 0 {
			return saved, err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM collected WHERE collection = $1`, collection).Scan(&n); err != nil {
			return 0, err
		}
		if n > mostCollected {
			return 0, fault.Invalid("A collection holds at most %d papers.", mostCollected)
		}
		return tx.Exec(ctx, `UPDATE collection SET updated = $2 WHERE id = $1`, collection, db.Micros(now))
	})
}

// Take takes a paper out of a collection of an account; it stays saved.
func (s *Store) Take(ctx context.Context, now time.Time, account, collection, paper int64) error {
	return s.own(ctx, account, collection, func(ctx context.Context, tx *db.Tx) (int64, error) {
		n, err := tx.Exec(ctx, `DELETE FROM collected WHERE collection = $1 AND paper = $2`, collection, paper)
		if err != nil || n == 0 {
			return 0, err
		}
		return tx.Exec(ctx, `UPDATE collection SET updated = $2 WHERE id = $1`, collection, db.Micros(now))
	})
}

// In returns the papers of a collection, the newest in it first, each with its note
// there; at most 1,000. Whether the reader has read them is not in it.
func (s *Store) In(ctx context.Context, collection int64, after string, limit int) (list []Kept, next string, err error) {
	at, id, err := place(after)
	if err != nil {
		return nil, "", err
	}
	limit = min(max(limit, 1), 1000)
	rows, err := s.db.Query(ctx, `SELECT paper, at, note FROM collected WHERE collection = $1 AND (at, paper) < ($2, $3) ORDER BY at DESC, paper DESC LIMIT $4`,
		collection, at, id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("read collection %d: %w", collection, err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var k Kept
		var id, at int64
		if err := rows.Scan(&id, &at, &k.Note); err != nil {
			return nil, "", err
		}
		k.At = db.Time(at)
		ids, list = append(ids, id), append(list, k)
	}
	if err := rows.Err(); err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		ids, list = ids[:limit], list[:limit]
		next = placeOf(list[limit-1].At, ids[limit-1])
	}
	list, err = s.fill(ctx, 0, ids, list)
	return list, next, err
}

// holding returns which collections of an account hold papers.
func (s *Store) holding(ctx context.Context, account int64, papers []int64) (map[int64][]int64, error) {
	if len(papers) == 0 || account == 0 {
		return nil, nil
	}
	args := []any{account}
	for _, p := range papers {
		args = append(args, p)
	}
	rows, err := s.db.Query(ctx, `SELECT d.paper, d.collection FROM collected d JOIN collection c ON c.id = d.collection
		WHERE c.account = $1 AND d.paper IN (`+db.Places(2, len(papers))+`) ORDER BY d.collection`, args...)
	if err != nil {
		return nil, fmt.Errorf("read which collections of %d hold papers: %w", account, err)
	}
	defer rows.Close()
	in := map[int64][]int64{}
	for rows.Next() {
		var paper, collection int64
		if err := rows.Scan(&paper, &collection); err != nil {
			return nil, err
		}
		in[paper] = append(in[paper], collection)
	}
	return in, rows.Err()
}

// check makes title and note what is kept, or says what is wrong with them.
func (c *Collection) check() (err error) {
	c.Title = strings.Join(strings.Fields(c.Title), " ")
	if n := utf8.RuneCountInString(c.Title); n == 0 || n > longestTitle || !utf8.ValidString(c.Title) || strings.ContainsFunc(c.Title, unicode.IsControl) {
		return fault.Invalid("The name of a collection has 1 to %d letters.", longestTitle)
	}
	c.Note, err = noteText(c.Note)
	return err
}

// slugOf makes the end of an address of a title: small letters and digits with
// hyphens between.
func slugOf(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 48 {
			break
		}
	}
	if s := strings.Trim(b.String(), "-"); s != "" {
		return s
	}
	return "collection"
}

// freeSlug returns slug, or with the first number behind it that makes it new.
func freeSlug(ctx context.Context, tx *db.Tx, account int64, slug string) (string, error) {
	for n := 1; ; n++ {
		try := slug
		if n > 1 {
			try = fmt.Sprintf("%s-%d", slug, n)
		}
		var held int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM collection WHERE account = $1 AND slug = $2`, account, try).Scan(&held); err != nil || held == 0 {
			return try, err
		}
	}
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
