// Package library holds what a reader keeps: papers they saved, marks on what they
// have read, private notes, collections, what they follow and what they mute.
//
// All of it is private to the reader but a collection that they made public, its
// note and the notes on the papers in it. What a method has acknowledged is on disk;
// asked again, it changes nothing more. When two papers turn out to be one, what was
// kept of either is kept of the one that stays.
//
// It knows readers by the numbers of their accounts, and who may do what is decided
// before it is called (account.May); it refuses only what depends on what it holds.
package library

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// Store holds what readers keep. It is safe for concurrent use.
type Store struct {
	db       *db.DB
	papers   *paper.Store
	accounts *account.Store
	sources  Sources
	recent   recent
}

// NewStore returns the store over the papers of a database. It must be made before
// the papers and the accounts are used, because it takes part in merges, exports and
// leavings.
func NewStore(papers *paper.Store, accounts *account.Store) *Store {
	s := &Store{db: papers.DB(), papers: papers, accounts: accounts}
	papers.OnMerge(merge)
	accounts.Register(s)
	return s
}

// What one reader may keep at most.
const (
	mostSaved   = 50_000
	longestNote = 4000 // letters
)

// keep runs a small change of what an account keeps. When change reports that it
// changed something, the account's pages are made anew.
func (s *Store) keep(ctx context.Context, account int64, change func(context.Context, *db.Tx) (changed int64, err error)) error {
	return s.db.Together(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := change(ctx, tx)
		if err != nil || n == 0 {
			return err
		}
		return touch(ctx, tx, account)
	})
}

// touch is account.Touch, in whose place the name of an argument often stands.
func touch(ctx context.Context, tx *db.Tx, id int64) error { return account.Touch(ctx, tx, id) }

// Save keeps a paper, or with on false lets go of it, also in the reader's
// collections; what they noted on it stays. A paper saved twice keeps its first
// instant.
func (s *Store) Save(ctx context.Context, now time.Time, account, paper int64, on bool) error {
	return s.keep(ctx, account, func(ctx context.Context, tx *db.Tx) (int64, error) {
		if on {
			return s.save(ctx, tx, now, account, paper)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM collected WHERE paper = $2 AND collection IN (SELECT id FROM collection WHERE account = $1)`, account, paper); err != nil {
			return 0, err
		}
		return tx.Exec(ctx, `DELETE FROM saved WHERE account = $1 AND paper = $2`, account, paper)
	})
}

func (s *Store) save(ctx context.Context, tx *db.Tx, now time.Time, account, paper int64) (int64, error) {
	paper, err := s.papers.Hold(ctx, tx, paper)
	if err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO saved (account, paper, at) VALUES ($1, $2, $3) ON CONFLICT (account, paper) DO NOTHING`, account, paper, db.Micros(now))
	if err != nil || n == 0 {
		return 0, err
	}
	var all int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM saved WHERE account = $1`, account).Scan(&all); err != nil {
		return 0, err
	}
	if all > mostSaved {
		return 0, fault.Invalid("%d papers are saved, which is the most. Remove one first.", mostSaved)
	}
	return n, nil
}

// MarkRead marks a paper as read, or with on false as unread.
func (s *Store) MarkRead(ctx context.Context, now time.Time, account, paper int64, on bool) error {
	return s.keep(ctx, account, func(ctx context.Context, tx *db.Tx) (int64, error) {
		if !on {
			return tx.Exec(ctx, `DELETE FROM opened WHERE account = $1 AND paper = $2`, account, paper)
		}
		paper, err := s.papers.Hold(ctx, tx, paper)
		if err != nil {
			return 0, err
		}
		return tx.Exec(ctx, `INSERT INTO opened (account, paper, at) VALUES ($1, $2, $3) ON CONFLICT (account, paper) DO NOTHING`, account, paper, db.Micros(now))
	})
}

// Note writes a private note on a paper, at most 4,000 letters; an empty one takes it
// away.
func (s *Store) Note(ctx context.Context, now time.Time, account, paper int64, text string) error {
	text, err := noteText(text)
	if err != nil {
		return err
	}
	return s.keep(ctx, account, func(ctx context.Context, tx *db.Tx) (int64, error) {
		if text == "" {
			return tx.Exec(ctx, `DELETE FROM jot WHERE account = $1 AND paper = $2`, account, paper)
		}
		paper, err := s.papers.Hold(ctx, tx, paper)
		if err != nil {
			return 0, err
		}
		return tx.Exec(ctx, `INSERT INTO jot (account, paper, at, body) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account, paper) DO UPDATE SET at = excluded.at, body = excluded.body WHERE jot.body <> excluded.body`, account, paper, db.Micros(now), text)
	})
}

// noteText returns a note as it is kept.
func noteText(s string) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return "", fault.Invalid("A note is text; this one holds bytes that are none.")
	case utf8.RuneCountInString(s) > longestNote:
		return "", fault.Invalid("A note has at most %d letters; this one has %d.", longestNote, utf8.RuneCountInString(s))
	}
	return s, nil
}

// Marks say which of some papers a reader has saved and read.
type Marks struct{ Saved, Read map[int64]bool }

// Marks returns which of the papers an account has saved and read; at most 5,000 can
// be asked for at once. The answer changes only with the version of the account.
func (s *Store) Marks(ctx context.Context, account int64, papers []int64) (Marks, error) {
	m := Marks{Saved: map[int64]bool{}, Read: map[int64]bool{}}
	if len(papers) == 0 {
		return m, nil
	}
	args := []any{account}
	for _, p := range papers {
		args = append(args, p)
	}
	in := db.Places(2, len(papers))
	rows, err := s.db.Query(ctx, `SELECT 0, paper FROM saved WHERE account = $1 AND paper IN (`+in+`)
		UNION ALL SELECT 1, paper FROM opened WHERE account = $1 AND paper IN (`+in+`)`, args...)
	if err != nil {
		return m, fmt.Errorf("read the marks of %d: %w", account, err)
	}
	defer rows.Close()
	for rows.Next() {
		var read int
		var paper int64
		if err := rows.Scan(&read, &paper); err != nil {
			return m, err
		}
		if read == 1 {
			m.Read[paper] = true
		} else {
			m.Saved[paper] = true
		}
	}
	return m, rows.Err()
}

// Kept is a paper that a reader saved.
type Kept struct {
	Paper *paper.Paper
	At    time.Time
	Read  bool
	Note  string  // private
	In    []int64 // the collections that hold it, ascending
}

// Saved returns what an account saved, newest first, at most limit papers (1,000 at
// most), and where the next ones begin: "" at the end. after is "" or such a place.
func (s *Store) Saved(ctx context.Context, account int64, after string, limit int) (list []Kept, next string, err error) {
	at, id, err := place(after)
	if err != nil {
		return nil, "", err
	}
	limit = min(max(limit, 1), 1000)
	rows, err := s.db.Query(ctx, `SELECT s.paper, s.at, coalesce(j.body, ''), coalesce(o.at, 0) FROM saved s
		LEFT JOIN jot j ON j.account = s.account AND j.paper = s.paper LEFT JOIN opened o ON o.account = s.account AND o.paper = s.paper
		WHERE s.account = $1 AND (s.at, s.paper) < ($2, $3) ORDER BY s.at DESC, s.paper DESC LIMIT $4`, account, at, id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("read what %d saved: %w", account, err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var k Kept
		var id, saved, read int64
		if err := rows.Scan(&id, &saved, &k.Note, &read); err != nil {
			return nil, "", err
		}
		k.At, k.Read = db.Time(saved), read != 0
		ids, list = append(ids, id), append(list, k)
	}
	if err := rows.Err(); err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		ids, list = ids[:limit], list[:limit]
		next = placeOf(list[limit-1].At, ids[limit-1])
	}
	list, err = s.fill(ctx, account, ids, list)
	return list, next, err
}

// fill reads the papers with the given numbers into a list, and which collections
// hold them.
func (s *Store) fill(ctx context.Context, account int64, ids []int64, list []Kept) ([]Kept, error) {
	papers, err := s.papers.List(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	in, err := s.holding(ctx, account, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*paper.Paper, len(papers))
	for _, p := range papers {
		byID[p.ID] = p
	}
	whole := list[:0]
	for i, k := range list {
		if k.Paper, k.In = byID[ids[i]], in[ids[i]]; k.Paper != nil {
			whole = append(whole, k)
		}
	}
	return whole, nil
}

// Place returns where a list goes on behind k.
func (k Kept) Place() string { return placeOf(k.At, k.Paper.ID) }

func placeOf(at time.Time, paper int64) string { return fmt.Sprintf("%d-%d", db.Micros(at), paper) }

// place reads where a list goes on.
func place(after string) (at, id int64, err error) {
	if after == "" {
		return 1<<62 - 1, 0, nil
	}
	first, second, _ := strings.Cut(after, "-")
	at, err = strconv.ParseInt(first, 10, 64)
	if err == nil {
		id, err = strconv.ParseInt(second, 10, 64)
	}
	if err != nil {
		return 0, 0, fault.Invalid("%q is no place of this list. Begin without one.", clip(after, 40))
	}
	return at, id, nil
}

// Counts are how much an account keeps.
type Counts struct{ Saved, Unread, Noted, Marked, Followed, Muted, Collections int }

// Count returns how much an account keeps.
func (s *Store) Count(ctx context.Context, account int64) (c Counts, err error) {
	err = s.db.QueryRow(ctx, `SELECT (SELECT count(*) FROM saved WHERE account = $1),
		(SELECT count(*) FROM saved s WHERE s.account = $1 AND NOT EXISTS (SELECT 1 FROM opened o WHERE o.account = $1 AND o.paper = s.paper)),
		(SELECT count(*) FROM jot WHERE account = $1), (SELECT count(*) FROM opened WHERE account = $1),
		(SELECT count(*) FROM follow WHERE account = $1), (SELECT (SELECT count(*) FROM mute WHERE account = $1) + (SELECT count(*) FROM muted WHERE account = $1)), (SELECT count(*) FROM collection WHERE account = $1)`, account).
		Scan(&c.Saved, &c.Unread, &c.Noted, &c.Marked, &c.Followed, &c.Muted, &c.Collections)
	return c, err
}

// Of returns what an account keeps of a paper, whether it is saved or not; Kept.At is
// zero when it is not. The Paper is not filled in.
func (s *Store) Of(ctx context.Context, account, paper int64) (Kept, error) {
	var k Kept
	var at, read int64
	err := s.db.QueryRow(ctx, `SELECT coalesce((SELECT at FROM saved WHERE account = $1 AND paper = $2), 0),
		coalesce((SELECT at FROM opened WHERE account = $1 AND paper = $2), 0), coalesce((SELECT body FROM jot WHERE account = $1 AND paper = $2), '')`, account, paper).
		Scan(&at, &read, &k.Note)
	if err != nil {
		return k, fmt.Errorf("read what %d keeps of paper %d: %w", account, paper, err)
	}
	k.At, k.Read = db.Time(at), read != 0
	in, err := s.holding(ctx, account, []int64{paper})
	k.In = in[paper]
	return k, err
}

// NoteOf returns the private note of an account on a paper, "" for none.
func (s *Store) NoteOf(ctx context.Context, account, paper int64) (note string, err error) {
	err = s.db.QueryRow(ctx, `SELECT coalesce((SELECT body FROM jot WHERE account = $1 AND paper = $2), '')`, account, paper).Scan(&note)
	return note, err
}

// clip cuts a text that stands in a message.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
