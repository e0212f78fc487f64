package export

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"broadsheet/db"
)

// Level says how much an export holds. A higher one holds all that a lower does.
type Level int

// The levels.
const (
	Public  Level = iota // what everybody may see on the pages
	Private              // and what readers keep for themselves, what the desk sees, how far the server's work is
	Secret               // and what opens something: sums of passwords and tokens, keys
	Whole                // and what lasts for minutes: every row there is, as a backup holds it
)

var levels = map[string]Level{"public": Public, "private": Private, "secret": Secret, "left": Whole}

func (l Level) String() string {
	return [...]string{"public", "private", "secret", "whole"}[l]
}

// shape is what the catalogue says of a table.
type shape struct {
	name   string
	level  Level
	where  string // which rows are public; "" for all
	what   string // one sentence on a row
	fields []field
}

// field is what the catalogue says of columns of one meaning.
type field struct {
	names    []string
	level    Level
	only, is string // below Private, empty unless the column only is is
	what     string
}

func (s *shape) field(column string) *field {
	for i := range s.fields {
		if slices.Contains(s.fields[i].names, column) {
			return &s.fields[i]
		}
	}
	return nil
}

//go:embed catalog.txt
var catalogText string

// catalogue returns the shapes by the names of their tables.
var catalogue = sync.OnceValues(func() (map[string]*shape, error) { return parseCatalogue(catalogText) })

func parseCatalogue(text string) (map[string]*shape, error) {
	all := map[string]*shape{}
	var s *shape
	for i, line := range strings.Split(text, "\n") {
		var err error
		switch {
		case line == "" || line[0] == '#':
			continue
		case strings.HasPrefix(line, "table "):
			if s, err = parseTable(strings.TrimPrefix(line, "table ")); err == nil {
				all[s.name] = s
			}
		case s != nil && s.what == "":
			s.what = strings.TrimSpace(line)
		case s != nil:
			var f field
			f, err = parseField(strings.TrimSpace(line), s.level)
			s.fields = append(s.fields, f)
		}
		if err != nil {
			return nil, fmt.Errorf("catalog.txt line %d: %w", i+1, err)
		}
	}
	return all, nil
}

func parseTable(line string) (*shape, error) {
	head, where, _ := strings.Cut(line, " where ")
	name, level, _ := strings.Cut(head, " ")
	l, known := levels[level]
	if !known {
		return nil, fmt.Errorf("%q is no level", level)
	}
	return &shape{name: name, level: l, where: where}, nil
}

func parseField(line string, of Level) (field, error) {
	head, what, found := strings.Cut(line, ": ")
	if !found {
		return field{}, fmt.Errorf("%q says nothing of a column", line)
	}
	f := field{level: of, what: what}
	if names, note, found := strings.Cut(head, " ("); found {
		head, note = names, strings.TrimSuffix(note, ")")
		if condition, ok := strings.CutPrefix(note, "if "); ok {
			f.only, f.is, _ = strings.Cut(condition, " is ")
		} else if f.level, found = levels[note]; !found {
			return field{}, fmt.Errorf("%q is no level", note)
		}
	}
	f.names = strings.Split(head, ", ")
	return f, nil
}

// Decided returns an error that says what to do when nobody has decided at which level
// the rows of a table are exported, and what its columns mean.
func Decided(t *db.Table) error {
	_, err := shapeOf(t)
	return err
}

func shapeOf(t *db.Table) (*shape, error) {
	const then = "; then go test ./export -update"
	all, err := catalogue()
	if err != nil {
		return nil, err
	}
	s := all[t.Name]
	if s == nil {
		return nil, fmt.Errorf("table %s is not in export/catalog.txt: say there what a row of it is, and whether that is public, private, secret, or left out and why"+then, t.Name)
	}
	if s.level == Whole {
		return s, nil
	}
	for _, c := range t.Columns {
		if s.field(c.Name) == nil {
			return nil, fmt.Errorf("column %s of table %s is not in export/catalog.txt: say there what it means, and its level where that is higher than %s"+then, c.Name, t.Name, s.level)
		}
	}
	return s, nil
}
