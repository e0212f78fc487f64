package paper_test

import (
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/paper"
)

// byHand returns a paper as a reader types it in.
func byHand(title string, authors ...string) *paper.Paper {
	p := &paper.Paper{Title: title, Abstract: "As typed.", Form: paper.Plain, Authority: paper.FromReader, Submitted: noon.AddDate(0, -3, 0)}
	for _, name := range authors {
		p.Authors = append(p.Authors, paper.Author{Name: name})
	}
	return p
}

// atArXiv returns the record that arXiv has of a paper.
func atArXiv(id, title string, authors ...string) *paper.Paper {
	p := byHand(title, authors...)
	p.Identifiers, p.Form, p.Authority, p.Submitted = []paper.Identifier{{Scheme: paper.ArXiv, Value: id}}, paper.TeX, paper.FromArXiv, noon
	return p
}

func putOwn(t *testing.T, s *paper.Store, p *paper.Paper) {
	t.Helper()
	if err := s.DB().Transact(t.Context(), func(tx *db.Tx) error { return s.PutOwn(t.Context(), tx, noon, p) }); err != nil {
		t.Fatal(err)
	}
}

// TestTypedInBeforeArXiv: a record of arXiv's is taken for a paper that was typed in when
// there is no doubt, and asked about when its title is the same.
func TestTypedInBeforeArXiv(t *testing.T) {
	t.Parallel()
	const title = "A Theory of Lost Letters"
	late := atArXiv("2604.00001", title, "Ada Lindgren", "Ben Okafor")
	late.Submitted = noon.AddDate(4, 0, 0)
	cut := atArXiv("2604.00001", title, "Ada Lindgren", "Ben Okafor")
	cut.AuthorCount = 5
	for _, c := range []struct {
		name         string
		said         *paper.Paper
		joins, asked bool
	}{
		{"the same", atArXiv("2604.00001", "A Theory of {Lost} Letters.", "Ada Lindgren", "Ben Okafor"), true, false},
		{"initials", atArXiv("2604.00001", title, "A. M. Lindgren", "B. Okafor"), true, false},
		{"another first name", atArXiv("2604.00001", title, "Anna Lindgren", "Ben Okafor"), false, true},
		{"another order", atArXiv("2604.00001", title, "Ben Okafor", "Ada Lindgren"), false, true},
		{"one author more", atArXiv("2604.00001", title, "Ada Lindgren", "Ben Okafor", "Eve Adams"), false, true},
		{"a list that is cut", cut, false, true},
		{"years later", late, false, true},
		{"another title", atArXiv("2604.00001", title+" II", "Ada Lindgren", "Ben Okafor"), false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s, typed, said := paper.NewStore(d), byHand(title, "Ada Lindgren", "Ben Okafor"), *c.said
				putOwn(t, s, typed)
				old := typed.Key
				for range 2 { // a harvest that is repeated changes nothing
					put(t, s, noon, &said)
				}
				if joined := said.ID == typed.ID; joined != c.joins {
					t.Errorf("joined: %v", joined)
				}
				if at := find(t, s, old); c.joins && (at.Key != "2604.00001" || at.Form != paper.TeX) || !c.joins && at.Key != old {
					t.Errorf("%s leads to %s", old, at.Key)
				}
				doubts, err := s.Doubts(t.Context(), 10)
				if err != nil || (len(doubts) == 1) != c.asked {
					t.Errorf("asked about %+v, %v", doubts, err)
				}
			})
		})
	}
}

// TestDoubts: what somebody found to be two is not asked again, what is merged neither,
// and a paper that arXiv knows is taken for no other.
func TestDoubts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, first, second := paper.NewStore(d), byHand("Errata and Addenda of the Year", "Ada Lindgren"), byHand("Errata and Addenda of the Year", "Ada Lindgren")
		putOwn(t, s, first)
		putOwn(t, s, second)
		said := atArXiv("2604.00001", first.Title, "Ada Lindgren")
		put(t, s, noon, said) // of which of the two?
		doubts, err := s.Doubts(t.Context(), 10)
		if err != nil || len(doubts) != 2 || doubts[0].Own.ID != first.ID || doubts[0].Other.ID != said.ID {
			t.Fatalf("%+v, %v", doubts, err)
		}
		if err := d.Transact(t.Context(), func(tx *db.Tx) error {
			if err := s.Part(t.Context(), tx, said.ID, first.ID); err != nil {
				return err
			}
			return s.Merge(t.Context(), tx, noon, second.ID, said.ID)
		}); err != nil {
			t.Fatal(err)
		}
		if doubts, err = s.Doubts(t.Context(), 10); err != nil || len(doubts) != 0 {
			t.Errorf("asked again: %+v, %v", doubts, err)
		}
		if others, err := s.Parted(t.Context(), first.ID); err != nil || len(others) != 0 {
			t.Errorf("parted from one that is gone: %v, %v", others, err)
		}
		put(t, s, noon, atArXiv("2604.00002", first.Title, "Ada Lindgren"))
		if p := find(t, s, second.Key); p.ArXiv() != "2604.00001" {
			t.Errorf("the second is %s", p.Key)
		}
		if p := find(t, s, first.Key); p.ArXiv() != "2604.00002" {
			t.Errorf("the first is %s", p.Key)
		}
	})
}

// TestPageBeforeArXiv: what was read from a page, under a DOI or an address, is recognised
// as well, unless its DOI is another one.
func TestPageBeforeArXiv(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		page := byHand("Gulls and Their Archives", "Ada Lindgren")
		page.Identifiers, page.Authority = []paper.Identifier{{Scheme: paper.URL, Value: "https://gulls.example/1"}}, paper.FromPage
		dated := byHand("Gulls and Their Enemies", "Ada Lindgren")
		dated.Identifiers, dated.Authority = []paper.Identifier{{Scheme: paper.DOI, Value: "10.1000/gulls"}}, paper.FromPage
		put(t, s, noon, page, dated)
		other := atArXiv("2604.00002", dated.Title, "Ada Lindgren")
		other.Identifiers = append(other.Identifiers, paper.Identifier{Scheme: paper.DOI, Value: "10.1000/gulls.v2"})
		put(t, s, noon, atArXiv("2604.00001", page.Title, "Ada Lindgren"), other)
		if p := find(t, s, "https://gulls.example/1"); p.Key != "2604.00001" {
			t.Errorf("the page is of %s", p.Key)
		}
		if p := find(t, s, "doi:10.1000/gulls"); p.ArXiv() != "" {
			t.Errorf("two DOIs became one paper, %s", p.Key)
		}
		same := atArXiv("2604.00003", "Another Title of the Same", "Eve Adams")
		same.Identifiers = append(same.Identifiers, paper.Identifier{Scheme: paper.DOI, Value: "10.1000/gulls"})
		put(t, s, noon, same)
		if p := find(t, s, "doi:10.1000/gulls"); p.Key != "2604.00003" {
			t.Errorf("one DOI stayed two papers, %s", p.Key)
		}
	})
}
