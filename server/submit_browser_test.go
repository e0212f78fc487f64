package server

import (
	"fmt"
	"testing"

	"broadsheet/db"
	"broadsheet/web/browsertest"
	"broadsheet/web/webtest"
)

// TestPutInByHand has a reader save a paper for herself alone, and type one in that is
// much like it: she is shown what is held before it goes to the desk, and so is the desk.
func TestPutInByHand(t *testing.T) {
	for _, script := range []bool{true, false} {
		t.Run(map[bool]string{true: "with script", false: "without"}[script], func(t *testing.T) {
			browsertest.Open(t) // skips where there is no browser
			v, _ := openPress(t)
			if err := v.DB.Transact(t.Context(), func(tx *db.Tx) error { // so that some words tell more than others
				others := webtest.Papers(9, v.Config.Now())
				for _, p := range others {
					p.ID, p.Key, p.Featured = 0, "", nil
				}
				_, err := v.Papers.Put(t.Context(), tx, "upstream", v.Config.Now(), others...)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			mara, noor := v.seat("mara", script), v.seat("noor", script)
			shoot := func(b *browsertest.Tab, name string) {
				for _, width := range []int64{1280, 390} {
					b.Shoot(fmt.Sprintf("%s-%d-light", name, width), width, false)
					b.Shoot(fmt.Sprintf("%s-%d-dark", name, width), width, true)
				}
			}
			mara.Go(v.base + "/submit")
			mara.Type("#any", "2604.00001")
			mara.Click(".query .btn")
			says(t, mara, "dl.index", "none")
			mara.Click("[value=save]")
			says(t, mara, ".note", "Saved for you alone")
			says(t, mara, "dl.index", "since today at")
			list, err := v.Editions.Candidates(t.Context(), v.makes(t))
			if err != nil || len(list) != 0 {
				t.Errorf("saved for oneself, and candidates: %v %v", list, err)
			}
			mara.Go(v.base + "/library")
			says(t, mara, "main", "On Paper 01")
			v.indexed(t)

			mara.Go(v.base + "/submit")
			mara.Press("#hand summary")
			mara.Type("#ht", "On Paper: 01")
			mara.Type("#ha", "Ada Example\nAlan Turing")
			mara.Type("#hs", "Somebody told me of it, and I write down what I was told, as well as I remember it now.")
			mara.Type("#hy", "1699")
			mara.Click("#hand .btn")
			says(t, mara, "#hand-e", "First published 1 January 1699")
			mara.Type("#hy", v.Config.Now().Format("2006"))
			mara.Click("#hand .btn")
			says(t, mara, "main", "Perhaps the same")
			shoot(mara, "by-hand")
			mara.Click("#hand .btn")
			says(t, mara, ".note", "You put it in: with the desk")
			list, err = v.Editions.Candidates(t.Context(), v.makes(t))
			if err != nil || len(list) != 1 {
				t.Fatalf("typed in, and candidates: %v %v", list, err)
			}
			own := "/papers/" + list[0].Paper.Key
			v.indexed(t)

			noor.Go(v.base + "/desk")
			says(t, noor, "main", "it waits for you")
			says(t, noor, ".deskrow", "Perhaps the same: On Paper 01")
			shoot(noor, "near-desk")
			mara.Go(v.base + "/submit")
			mara.Type("#any", "2604.00001")
			mara.Click(".query .btn")
			says(t, mara, "main", "Perhaps the same")
			shoot(mara, "near-submit")

			// The desk finds that they are one: what was typed in is arXiv's from now on.
			noor.Go(v.base + "/desk")
			noor.Click(".deskrow [value=unite]")
			says(t, noor, "main", "found two records to be one paper")
			says(t, noor, ".deskrow", "We show it anew")
			mara.Go(v.base + own)
			says(t, mara, "h1", "On Paper 01")
			says(t, mara, "main", "arXiv")
		})
	}
}

// indexed waits until the search knows of every paper.
func (v *town) indexed(t *testing.T) {
	t.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = v.Search.Update(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
	}
}
