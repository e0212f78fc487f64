package mirror_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/mirror"
	"broadsheet/paper"
)

// put has our own harvest tell of a paper.
func (f *follower) put(t *testing.T, said *paper.Paper) *paper.Paper {
	t.Helper()
	if err := f.db.Transact(t.Context(), func(tx *db.Tx) error {
		_, err := f.papers.Put(t.Context(), tx, "own", now, said)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return f.held(t, "2604.00001")
}

// TestABetterSource: of a paper that is held from arXiv a peer changes nothing, and its
// votes, its comments and its place in an edition are taken; one that is held from a
// source below takes the peer's word.
func TestABetterSource(t *testing.T) {
	t.Parallel()
	const told = `, "title": "Buy now", "abstract": "Cheap.", "withdrawn": true, "authors": [{"name": "Eve", "claimed": true, "reader": "eve"}, {"name": "Ada", "claimed": true, "reader": "eve"}], "author_count": 9,
		"identifiers": [{"scheme": "arxiv", "value": "2604.00001"}, {"scheme": "doi", "value": "10.1234/other"}], "links": [{"kind": "code", "url": "https://evil.test/x"}], "topics": ["spam"],
		"revised": "2026-04-14T09:00:00Z", "received": {"title": "Buy now", "abstract": "Cheap.", "form": "tex", "authority": 90},
		"edition": {"date": "2026-04-13", "origin": "submitted", "entered": "2026-04-13T09:00:00Z", "by": "ada"}`
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, c := range []struct {
			from  paper.Authority
			title string
		}{{paper.FromArXiv, "On one"}, {paper.FromFeed, "On one"}, {paper.FromFile, "On one"}, {paper.FromPage, "On one"}, {paper.FromUpstream, "Buy now"}, {paper.FromReader, "Buy now"}} {
			f := follow(t, d)
			f.empty(t)
			other := []paper.Identifier{{Scheme: paper.DOI, Value: "10.1234/other"}}
			f.put(t, &paper.Paper{
				Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}}, Title: "On one", Abstract: "We count.", Form: paper.TeX, Authority: c.from,
				Record: paper.Record{Authors: []paper.Author{{Name: "Ada"}}, AuthorCount: 1},
			})
			was := f.put(t, &paper.Paper{Identifiers: other, Title: "On another", Form: paper.TeX, Authority: paper.FromArXiv})
			change := strings.TrimSuffix(paperOf(1, 7, told), "}") + `, "comments": [{"id": "1", "at": "2026-04-14T09:00:00Z", "body": "Yes.", "state": "shown"}]}`
			if c.from < paper.FromPeer { // that two are one is taken from a peer only where neither is held from a better source
				f.run(t, `DELETE FROM own_title`, `DELETE FROM identifier WHERE paper IN (SELECT id FROM paper WHERE title = 'On another')`, `DELETE FROM paper WHERE title = 'On another'`)
			}
			if step := f.tell(t, "AAAA", 1, change); step.Bad != 0 {
				t.Fatalf("%d: %+v", c.from, step)
			}
			is := f.held(t, "2604.00001")
			if is.Title != c.title {
				t.Errorf("held from a source of authority %d, the title is %q", c.from, is.Title)
			}
			if is.Votes() != 7 || is.Comments() != 1 {
				t.Errorf("held from a source of authority %d, %d votes and %d comments, want 7 and 1", c.from, is.Votes(), is.Comments())
			}
			if at, err := f.editions.Place(t.Context(), d, is.ID); err != nil || at == nil || at.Day != "2026-04-13" || at.Submitter != "ada" {
				t.Errorf("held from a source of authority %d, it stands in %+v, %v", c.from, at, err)
			}
			if c.title == "On one" {
				is.Figures, is.Here = was.Figures, was.Here
				if diff := cmp.Diff(was, is); diff != "" {
					t.Errorf("held from a source of authority %d, a peer changed it: %s", c.from, diff)
				}
			}
		}
	})
}

// TestEntriesMove has a peer tell of a paper, then of the edition in which the desk put it
// and of what the desk says of it, then of a change of that.
func TestEntriesMove(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := follow(t, d)
		entry := func(seq int, day, more string) string {
			return fmt.Sprintf(`{"seq": %d, "kind": "edition", "id": %q, "at": "2026-04-14T09:00:00Z", "edition": {"date": %q}, "entries": [
				{"paper": "2604.00001", "date": %q, "origin": "submitted", "entered": "2026-04-14T08:00:00Z", "by": "ada"%s}, {"paper": "2604.09999", "date": %q, "origin": "announced"}]}`, seq, day, day, day, more, day)
		}
		place := func(want edition.Place) {
			t.Helper()
			at, err := f.editions.Place(t.Context(), d, f.held(t, "2604.00001").ID)
			if err != nil || at == nil {
				t.Fatalf("it stands in %+v, %v", at, err)
			}
			want.Origin, want.Submitter, want.Entered = edition.Submitted, "ada", time.Date(2026, 4, 14, 8, 0, 0, 0, time.UTC)
			if diff := cmp.Diff(want, *at); diff != "" {
				t.Error(diff)
			}
		}
		f.tell(t, "AAAA", 2, paperOf(1, 1, ""), entry(2, "2026-04-14", `, "order": 2, "claim": "We count.", "note": "Read it."`))
		place(edition.Place{Day: "2026-04-14", Ord: 2, Claim: "We count.", Note: "Read it."})
		f.tell(t, "AAAA", 3, paperOf(1, 1, ""), entry(3, "2026-04-14", `, "order": 1, "note": "Read it twice."`))
		place(edition.Place{Day: "2026-04-14", Ord: 1, Note: "Read it twice."})
		f.tell(t, "AAAA", 4, entry(4, "2026-04-15", ``))
		place(edition.Place{Day: "2026-04-15"})
		if days, err := f.editions.Days(t.Context(), edition.DaySpan("2026-04-14")); err != nil || len(days) != 0 {
			t.Errorf("the edition that it left is there still: %+v, %v", days, err)
		}
	})
}

// TestVotesOfOurOwnSource: where our own harvest reads the same upstream, its votes are
// counted once, and the newest reading of them stands.
func TestVotesOfOurOwnSource(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := follow(t, d)
		told := strings.Replace(paperOf(1, 12, `, "here": {"votes": 2}, "upstream": {"votes": 10, "read": "2026-04-14T08:00:00Z"}`), `"paper": {`, `"votes": [{"instance": "CCCC", "votes": 4, "at": "2026-04-14T08:00:00Z"}, {"votes": 6, "at": "2026-04-14T08:00:00Z"}], "paper": {`, 1)
		check := func(want int) {
			t.Helper()
			for range 2 {
				f.tell(t, "AAAA", 1, told)
				if got := f.held(t, "2604.00001").Votes(); got != want {
					t.Errorf("%d votes, want %d", got, want)
				}
			}
		}
		check(6 + 4 + 2)
		f.put(t, &paper.Paper{
			Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}}, Title: "On 1", Form: paper.Plain, Authority: paper.FromUpstream,
			Figures: paper.Figures{Votes: 8, At: now.Add(-time.Minute)},
		})
		check(8 + 4 + 2)
		list, err := f.Elsewhere(t.Context(), f.held(t, "2604.00001"))
		if err != nil || len(list) != 3 {
			t.Fatalf("%+v, %v", list, err)
		}
		if list[0].Votes != 8 || list[1].Votes != 2 || list[2].Votes != 4 {
			t.Errorf("told on are %+v", list)
		}
	})
}

// TestAPeerBeganAnew: that a peer was read from its beginning is noted with the reason.
func TestAPeerBeganAnew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := follow(t, d)
		instance, known := "AAAA", 3
		f.answer = func(after string) (int, string) {
			var told []string
			var n int
			fmt.Sscan(after, &n)
			for seq := n + 1; seq <= known; seq++ {
				told = append(told, paperOf(seq, 1, ""))
			}
			return 200, whole(instance, strings.Join(told, ","), fmt.Sprintf(`"next": %d, "latest": %d`, max(n, known), known))
		}
		for _, c := range []struct {
			instance string
			known    int
			says     string
		}{{"AAAA", 3, ""}, {"AAAA", 2, "it knew 2 changes where 3 had been read"}, {"BBBB", 4, "another instance answers at its address"}} {
			instance, known = c.instance, c.known
			step, err := f.CatchUp(t.Context(), f.peer, nil)
			if err != nil || step.Seq != int64(c.known) || step.Anew != (c.says != "") {
				t.Fatalf("%s knows %d: %+v, %v", c.instance, c.known, step, err)
			}
			list, err := mirror.States(t.Context(), d)
			if err != nil || len(list) != 1 || !strings.Contains(list[0].Anew, c.says) || list[0].Failed != "" {
				t.Fatalf("%s knows %d: %+v, %v", c.instance, c.known, list, err)
			}
			if said := list[0].AnewSince(now.Add(-time.Hour)); (said == "") != (c.says == "") || list[0].AnewSince(now.Add(time.Hour)) != "" {
				t.Errorf("%s knows %d: it is said %q", c.instance, c.known, said)
			}
		}
		if n, err := f.papers.Count(t.Context()); err != nil || n != 4 {
			t.Errorf("%d papers are held, %v", n, err)
		}
	})
}
