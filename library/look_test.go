package library_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/library"
	"broadsheet/paper"
)

// TestNewsSinceTheLastLook counts what came in between two looks, for each thing that is
// followed, without what is muted.
func TestNewsSinceTheLastLook(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, r *room) {
		ctx := t.Context()
		var came []int64
		r.Ask(library.Sources{Editions: r.editions, Now: func() time.Time { return noon }, Arrived: func(_ context.Context, after int64) (map[int64]bool, int64, error) {
			fresh := map[int64]bool{}
			for i, id := range came {
				if int64(i+1) > after {
					fresh[id] = true
				}
			}
			return fresh, int64(len(came)), nil
		}})
		come := func(n int, title string) {
			came = append(came, r.put(n, title))
			_, err := r.editions.Update(ctx, noon, 100)
			r.must(err)
		}
		he, cs, retrieval := library.Follow{Kind: library.Author, Key: "Kaiming He"}, library.Follow{Kind: library.Category, Key: "cs"}, library.Follow{Kind: library.Topic, Key: "retrieval"}
		for _, f := range []library.Follow{he, cs, retrieval} {
			r.must(r.Follow(ctx, noon, r.ada.ID, f, true))
		}
		news := func(when string, he_, cs_ int) {
			t.Helper()
			n, err := r.News(ctx, r.ada.ID)
			r.must(err)
			if n[he] != he_ || n[cs] != cs_ || n[retrieval] != cs_ {
				t.Errorf("%s: %v", when, n)
			}
		}
		come(0, "By He")
		news("before the first look", 0, 0)
		r.must(r.Look(ctx, noon, r.ada.ID))
		news("at the first look", 0, 0)
		come(1, "By Borel, of mathematics")
		come(2, "By Lovelace")
		come(4, "By He again")
		r.must(r.Look(ctx, noon.Add(2*time.Hour), r.ada.ID))
		news("at the second look", 1, 2)
		r.must(r.Look(ctx, noon.Add(2*time.Hour+time.Minute), r.ada.ID))
		news("a minute later", 1, 2)
		r.must(r.Mute(ctx, noon, r.ada.ID, library.Mute{Kind: library.Word, Key: "lovelace"}, true))
		news("with one muted", 1, 1)
		r.must(r.Look(ctx, noon.Add(9*time.Hour), r.ada.ID))
		news("at the third look", 0, 0)
	})
}

// TestAPaperIsMutedUntilItsNextVersion mutes one paper, and sees it again once it has
// another version, also when it turned out to be another one meanwhile.
func TestAPaperIsMutedUntilItsNextVersion(t *testing.T) {
	t.Parallel()
	each(t, 2, func(t *testing.T, r *room) {
		ctx := t.Context()
		_, err := r.editions.Update(ctx, noon, 100)
		r.must(err)
		r.Ask(library.Sources{Editions: r.editions, Now: func() time.Time { return noon }})
		r.must(r.Follow(ctx, noon, r.ada.ID, library.Follow{Kind: library.Topic, Key: "retrieval"}, true))
		version := func(n int) {
			p := &paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}}, Title: "Paper 1 on smart models", Abstract: "We show $x$.", Form: paper.TeX, Authority: paper.FromArXiv, Categories: []string{"cs.LG"}}
			for i := range n {
				p.Versions = append(p.Versions, paper.Version{N: i + 1, At: noon.Add(time.Duration(i) * time.Hour)})
			}
			r.must(r.db.Transact(ctx, func(tx *db.Tx) error {
				_, err := r.papers.Put(ctx, tx, "test", noon, p)
				return err
			}))
		}
		shown := func(when string, a *account.Account, want, muted int) {
			t.Helper()
			f, err := r.Following(ctx, a.ID, "", 10)
			r.must(err)
			mutes, err := r.Mutes(ctx, a.ID)
			r.must(err)
			if len(f.Papers) != want || len(mutes) != muted {
				t.Errorf("%s: %d papers, mutes %+v", when, len(f.Papers), mutes)
			}
		}
		version(1)
		m := library.Mute{Kind: library.Paper, Key: "arXiv:2604.00001v1"}
		shown("at first", r.ada, 1, 0)
		for range 2 {
			r.must(r.Mute(ctx, noon, r.ada.ID, m, true))
		}
		shown("muted", r.ada, 0, 1)
		if mutes, err := r.Mutes(ctx, r.ada.ID); err != nil || mutes[0].Key != "2604.00001" || mutes[0].Name != "Paper 1 on smart models" {
			t.Errorf("the mute: %+v %v", mutes, err)
		}
		version(2)
		shown("with a second version", r.ada, 1, 0)
		r.must(r.Mute(ctx, noon, r.ada.ID, m, true))
		shown("muted again", r.ada, 0, 1)
		r.must(r.db.Transact(ctx, func(tx *db.Tx) error { return r.papers.Merge(ctx, tx, noon, r.ids[1], r.ids[0]) }))
		mutes, err := r.Mutes(ctx, r.ada.ID)
		if err != nil || len(mutes) != 1 {
			t.Errorf("after a merge: %+v, %v", mutes, err)
		}
		r.must(r.Mute(ctx, noon, r.ada.ID, m, false))
		if err := r.Mute(ctx, noon, r.ada.ID, library.Mute{Kind: library.Paper, Key: "2604.77777"}, true); err == nil {
			t.Error("a paper that is not here is muted")
		}
		var left int
		r.must(r.db.QueryRow(ctx, `SELECT count(*) FROM muted`).Scan(&left))
		if left != 0 {
			t.Error(fmt.Sprint(left, " rows are left"))
		}
	})
}
