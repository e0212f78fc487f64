package library

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"broadsheet/db"
	"broadsheet/fault"
)

// Kind is of what can be followed or muted.
type Kind string

// The kinds. Authors, categories, topics, readers and searches can be followed;
// words, categories and authors muted.
const (
	Author   Kind = "author"   // by the name as papers print it
	Category Kind = "category" // cs.LG, or a whole archive: math
	Topic    Kind = "topic"    // in small letters
	Reader   Kind = "reader"   // by handle
	Search   Kind = "search"   // in the language of the search
	Word     Kind = "word"     // in title or abstract, at the beginning of a word
)

// Follow is something that a reader follows.
type Follow struct {
	Kind Kind
	Key  string
	Name string // as people write it: of a reader their name, else the key
	At   time.Time

	reader int64 // the account of a reader
}

// Mute is something that a reader does not want to be shown: a Paper until it has a
// newer version. It applies to what they follow and to their mail, never to the edition.
type Mute struct {
	Kind Kind
	Key  string
	Name string // as people write it: of a paper its title, else the key
	At   time.Time

	paper   int64
	version int
}

const (
	mostFollows = 500
	mostMutes   = 200
	longestKey  = 250 // letters, as those of a search
)

// categoryForm is that of a category's name.
var categoryForm = regexp.MustCompile(`^[a-z-]{2,20}(\.[A-Za-z-]{2,20})?$`)

// key returns a key as it is kept, or says what is wrong with it.
func key(k Kind, s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if n := utf8.RuneCountInString(s); n == 0 || n > longestKey || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", fault.Invalid("The name of a %s has 1 to %d letters.", k, longestKey)
	}
	switch k {
	case Topic, Word:
		s = strings.ToLower(s)
	case Reader:
		s = strings.ToLower(strings.TrimPrefix(s, "@"))
	case Category:
		if !categoryForm.MatchString(s) {
			return "", fault.Invalid("%q is no category. One is written like cs.LG, a whole archive like math.", clip(s, 40))
		}
	}
	return s, nil
}

// Follow follows what f names (its Kind and Key), or with on false no longer. A reader
// who does not want to be followed is Forbidden.
func (s *Store) Follow(ctx context.Context, now time.Time, account int64, f Follow, on bool) error {
	switch f.Kind {
	case Author, Category, Topic, Reader, Search:
	default:
		return fault.Invalid("A %q cannot be followed: author, category, topic, reader or search can.", clip(string(f.Kind), 40))
	}
	k, err := key(f.Kind, f.Key)
	if err != nil {
		return err
	}
	if f.Kind == Reader {
		a, err := s.accounts.ByHandle(ctx, k)
		switch {
		case err != nil:
			return err
		case on && a.ID == account:
			return fault.Invalid("Nobody follows themselves.")
		case on && !a.Shows.Followable:
			return fault.Forbidden("%s does not want to be followed.", a.Name)
		}
		k = strconv.FormatInt(a.ID, 10) // a handle can change
	}
	return s.turn(ctx, now, account, "follow", mostFollows, f.Kind, k, on)
}

// Mute mutes what m names (its Kind and Key), or with on false no longer.
func (s *Store) Mute(ctx context.Context, now time.Time, account int64, m Mute, on bool) error {
	switch m.Kind {
	case Word, Category, Author:
	case Paper:
		return s.mutePaper(ctx, now, account, m.Key, on)
	default:
		return fault.Invalid("A %q cannot be muted: word, category, author or paper can.", clip(string(m.Kind), 40))
	}
	k, err := key(m.Kind, m.Key)
	if err != nil {
		return err
	}
	return s.turn(ctx, now, account, "mute", mostMutes, m.Kind, k, on)
}

// turn writes or erases a row of follow or mute.
func (s *Store) turn(ctx context.Context, now time.Time, account int64, table string, most int, k Kind, key string, on bool) error {
	return s.keep(ctx, account, func(ctx context.Context, tx *db.Tx) (int64, error) {
		if !on {
			return tx.Exec(ctx, `DELETE FROM `+table+` WHERE account = $1 AND kind = $2 AND key = $3`, account, k, key)
		}
		n, err := tx.Exec(ctx, `INSERT INTO `+table+` (account, kind, key, at) VALUES ($1, $2, $3, $4) ON CONFLICT (account, kind, key) DO NOTHING`,
			account, k, key, db.Micros(now))
		if err != nil || n == 0 {
			return 0, err
		}
		var all int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM `+table+` WHERE account = $1`, account).Scan(&all); err != nil {
			return 0, err
		}
		if all > most {
			return 0, fault.Invalid("That would be more than %d. Take one away first.", most)
		}
		return n, nil
	})
}

// Follows returns what an account follows, by kind and then in the order in which it
// was followed. A reader who has left, or wants no followers any more, is not there.
func (s *Store) Follows(ctx context.Context, account int64) ([]Follow, error) {
	rows, err := s.db.Query(ctx, `SELECT kind, key, at FROM follow WHERE account = $1 ORDER BY kind, at, key`, account)
	if err != nil {
		return nil, fmt.Errorf("read what %d follows: %w", account, err)
	}
	defer rows.Close()
	var list []Follow
	var readers []int64
	for rows.Next() {
		var f Follow
		var at int64
		if err := rows.Scan(&f.Kind, &f.Key, &at); err != nil {
			return nil, err
		}
		f.Name, f.At = f.Key, db.Time(at)
		if f.Kind == Reader {
			if f.reader, err = strconv.ParseInt(f.Key, 10, 64); err != nil {
				return nil, err
			}
			readers = append(readers, f.reader)
		}
		list = append(list, f)
	}
	if err := rows.Err(); err != nil || len(readers) == 0 {
		return list, err
	}
	return s.nameReaders(ctx, list, readers)
}

func (s *Store) nameReaders(ctx context.Context, list []Follow, readers []int64) ([]Follow, error) {
	accounts, err := s.accounts.List(ctx, readers...)
	if err != nil {
		return nil, err
	}
	known := list[:0]
	for _, f := range list {
		if f.Kind == Reader {
			f.Key = ""
			for _, a := range accounts {
				if a.ID == f.reader && !a.Gone && a.Shows.Followable {
					f.Key, f.Name = a.Handle, a.Name
				}
			}
			if f.Key == "" {
				continue
			}
		}
		known = append(known, f)
	}
	return known, nil
}

// IsFollowing reports whether an account follows what f names.
func (s *Store) IsFollowing(ctx context.Context, account int64, f Follow) (bool, error) {
	k, err := s.held(ctx, f)
	if err != nil || k == "" {
		return false, err
	}
	var n int
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM follow WHERE account = $1 AND kind = $2 AND key = $3`, account, f.Kind, k).Scan(&n)
	return n > 0, err
}

// held returns the key under which f is kept, "" when nobody can follow it.
func (s *Store) held(ctx context.Context, f Follow) (string, error) {
	k, err := key(f.Kind, f.Key)
	if err != nil || f.Kind != Reader {
		return k, nil // nobody follows what has no name
	}
	a, err := s.accounts.ByHandle(ctx, k)
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(a.ID, 10), nil
}

// Followers returns how many readers follow what f names.
func (s *Store) Followers(ctx context.Context, f Follow) (n int, err error) {
	k, err := s.held(ctx, f)
	if err != nil || k == "" {
		return 0, err
	}
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM follow WHERE kind = $1 AND key = $2`, f.Kind, k).Scan(&n)
	return n, err
}

// Mutes returns what an account has muted, by kind and then in order of time; of the
// papers those that have no newer version yet, at the end.
func (s *Store) Mutes(ctx context.Context, account int64) ([]Mute, error) {
	rows, err := s.db.Query(ctx, `SELECT kind, key, at FROM mute WHERE account = $1 ORDER BY kind, at, key`, account)
	if err != nil {
		return nil, fmt.Errorf("read what %d muted: %w", account, err)
	}
	defer rows.Close()
	var list []Mute
	for rows.Next() {
		var m Mute
		var at int64
		if err := rows.Scan(&m.Kind, &m.Key, &at); err != nil {
			return nil, err
		}
		m.Name, m.At = m.Key, db.Time(at)
		list = append(list, m)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	papers, err := s.mutedPapers(ctx, account)
	return append(list, papers...), err
}
