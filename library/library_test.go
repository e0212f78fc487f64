package library_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/paper"
)

var noon = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

// room is a library over a database with some papers and two readers.
type room struct {
	*library.Store
	t        testing.TB
	db       *db.DB
	papers   *paper.Store
	editions *edition.Store
	accounts *account.Store
	ids      []int64
	ada, bob *account.Account
}

var authors = []string{"Kaiming He", "Émile Borel", "Ada B. Lovelace", "Grace Hopper"}

func open(t testing.TB, d *db.DB, papers int) *room {
	t.Helper()
	r := &room{t: t, db: d, papers: paper.NewStore(d), accounts: account.NewStore(d, account.Settings{}, nil, nil)}
	r.editions = edition.NewStore(r.papers, edition.Settings{})
	r.Store = library.NewStore(r.papers, r.accounts)
	for n := range papers {
		r.ids = append(r.ids, r.put(n, fmt.Sprintf("Paper %d on smart models", n+1)))
	}
	r.ada = accounttest.Create(t, r.accounts, d, "ada", account.Reader)
	r.bob = accounttest.Create(t, r.accounts, d, "bob", account.Reader)
	return r
}

// put stores the nth paper, which somebody put in on the nth day before noon.
func (r *room) put(n int, title string) int64 {
	r.t.Helper()
	at := noon.AddDate(0, 0, -n)
	p := &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n+1)}},
		Title:       title, Abstract: "We show $x$.", Form: paper.TeX, Authority: paper.FromArXiv,
		Categories: []string{[]string{"cs.LG", "math.NT"}[n%2]},
		Record: paper.Record{
			Authors: []paper.Author{{Name: authors[n%len(authors)]}}, Topics: []string{[]string{"Retrieval", "vision"}[n%2]},
			Featured: &paper.Feature{Source: "test", At: at},
		},
	}
	if err := r.db.Transact(r.t.Context(), func(tx *db.Tx) error {
		_, err := r.papers.Put(r.t.Context(), tx, "test", at, p)
		return err
	}); err != nil {
		r.t.Fatal(err)
	}
	return p.ID
}

func each(t *testing.T, papers int, f func(t *testing.T, r *room)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, open(t, d, papers)) })
}

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// version is that of an account, which grows with each act that could show.
func (r *room) version(a *account.Account) int64 {
	r.t.Helper()
	got, err := r.accounts.Get(r.t.Context(), a.ID)
	r.must(err)
	return got.Version
}

// titles are those of what an account saved, newest first, read page by page.
func (r *room) saved(a *account.Account) (list []library.Kept) {
	r.t.Helper()
	for after := ""; ; {
		part, next, err := r.Saved(r.t.Context(), a.ID, after, 2)
		r.must(err)
		list = append(list, part...)
		if after = next; after == "" {
			return list
		}
	}
}

// TestKeepingIsIdempotent does any acts in any order, some twice, and compares with a
// model: what was done again changes nothing and makes no page anew.
func TestKeepingIsIdempotent(t *testing.T) {
	t.Parallel()
	each(t, 5, func(t *testing.T, r *room) {
		ctx := t.Context()
		c, err := r.CreateCollection(ctx, noon, library.Collection{Account: r.ada.ID, Title: "Reading group"})
		r.must(err)
		saved, read, in, notes := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}, map[int64]string{}
		rapid.Check(t, func(rt *rapid.T) {
			id := rapid.SampledFrom(r.ids).Draw(rt, "paper")
			on := rapid.Bool().Draw(rt, "on")
			text := rapid.SampledFrom([]string{"", "one", "two"}).Draw(rt, "note")
			act := rapid.SampledFrom([]string{"save", "read", "put", "note"}).Draw(rt, "act")
			do := func() {
				switch act {
				case "save":
					r.must(r.Save(ctx, noon, r.ada.ID, id, on))
				case "read":
					r.must(r.MarkRead(ctx, noon, r.ada.ID, id, on))
				case "put":
					if on {
						r.must(r.Put(ctx, noon, r.ada.ID, c.ID, id, ""))
					} else {
						r.must(r.Take(ctx, noon, r.ada.ID, c.ID, id))
					}
				case "note":
					r.must(r.Note(ctx, noon, r.ada.ID, id, text))
				}
			}
			do()
			once := r.version(r.ada)
			do()
			if twice := r.version(r.ada); twice != once {
				rt.Fatalf("%s done twice made the pages anew", act)
			}
			switch {
			case act == "save":
				set(saved, id, on)
				if !on {
					delete(in, id)
				}
			case act == "read":
				set(read, id, on)
			case act == "put":
				set(in, id, on)
				saved[id] = saved[id] || on
			case text == "":
				delete(notes, id)
			default:
				notes[id] = text
			}
			marks, err := r.Marks(ctx, r.ada.ID, r.ids)
			r.must(err)
			maps.DeleteFunc(saved, func(_ int64, on bool) bool { return !on })
			if !maps.Equal(marks.Saved, saved) || !maps.Equal(marks.Read, read) {
				rt.Fatalf("marks are %v, want saved %v and read %v", marks, saved, read)
			}
			list := r.saved(r.ada)
			if len(list) != len(saved) {
				rt.Fatalf("%d papers are saved, want %d", len(list), len(saved))
			}
			for _, k := range list {
				if k.Note != notes[k.Paper.ID] || k.Read != read[k.Paper.ID] || (len(k.In) == 1) != in[k.Paper.ID] {
					rt.Fatalf("paper %d is kept as %+v", k.Paper.ID, k)
				}
			}
		})
	})
}

func set(m map[int64]bool, id int64, on bool) {
	if on {
		m[id] = true
	} else {
		delete(m, id)
	}
}

func TestSavedIsNewestFirst(t *testing.T) {
	t.Parallel()
	each(t, 5, func(t *testing.T, r *room) {
		for i, id := range r.ids {
			r.must(r.Save(t.Context(), noon.Add(time.Duration(i%3)*time.Second), r.ada.ID, id, true))
		}
		var got []int64
		for _, k := range r.saved(r.ada) {
			got = append(got, k.Paper.ID)
		}
		want := []int64{r.ids[2], r.ids[4], r.ids[1], r.ids[3], r.ids[0]}
		if !slices.Equal(got, want) {
			t.Errorf("saved are %v, want %v", got, want)
		}
		if _, _, err := r.Saved(t.Context(), r.ada.ID, "nowhere", 3); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a place that is none: %v", err)
		}
		if err := r.Save(t.Context(), noon, r.ada.ID, 999, true); !fault.Is(err, fault.KindMissing) {
			t.Errorf("a paper that is none: %v", err)
		}
	})
}

func TestCollectionsAreTheirMakers(t *testing.T) {
	t.Parallel()
	each(t, 2, func(t *testing.T, r *room) {
		ctx := t.Context()
		c, err := r.CreateCollection(ctx, noon, library.Collection{Account: r.ada.ID, Title: "  Thesis,  chapter 3 ", Note: "For the related work.", Public: true})
		r.must(err)
		if c.Slug != "thesis-chapter-3" || c.Title != "Thesis, chapter 3" || !c.Public {
			t.Errorf("made %+v", c)
		}
		again, err := r.CreateCollection(ctx, noon, library.Collection{Account: r.ada.ID, Title: "Thesis: chapter 3"})
		r.must(err)
		if again.Slug != "thesis-chapter-3-2" {
			t.Errorf("the second has the address %q", again.Slug)
		}
		for name, err := range map[string]error{
			"put":    r.Put(ctx, noon, r.bob.ID, c.ID, r.ids[0], ""),
			"take":   r.Take(ctx, noon, r.bob.ID, c.ID, r.ids[0]),
			"edit":   r.EditCollection(ctx, noon, library.Collection{ID: c.ID, Account: r.bob.ID, Title: "Mine"}),
			"delete": r.DeleteCollection(ctx, r.bob.ID, c.ID),
		} {
			if !fault.Is(err, fault.KindMissing) {
				t.Errorf("another's collection, %s: %v", name, err)
			}
		}
		if _, err := r.CreateCollection(ctx, noon, library.Collection{Account: r.ada.ID, Title: " "}); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a collection without a name: %v", err)
		}
		r.must(r.Put(ctx, noon, r.ada.ID, c.ID, r.ids[0], "Read the appendix."))
		r.must(r.Put(ctx, noon, r.ada.ID, c.ID, r.ids[0], "")) // keeps the note
		list, next, err := r.In(ctx, c.ID, "", 10)
		r.must(err)
		if len(list) != 1 || list[0].Note != "Read the appendix." || next != "" {
			t.Errorf("the collection holds %+v", list)
		}
		r.must(r.DeleteCollection(ctx, r.ada.ID, c.ID))
		if kept := r.saved(r.ada); len(kept) != 1 || len(kept[0].In) != 0 {
			t.Errorf("after the collection went, saved are %+v", kept)
		}
	})
}

func TestMergesMoveAll(t *testing.T) {
	t.Parallel()
	each(t, 3, func(t *testing.T, r *room) {
		ctx := t.Context()
		keep, gone := r.ids[0], r.ids[1]
		c, err := r.CreateCollection(ctx, noon, library.Collection{Account: r.ada.ID, Title: "Both"})
		r.must(err)
		r.must(r.Put(ctx, noon, r.ada.ID, c.ID, keep, ""))
		r.must(r.Put(ctx, noon.Add(-time.Hour), r.ada.ID, c.ID, gone, "of the other"))
		r.must(r.Note(ctx, noon, r.ada.ID, keep, "first"))
		r.must(r.Note(ctx, noon, r.ada.ID, gone, "second"))
		r.must(r.Save(ctx, noon, r.bob.ID, gone, true))
		r.must(r.MarkRead(ctx, noon, r.bob.ID, gone, true))
		before := r.version(r.bob)
		r.must(r.db.Transact(ctx, func(tx *db.Tx) error { return r.papers.Merge(ctx, tx, noon, keep, gone) }))
		ada, bob := r.saved(r.ada), r.saved(r.bob)
		if len(ada) != 1 || ada[0].Paper.ID != keep || ada[0].Note != "first\n\nsecond" || len(ada[0].In) != 1 {
			t.Errorf("who kept both has %+v", ada)
		}
		if len(bob) != 1 || bob[0].Paper.ID != keep || !bob[0].Read {
			t.Errorf("who kept the one that went has %+v", bob)
		}
		if r.version(r.bob) == before {
			t.Error("the pages of who kept it are not made anew")
		}
		if list, _, err := r.In(ctx, c.ID, "", 10); err != nil || len(list) != 1 || list[0].Note != "of the other" {
			t.Errorf("the collection holds %+v, %v", list, err)
		}
		r.must(r.Save(ctx, noon, r.bob.ID, gone, true)) // by a page that knew the old number
		if again := r.saved(r.bob); len(again) != 1 {
			t.Errorf("saved by its old number it is there %d times", len(again))
		}
	})
}

func TestReadersTakeAllAlongAndLeaveNothing(t *testing.T) {
	t.Parallel()
	each(t, 2, func(t *testing.T, r *room) {
		ctx := t.Context()
		c, err := r.CreateCollection(ctx, noon, library.Collection{Account: r.ada.ID, Title: "Mine", Public: true})
		r.must(err)
		r.must(r.Put(ctx, noon, r.ada.ID, c.ID, r.ids[0], "shown"))
		r.must(r.MarkRead(ctx, noon, r.ada.ID, r.ids[0], true))
		r.must(r.Note(ctx, noon, r.ada.ID, r.ids[1], "a secret thought"))
		r.must(r.Follow(ctx, noon, r.ada.ID, library.Follow{Kind: library.Author, Key: "Kaiming He"}, true))
		r.must(r.Mute(ctx, noon, r.ada.ID, library.Mute{Kind: library.Word, Key: "Benchmark"}, true))
		r.must(r.TurnKnob(ctx, r.ada.ID, library.Knob{Kind: library.Topic, Key: "vision", Turn: library.Less}))
		r.must(r.Follow(ctx, noon, r.bob.ID, library.Follow{Kind: library.Reader, Key: "@ada"}, true))
		parts := map[string]string{}
		r.must(r.Export(ctx, r.ada.ID, func(name string, part any) error {
			b, err := json.Marshal(part)
			parts[name] = string(b)
			return err
		}))
		for name, want := range map[string]string{
			"saved": `"paper":"2604.00001"`, "collections": `"note":"shown"`, "notes": "a secret thought", "read": "2604.00001",
			"follows": "Kaiming He", "mutes": "benchmark", "knobs": "vision",
		} {
			if !strings.Contains(parts[name], want) {
				t.Errorf("the export's %s is %s, without %s", name, parts[name], want)
			}
		}
		r.must(r.accounts.Leave(ctx, r.ada.ID, false))
		for _, table := range []string{"saved", "opened", "jot", "collection", "collected", "follow", "mute", "knob"} {
			var n int
			r.must(r.db.QueryRow(ctx, `SELECT count(*) FROM `+table).Scan(&n))
			if n != 0 {
				t.Errorf("%d rows of %s stayed", n, table)
			}
		}
	})
}

func TestFollowingJoinsAndMutes(t *testing.T) {
	t.Parallel()
	each(t, 6, func(t *testing.T, r *room) {
		ctx := t.Context()
		_, err := r.editions.Update(ctx, noon, 100)
		r.must(err)
		r.Ask(library.Sources{
			Editions: r.editions, Now: func() time.Time { return noon },
			Search: func(_ context.Context, words string, papers []int64) (map[int64]bool, error) {
				if words != "denoising -video" {
					return nil, fmt.Errorf("asked for %q", words)
				}
				return map[int64]bool{r.ids[0]: true}, nil
			},
			Votes: func(_ context.Context, account int64, _ int) ([]library.Vote, error) {
				if account != r.bob.ID {
					return nil, fmt.Errorf("asked for the votes of %d", account)
				}
				return []library.Vote{{Paper: r.ids[5], At: noon}}, nil
			},
		})
		r.must(r.accounts.SetProfile(ctx, r.bob.ID, "bob", "Bob", account.Shows{Votes: true, Followable: true}))
		for _, f := range []library.Follow{
			{Kind: library.Author, Key: "Kaiming He"}, {Kind: library.Author, Key: "Emile Borel"}, // written without the accent
			{Kind: library.Search, Key: "denoising -video"}, {Kind: library.Reader, Key: "bob"},
		} {
			r.must(r.Follow(ctx, noon, r.ada.ID, f, true))
			r.must(r.Follow(ctx, noon, r.ada.ID, f, true))
		}
		want := map[int]string{
			0: "Kaiming He wrote it. It also matches your search “denoising -video”.",
			1: "Émile Borel wrote it.", 4: "Kaiming He wrote it.", 5: "Émile Borel wrote it. Upvoted by Bob.",
		}
		check := func(what string, want map[int]string) {
			t.Helper()
			var days []string
			n := 0
			for after := ""; ; {
				f, err := r.Following(ctx, r.ada.ID, after, 1)
				r.must(err)
				for _, c := range f.Papers {
					i := slices.Index(r.ids, c.Paper.ID)
					if want[i] != c.Why {
						t.Errorf("%s: paper %d stands with %q, want %q", what, i, c.Why, want[i])
					}
					days = append(days, c.Day)
					n++
				}
				if after = f.Next; after == "" {
					break
				}
			}
			if n != len(want) || !slices.IsSortedFunc(days, func(a, b string) int { return strings.Compare(b, a) }) {
				t.Errorf("%s: %d papers of %v, want %d, newest first", what, n, days, len(want))
			}
		}
		check("followed", want)
		why, err := r.Followed(ctx, r.ada.ID, r.ids)
		r.must(err)
		if len(why) != 4 || why[r.ids[0]] != want[0] {
			t.Errorf("of the papers, followed are %v", why)
		}
		r.must(r.Mute(ctx, noon, r.ada.ID, library.Mute{Kind: library.Category, Key: "math"}, true))
		delete(want, 1)
		delete(want, 5)
		check("with an archive muted", want)
		r.must(r.Mute(ctx, noon, r.ada.ID, library.Mute{Kind: library.Word, Key: "mart"}, true)) // no word begins so
		check("with part of a word muted", want)
		r.put(0, "Paper 1, a Benchmark") // what is held of it changes
		r.must(r.Mute(ctx, noon, r.ada.ID, library.Mute{Kind: library.Word, Key: "benchmark"}, true))
		delete(want, 0)
		check("with a word muted", want)
		r.must(r.Mute(ctx, noon, r.ada.ID, library.Mute{Kind: library.Word, Key: "BENCHMARK"}, false))
		r.must(r.Follow(ctx, noon, r.ada.ID, library.Follow{Kind: library.Author, Key: "Kaiming He"}, false))
		check("no longer followed", map[int]string{0: "It matches your search “denoising -video”."})

		asked := 0
		r.Ask(library.Sources{Editions: r.editions, Search: func(context.Context, string, []int64) (map[int64]bool, error) {
			asked++
			return nil, fault.Busy("The search is away.")
		}})
		for _, f := range []library.Follow{{Kind: library.Search, Key: "one"}, {Kind: library.Author, Key: "Kaiming He"}} {
			r.must(r.Follow(ctx, noon, r.ada.ID, f, true))
		}
		why, err = r.Followed(ctx, r.ada.ID, r.ids)
		r.must(err)
		if asked != 1 || len(why) != 2 {
			t.Errorf("a search that is away was asked %d times, and %d papers are followed without it, want 1 and 2", asked, len(why))
		}
	})
}

func TestReadersDecideWhetherTheyAreFollowed(t *testing.T) {
	t.Parallel()
	each(t, 1, func(t *testing.T, r *room) {
		ctx := t.Context()
		bob := library.Follow{Kind: library.Reader, Key: "bob"}
		r.must(r.Follow(ctx, noon, r.ada.ID, bob, true))
		if is, err := r.IsFollowing(ctx, r.ada.ID, bob); err != nil || !is {
			t.Errorf("following bob: %v, %v", is, err)
		}
		r.must(r.accounts.SetProfile(ctx, r.bob.ID, "robert", "Robert", account.Shows{Followable: true}))
		if list, err := r.Follows(ctx, r.ada.ID); err != nil || len(list) != 1 || list[0].Key != "robert" || list[0].Name != "Robert" {
			t.Errorf("after a new handle, followed are %+v, %v", list, err)
		}
		r.must(r.accounts.SetProfile(ctx, r.bob.ID, "robert", "Robert", account.Shows{}))
		if list, err := r.Follows(ctx, r.ada.ID); err != nil || len(list) != 0 {
			t.Errorf("who wants no followers is followed: %+v, %v", list, err)
		}
		for name, c := range map[string]struct {
			f    library.Follow
			want fault.Kind
		}{
			"who wants none":   {library.Follow{Kind: library.Reader, Key: "robert"}, fault.KindRefused},
			"nobody":           {library.Follow{Kind: library.Reader, Key: "nobody"}, fault.KindMissing},
			"oneself":          {library.Follow{Kind: library.Reader, Key: "ada"}, fault.KindInvalid},
			"no category":      {library.Follow{Kind: library.Category, Key: "Machine Learning"}, fault.KindInvalid},
			"no kind":          {library.Follow{Kind: "journal", Key: "x"}, fault.KindInvalid},
			"nothing":          {library.Follow{Kind: library.Author, Key: "  "}, fault.KindInvalid},
			"a very long name": {library.Follow{Kind: library.Author, Key: strings.Repeat("a", 300)}, fault.KindInvalid},
		} {
			if err := r.Follow(ctx, noon, r.ada.ID, c.f, true); !fault.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
