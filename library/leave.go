package library

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"broadsheet/db"
)

// merge moves what readers keep of a paper to the one that stays. Who kept something
// of both has the earlier of the marks, and of two notes both.
func merge(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	for _, statement := range []string{
		`UPDATE account SET version = version + 1 WHERE id IN (SELECT account FROM saved WHERE paper = $2 UNION SELECT account FROM opened WHERE paper = $2
			UNION SELECT account FROM jot WHERE paper = $2) AND $1 <> $2`,
		`INSERT INTO saved (account, paper, at) SELECT account, $1, at FROM saved WHERE paper = $2
			ON CONFLICT (account, paper) DO UPDATE SET at = excluded.at WHERE saved.at > excluded.at`,
		`INSERT INTO opened (account, paper, at) SELECT account, $1, at FROM opened WHERE paper = $2
			ON CONFLICT (account, paper) DO UPDATE SET at = excluded.at WHERE opened.at > excluded.at`,
		`INSERT INTO jot (account, paper, at, body) SELECT account, $1, at, body FROM jot WHERE paper = $2
			ON CONFLICT (account, paper) DO UPDATE SET body = jot.body || '` + "\n\n" + `' || excluded.body`,
		`INSERT INTO muted (account, paper, version, at) SELECT account, $1, version, at FROM muted WHERE paper = $2 ON CONFLICT (account, paper) DO NOTHING`,
		`INSERT INTO collected (collection, paper, at, note) SELECT collection, $1, at, note FROM collected WHERE paper = $2
			ON CONFLICT (collection, paper) DO UPDATE SET note = CASE WHEN collected.note = '' THEN excluded.note ELSE collected.note END`,
	} {
		if _, err := tx.Exec(ctx, statement, keep, gone); err != nil {
			return fmt.Errorf("move what readers keep of paper %d: %w", gone, err)
		}
	}
	for _, table := range []string{"saved", "opened", "jot", "muted", "collected"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE paper = $1`, gone); err != nil {
			return err
		}
	}
	return nil
}

// Export adds what a reader keeps to what they take along; it makes the Store an
// account.Room.
func (s *Store) Export(ctx context.Context, account int64, add func(name string, part any) error) error {
	type kept struct {
		Paper string     `json:"paper"`
		Title string     `json:"title"`
		At    *time.Time `json:"at,omitempty"`
		Read  bool       `json:"read,omitempty"`
		Note  string     `json:"note,omitempty"`
	}
	type collection struct {
		Title  string    `json:"title"`
		Slug   string    `json:"slug"`
		Note   string    `json:"note,omitempty"`
		Public bool      `json:"public"`
		Made   time.Time `json:"made"`
		Papers []kept    `json:"papers"`
	}
	all := func(page func(after string) ([]Kept, string, error)) (list []kept, err error) {
		list = []kept{}
		for after := ""; ; {
			part, next, err := page(after)
			if err != nil {
				return nil, err
			}
			for _, k := range part {
				list = append(list, kept{Paper: k.Paper.Key, Title: k.Paper.Title, At: &k.At, Read: k.Read, Note: k.Note})
			}
			if after = next; after == "" {
				return list, nil
			}
		}
	}
	saved, err := all(func(after string) ([]Kept, string, error) { return s.Saved(ctx, account, after, 1000) })
	if err != nil {
		return err
	}
	if err := add("saved", saved); err != nil {
		return err
	}
	held, err := s.Collections(ctx, account)
	if err != nil {
		return err
	}
	list := make([]collection, len(held))
	for i, c := range held {
		papers, err := all(func(after string) ([]Kept, string, error) { return s.In(ctx, c.ID, after, 1000) })
		if err != nil {
			return err
		}
		list[i] = collection{c.Title, c.Slug, c.Note, c.Public, c.Made, papers}
	}
	if err := add("collections", list); err != nil {
		return err
	}
	return s.exportRest(ctx, account, add)
}

// exportRest adds notes, read marks, follows, mutes and knobs.
func (s *Store) exportRest(ctx context.Context, account int64, add func(name string, part any) error) error {
	if err := s.exportMarks(ctx, account, add); err != nil {
		return err
	}
	return s.exportChoices(ctx, account, add)
}

// exportMarks adds notes and read marks.
func (s *Store) exportMarks(ctx context.Context, account int64, add func(name string, part any) error) error {
	for _, part := range []struct{ name, query string }{
		{"notes", `SELECT p.key, j.at, j.body FROM jot j JOIN paper p ON p.id = j.paper WHERE j.account = $1 ORDER BY j.at, p.id`},
		{"read", `SELECT p.key, o.at, '' FROM opened o JOIN paper p ON p.id = o.paper WHERE o.account = $1 ORDER BY o.at, p.id`},
	} {
		type line struct {
			Paper string    `json:"paper"`
			At    time.Time `json:"at"`
			Note  string    `json:"note,omitempty"`
		}
		rows, err := s.db.Query(ctx, part.query, account)
		if err != nil {
			return err
		}
		list := []line{}
		for rows.Next() {
			var l line
			var at int64
			if err := rows.Scan(&l.Paper, &at, &l.Note); err != nil {
				rows.Close()
				return err
			}
			l.At = db.Time(at)
			list = append(list, l)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		if err := add(part.name, list); err != nil {
			return err
		}
	}
	return nil
}

// exportChoices adds follows, mutes and knobs.
func (s *Store) exportChoices(ctx context.Context, account int64, add func(name string, part any) error) error {
	type choice struct {
		Kind Kind   `json:"kind"`
		Key  string `json:"key"`
		Turn int    `json:"turn,omitempty"`
	}
	follows, err := s.Follows(ctx, account)
	if err != nil {
		return err
	}
	mutes, err := s.Mutes(ctx, account)
	if err != nil {
		return err
	}
	knobs, err := s.Knobs(ctx, account)
	if err != nil {
		return err
	}
	lists := [3][]choice{{}, {}, {}}
	for _, f := range follows {
		lists[0] = append(lists[0], choice{Kind: f.Kind, Key: f.Key})
	}
	for _, m := range mutes {
		lists[1] = append(lists[1], choice{Kind: m.Kind, Key: m.Key})
	}
	for _, k := range knobs {
		lists[2] = append(lists[2], choice(k))
	}
	for i, name := range []string{"follows", "mutes", "knobs"} {
		if err := add(name, lists[i]); err != nil {
			return err
		}
	}
	return nil
}

// Leave erases all that a reader kept, also what they showed others, and that others
// followed them.
func (s *Store) Leave(ctx context.Context, tx *db.Tx, account int64, _ bool) error {
	if _, err := tx.Exec(ctx, `DELETE FROM collected WHERE collection IN (SELECT id FROM collection WHERE account = $1)`, account); err != nil {
		return err
	}
	for _, table := range []string{"saved", "opened", "jot", "collection", "follow", "mute", "muted", "looked", "knob"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE account = $1`, account); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM follow WHERE kind = $1 AND key = $2`, Reader, strconv.FormatInt(account, 10))
	return err
}
