package lexical

import (
	"errors"
	"fmt"
	"hash/crc32"
)

// Schema says what a document of an index consists of. It is given at every
// opening and must be the one that the index was made with.
type Schema struct {
	Fields  []Field
	Numbers []string // names of the columns of whole numbers

	// Order is what the keys begin with by which large merges put documents of one kind
	// together, such as "cat:": what is asked for then lies close. With "" documents stay
	// in the order in which they came. It may change from one opening to the next.
	Order string
}

// Field is one text of a document.
type Field struct {
	Name string
	// Default fields are searched together when a query names no field. A field
	// that is not a default one is found by its name only.
	Default bool
	// Weight is what an occurrence counts in the joint BM25 of the default fields,
	// and what the field's length counts in their length. Title 2 and abstract 1
	// score like a document that says its title twice.
	Weight float64
	// Boost is how much of the field's own BM25 is added to the joint one.
	Boost float64
	// Plain text is cut into runs of letters and digits and knows no stems: for
	// names of people, and for measurements.
	Plain bool
}

// Document is what an index holds under one ID.
type Document struct {
	ID int64
	// Text has one value for each of Schema.Fields. The character U+001F separates
	// values within a field, such as the names of authors: no phrase crosses it.
	Text []string
	// Keys are exact strings such as "cat:cs.LG", for filters and facets.
	Keys []string
	// Numbers has one value for each of Schema.Numbers.
	Numbers []int64
}

// Limits of a document and of an index. What is beyond MaxPlaces in a field is
// not indexed; a longer key or word is cut.
const (
	MaxFields = 8
	MaxPlaces = 1<<16 - 2
	maxKey    = 255
)

// BM25's two constants.
const (
	k1 = 1.2
	b  = 0.75
)

// layout is a schema made ready: fields that are searched together form a group.
// Group 0 holds the default fields; every other field is a group of its own.
type layout struct {
	Schema
	groups  []group
	groupOf []int // of each field
	slot    []int // the field's place in its group
	number  map[string]int
	field   map[string]int
}

type group struct {
	fields []int
	weight []float64
	boost  []float64
	top    float64 // no part of a score of this group reaches it
	plain  bool
	levels []float64 // of the symbols (impact.go)
}

func newLayout(s Schema) (*layout, error) {
	if len(s.Fields) == 0 || len(s.Fields) > MaxFields {
		return nil, fmt.Errorf("an index has 1 to %d fields, not %d", MaxFields, len(s.Fields))
	}
	l := &layout{Schema: s, number: map[string]int{}, field: map[string]int{}, groups: make([]group, 1)}
	for i, f := range s.Fields {
		if _, twice := l.field[f.Name]; twice || f.Name == "" {
			return nil, fmt.Errorf("field %q of the index has no name or is there twice", f.Name)
		}
		if f.Weight < 0 || f.Boost < 0 || f.Weight+f.Boost == 0 {
			return nil, fmt.Errorf("field %q needs a weight or a boost above 0", f.Name)
		}
		l.field[f.Name] = i
		g := 0
		if !f.Default {
			l.groups = append(l.groups, group{})
			g = len(l.groups) - 1
		}
		l.groupOf = append(l.groupOf, g)
		l.slot = append(l.slot, len(l.groups[g].fields))
		p := &l.groups[g]
		p.fields, p.weight, p.boost = append(p.fields, i), append(p.weight, f.Weight), append(p.boost, f.Boost)
		p.plain = f.Plain
		p.top += f.Boost
	}
	for i := range l.groups {
		l.groups[i].top = (k1 + 1) * (1 + l.groups[i].top)
		l.groups[i].learn()
	}
	for i, n := range s.Numbers {
		if _, twice := l.number[n]; twice {
			return nil, fmt.Errorf("number %q of the index is there twice", n)
		}
		l.number[n] = i
	}
	for _, i := range l.groups[0].fields {
		if s.Fields[i].Plain != l.groups[0].plain {
			return nil, errors.New("the default fields of an index are all plain or all not")
		}
	}
	return l, nil
}

// sum tells schemas apart.
func (l *layout) sum() uint32 {
	return crc32.Checksum(fmt.Appendf(nil, "%+v %q", l.Fields, l.Numbers), castagnoli)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// check says what is wrong with a document.
func (l *layout) check(d *Document) error {
	if len(d.Text) != len(l.Fields) || len(d.Numbers) != len(l.Numbers) {
		return fmt.Errorf("document %d has %d texts and %d numbers where the index has %d and %d",
			d.ID, len(d.Text), len(d.Numbers), len(l.Fields), len(l.Numbers))
	}
	return nil
}
