package paper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"broadsheet/db"
)

// A paper that arXiv does not know, because it was typed in or read from a page, may
// come to stand there. A record that is new here and brings an arXiv identifier is taken
// for such a paper when there is no doubt (sameWork): then it joins that paper, so all
// that readers did with it stays where it is. Where only the title is the same, both are
// held, and the doubt is kept for a person.

// FoldTitle returns a title as two spellings of it are compared.
func FoldTitle(title string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\n.,:;-–—$\\{}\"'’", r) {
			return -1
		}
		return r
	}, strings.ToLower(title))
}

// longestFold is how much of a folded title is kept to be looked up by.
const longestFold = 200

func folded(title string) string {
	f := []rune(text(FoldTitle(title)))
	return string(f[:min(len(f), longestFold)])
}

// entitle keeps the title of a paper that arXiv does not know, and of no other.
func entitle(ctx context.Context, tx *db.Tx, p *Paper) error {
	if _, err := tx.Exec(ctx, `DELETE FROM own_title WHERE paper = $1`, p.ID); err != nil {
		return err
	}
	if p.ArXiv() != "" || p.Identifier(Own) == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO own_title (title, paper) VALUES ($1, $2)`, folded(p.Title), p.ID)
	return err
}

// alike notes which papers that arXiv does not know have the titles of new ones that it
// does, and returns them.
func (p *putting) alike(ctx context.Context) ([]int64, error) {
	p.twins = map[string][]int64{}
	var titles []any
	for _, x := range p.said {
		known := slices.ContainsFunc(x.Identifiers, func(id Identifier) bool { return p.holder[id] != 0 })
		if f := folded(x.Title); !known && x.ArXiv() != "" && f != "" {
			titles = append(titles, f)
		}
	}
	var ids []int64
	for part := range slices.Chunk(titles, p.tx.Dialect.Parameters()) {
		rows, err := p.tx.Query(ctx, `SELECT title, paper FROM own_title WHERE title IN `+p.tx.Dialect.Rows(1, len(part), 1)+` ORDER BY title, paper`, part...)
		if err != nil {
			return nil, fmt.Errorf("look for papers by their titles: %w", err)
		}
		for rows.Next() {
			var title string
			var id int64
			if err := rows.Scan(&title, &id); err != nil {
				rows.Close()
				return nil, err
			}
			p.twins[title], ids = append(p.twins[title], id), append(ids, id)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// twin returns the held paper that a new one is, 0 when it is none or may be one only.
func (p *putting) twin(said *Paper) int64 {
	if said.ArXiv() == "" || len(p.twins) == 0 {
		return 0
	}
	var doubts []int64
	for _, id := range p.twins[folded(said.Title)] {
		if held := p.held[id]; held != nil && held.ArXiv() == "" && FoldTitle(held.Title) == FoldTitle(said.Title) {
			doubts = append(doubts, id)
		}
	}
	if len(doubts) == 1 && sameWork(p.held[doubts[0]], said) {
		return doubts[0]
	}
	if len(doubts) > 0 {
		p.doubts = append(p.doubts, doubt{said, doubts})
	}
	return 0
}

// doubt is a new paper that may be one of some held ones.
type doubt struct {
	said *Paper
	held []int64
}

// doubted keeps the doubts.
func (p *putting) doubted(ctx context.Context) error {
	for _, d := range p.doubts {
		for _, id := range d.held {
			if err := ask(ctx, p.tx, d.said.ID, id, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// sameWork reports whether there is no doubt that two records with one title are of one
// work: the title is no short one, the authors are the same in the same order, the years
// are near, and no identifiers contradict each other.
func sameWork(a, b *Paper) bool {
	const short, near = 15, 2
	if utf8.RuneCountInString(FoldTitle(a.Title)) < short || len(a.Authors) == 0 || len(a.Authors) != len(b.Authors) ||
		a.CountAuthors() != len(a.Authors) || b.CountAuthors() != len(b.Authors) {
		return false
	}
	for i := range a.Authors {
		if !sameName(a.Authors[i].Name, b.Authors[i].Name) {
			return false
		}
	}
	if !a.Submitted.IsZero() && !b.Submitted.IsZero() && max(a.Submitted.Year()-b.Submitted.Year(), b.Submitted.Year()-a.Submitted.Year()) > near {
		return false
	}
	for _, s := range []Scheme{DOI, OpenReview} {
		if x, y := a.Identifier(s), b.Identifier(s); x != "" && y != "" && x != y {
			return false
		}
	}
	return true
}

// sameName reports whether two names can be one person's: they end in the same word and
// begin with the same one, or with its first letter.
func sameName(a, b string) bool {
	x, y := strings.Fields(strings.ToLower(a)), strings.Fields(strings.ToLower(b))
	if slices.Equal(x, y) {
		return len(x) > 0
	}
	if len(x) < 2 || len(y) < 2 || x[len(x)-1] != y[len(y)-1] {
		return false
	}
	first, other := []rune(strings.TrimSuffix(x[0], ".")), []rune(strings.TrimSuffix(y[0], "."))
	if len(first) == 0 || len(other) == 0 {
		return false
	}
	return slices.Equal(first, other) || first[0] == other[0] && (len(first) == 1 || len(other) == 1)
}

// Doubt is a pair of papers that may be one.
type Doubt struct{ Own, Other *Paper } // Own is the older

// Doubts returns pairs of held papers with the same title on which nobody has decided,
// the newest first.
func (s *Store) Doubts(ctx context.Context, limit int) ([]Doubt, error) {
	rows, err := s.db.Query(ctx, `SELECT own, other FROM doubt WHERE parted = 0 ORDER BY other DESC, own LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read which papers may be one: %w", err)
	}
	var pairs [][2]int64
	for rows.Next() {
		var x [2]int64
		if err := rows.Scan(&x[0], &x[1]); err != nil {
			rows.Close()
			return nil, err
		}
		pairs = append(pairs, x)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	var list []Doubt
	for _, x := range pairs {
		two, err := s.list(ctx, s.db, x[:], "")
		if err != nil {
			return nil, err
		}
		if len(two) == 2 {
			list = append(list, Doubt{two[0], two[1]})
		}
	}
	return list, nil
}

// Part keeps that somebody found two papers to be two.
func (s *Store) Part(ctx context.Context, tx *db.Tx, a, b int64) error {
	return ask(ctx, tx, a, b, 1)
}

// ask keeps a pair that may be one, or that is two.
func ask(ctx context.Context, tx *db.Tx, a, b int64, parted int) error {
	_, err := tx.Exec(ctx, `INSERT INTO doubt (own, other, parted) VALUES ($1, $2, $3)
		ON CONFLICT (own, other) DO UPDATE SET parted = excluded.parted WHERE doubt.parted < excluded.parted`, min(a, b), max(a, b), parted)
	return err
}

// Parted returns the papers that somebody found to be others than one.
func (s *Store) Parted(ctx context.Context, id int64) (map[int64]bool, error) {
	rows, err := s.db.Query(ctx, `SELECT other FROM doubt WHERE own = $1 AND parted = 1 UNION SELECT own FROM doubt WHERE other = $1 AND parted = 1`, id)
	if err != nil {
		return nil, fmt.Errorf("read what paper %d is not: %w", id, err)
	}
	defer rows.Close()
	others := map[int64]bool{}
	for rows.Next() {
		var other int64
		if err := rows.Scan(&other); err != nil {
			return nil, err
		}
		others[other] = true
	}
	return others, rows.Err()
}
