package paper_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/fault"
	"broadsheet/paper"
)

var noon = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

// full returns a paper with every field set.
func full() *paper.Paper {
	return &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.11666"}, {Scheme: paper.DOI, Value: "10.1000/xyz"}},
		Title:       "On $\\ell_1$ things", Abstract: "We show it.", Form: paper.TeX, Authority: paper.FromArXiv,
		Categories: []string{"cs.LG", "stat.ML"}, Withdrawn: true,
		Submitted: noon.AddDate(0, 0, -2), Revised: noon.AddDate(0, 0, -1), Announced: "2026-04-14",
		Figures: paper.Figures{Votes: 7, Comments: 2, Stars: 31, At: noon},
		Record: paper.Record{
			AbstractBy: "Broadsheet", AuthorCount: 3,
			Authors: []paper.Author{
				{Name: "Ada Núñez Jr.", Family: "Núñez", Given: "Ada", Suffix: "Jr.", Affiliations: []string{"A", "B"}, Claimed: true, User: "ada"},
				{Name: "李雷"},
			},
			Topics: []string{"Retrieval"}, Comment: "9 pages", JournalRef: "J. 1 (2026)", Licence: "http://creativecommons.org/licenses/by/4.0/",
			Organisation: &paper.Organisation{Name: "lab", FullName: "The Lab"},
			Links:        []paper.Link{{Kind: paper.Code, URL: "https://example.org/code", Stars: 31}, {Kind: paper.Media, URL: "https://example.org/a.png"}},
			Versions:     []paper.Version{{N: 1, At: noon.AddDate(0, 0, -2)}, {N: 2, At: noon.AddDate(0, 0, -1)}},
			Featured:     &paper.Feature{Source: "upstream", At: noon, Submitter: "zed"},
		},
	}
}

func put(t *testing.T, s *paper.Store, now time.Time, said ...*paper.Paper) []paper.Outcome {
	t.Helper()
	var out []paper.Outcome
	err := s.DB().Transact(t.Context(), func(tx *db.Tx) (err error) {
		out, err = s.Put(t.Context(), tx, "upstream", now, said...)
		return err
	})
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	return out
}

func find(t *testing.T, s *paper.Store, id string) *paper.Paper {
	t.Helper()
	parsed, _, err := paper.ParseIdentifier(id)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Find(t.Context(), parsed)
	if err != nil {
		t.Fatalf("find %s: %v", id, err)
	}
	return p
}

func latest(t *testing.T, s *paper.Store) int64 {
	t.Helper()
	n, err := paper.Latest(t.Context(), s.DB())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPutKeepsEveryField(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		if out := put(t, s, noon, full()); out[0] != paper.Made {
			t.Fatalf("outcome %v, want Made", out[0])
		}
		want := full()
		want.ID, want.Key, want.Since = 1, "2604.11666", noon
		for _, id := range []string{"2604.11666v2", "https://doi.org/10.1000/XYZ"} {
			if diff := cmp.Diff(want, find(t, s, id)); diff != "" {
				t.Errorf("by %s (-want +got):\n%s", id, diff)
			}
		}
		_, err := s.Find(t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: "2604.00001"})
		if !fault.Is(err, fault.KindMissing) {
			t.Errorf("an unknown identifier: %v, want a fault.NotFound", err)
		}
	})
}

func TestPutTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		put(t, s, noon, full())
		before := latest(t, s)
		later := full()
		later.Figures.At = noon.Add(time.Hour) // read again, same counts: no change, but a reading
		if out := put(t, s, noon, full(), later); out[0] != paper.Same || out[1] != paper.Same {
			t.Errorf("outcomes %v, want Same twice", out)
		}
		if after := latest(t, s); after != before {
			t.Errorf("the change log went from %d to %d", before, after)
		}
		if at := find(t, s, "2604.11666").Figures.At; !at.Equal(noon.Add(time.Hour)) {
			t.Errorf("last read at %v", at)
		}
	})
}

func TestReadingsKeepTheEndsOfARun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		for hour, votes := range []int{3, 3, 3, 3, 5, 5, 6} {
			p := full()
			p.Figures = paper.Figures{Votes: votes, At: noon.Add(time.Duration(hour) * time.Hour)}
			put(t, s, noon, p)
		}
		got, err := s.Readings(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, r := range got {
			fmt.Fprintf(&b, "%d:%d ", int(r.At.Sub(noon).Hours()), r.Votes)
		}
		if want := "0:3 3:3 4:5 5:5 6:6 "; b.String() != want {
			t.Errorf("readings %s, want %s", b.String(), want)
		}
	})
}

func TestAPaperWithoutArXivGetsAnIdentifierOfOurs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		ours := &paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.DOI, Value: "10.1000/xyz"}}, Title: "T", Form: paper.Plain}
		put(t, s, noon, ours)
		if ours.Key != "b1" {
			t.Fatalf("key %q, want b1", ours.Key)
		}
		put(t, s, noon, full()) // has the same DOI and an arXiv identifier
		if p := find(t, s, "b1"); p.Key != "2604.11666" || p.ID != ours.ID {
			t.Errorf("b1 leads to %s (%d), want 2604.11666 (%d)", p.Key, p.ID, ours.ID)
		}
	})
}

func TestMergeLosesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		var told [][2]int64
		s.OnMerge(func(_ context.Context, _ *db.Tx, keep, gone int64) error {
			told = append(told, [2]int64{keep, gone})
			return nil
		})
		byDOI := &paper.Paper{
			Identifiers: []paper.Identifier{{Scheme: paper.DOI, Value: "10.1000/xyz"}}, Title: "Published", Form: paper.Plain,
			Record: paper.Record{JournalRef: "J. 2"}, Figures: paper.Figures{Votes: 2, At: noon},
		}
		byArXiv := full()
		byArXiv.Identifiers = byArXiv.Identifiers[:1]
		byArXiv.JournalRef = ""
		put(t, s, noon, byDOI, byArXiv)
		if n, _ := s.Count(t.Context()); n != 2 {
			t.Fatalf("%d papers, want 2", n)
		}
		put(t, s, noon, full()) // joins both
		if n, _ := s.Count(t.Context()); n != 1 {
			t.Fatalf("%d papers after the merge, want 1", n)
		}
		if want := [][2]int64{{byDOI.ID, byArXiv.ID}}; !cmp.Equal(told, want) {
			t.Errorf("watchers were told %v, want %v", told, want)
		}
		for _, id := range []string{"b1", "2604.11666", "10.1000/xyz"} {
			if p := find(t, s, id); p.ID != byDOI.ID || p.Key != "2604.11666" || p.Title != full().Title {
				t.Errorf("%s leads to %d %s %q", id, p.ID, p.Key, p.Title)
			}
		}
		if r, _ := s.Readings(t.Context(), byDOI.ID); len(r) != 1 {
			t.Errorf("%d readings after the merge, want 1: both were of one time", len(r))
		}
		changes, err := paper.Changes(t.Context(), d, 0, 10)
		if err != nil || len(changes) != 2 {
			t.Fatalf("changes %v, %v: want both papers", changes, err)
		}
	})
}

func TestReceivedComesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		put(t, s, noon, full())
		for _, body := range []string{`{"a":1}`, `{"a":2}`} {
			if err := d.Transact(t.Context(), func(tx *db.Tx) error {
				return s.KeepReceived(t.Context(), tx, 1, "upstream", 5, []byte(body))
			}); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Received(t.Context(), 1, "upstream"); err != nil || string(got) != `{"a":2}` {
			t.Errorf("received %q, %v", got, err)
		}
		if got, err := s.Received(t.Context(), 1, "elsewhere"); err != nil || got != nil {
			t.Errorf("received %q, %v from a source that sent nothing", got, err)
		}
	})
}

func BenchmarkPutNew(b *testing.B) {
	d := dbtest.Open(b, dbtest.SQLite(b))
	s := paper.NewStore(d)
	ctx := b.Context()
	for n := 0; n < b.N; n += 1000 {
		batch := make([]*paper.Paper, 1000)
		for i := range batch {
			p := full()
			p.Identifiers = []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("%d", n+i)}}
			p.Abstract = strings.Repeat("An abstract of usual length. ", 45)
			batch[i] = p
		}
		if err := d.Transact(ctx, func(tx *db.Tx) error { _, err := s.Put(ctx, tx, "x", noon, batch...); return err }); err != nil {
			b.Fatal(err)
		}
	}
}
