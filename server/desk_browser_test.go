package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/edition"
	"broadsheet/fetch"
	"broadsheet/harvest"
	"broadsheet/harvest/oaitest"
	"broadsheet/web/browsertest"
)

// openPress opens a town with a desk, beside an arXiv that has two papers and a server
// with a page about a third.
func openPress(t *testing.T) (v *town, page string) {
	at := time.Now().UTC().AddDate(0, 0, -2)
	var papers []oaitest.Paper
	for _, id := range []string{"2604.00001", "2604.00002"} {
		papers = append(papers, oaitest.Paper{ID: id, Title: "On Paper " + id[8:], Abstract: "The field is old. We show it anew. It is useful.", AuthorLine: "Ada Lovelace", Categories: []string{"cs.LG"}, Versions: []time.Time{at}, Datestamp: at.Format(time.DateOnly)})
	}
	arxiv := oaitest.New(t, papers, oaitest.Faults{})
	asks := harvest.Settings{API: arxiv.URL + "/api/query", Arxiv: harvest.NewPace("test", 0)}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<meta name="citation_title" content="Read Elsewhere"><meta name="citation_author" content="Turing, Alan"><meta name="citation_abstract" content="We say it on a page.">`)
	}))
	t.Cleanup(elsewhere.Close)
	v = &town{t: t, House: openHouse(t, func(c *Config) {
		c.Account, c.Index = everyWay, t.TempDir()
		c.Edition = edition.Settings{Desk: true, Hour: 6 * time.Hour, Submit: edition.Submitting{Window: 30, PerDay: 3, Direct: edition.DeskOnly}}
		c.Outside = Outside{ArXiv: asks.ByID, Pages: fetch.New(fetch.Config{Private: true})}
	})}
	v.serve(httptest.NewUnstartedServer(nil))
	for handle, role := range map[string]account.Role{"mara": account.Reader, "noor": account.Desk, "olga": account.Desk} {
		accounttest.Create(t, v.Accounts, v.DB, handle, role)
	}
	if err := v.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { v.watch(t.Context()); close(done) }()
	t.Cleanup(func() { <-done })
	return v, elsewhere.URL + "/paper"
}

// TestDeskOfTwo has a reader put in a paper that arXiv has and one that it has not, and
// two people make the next edition of them, with and without script.
func TestDeskOfTwo(t *testing.T) {
	for _, script := range []bool{true, false} {
		t.Run(map[bool]string{true: "with script", false: "without"}[script], func(t *testing.T) {
			browsertest.Open(t) // skips where there is no browser
			v, page := openPress(t)
			mara, noor, olga := v.seat("mara", script), v.seat("noor", script), v.seat("olga", script)
			act := (*browsertest.Tab).Click
			if script {
				act = (*browsertest.Tab).Press
			}
			shoot := func(b *browsertest.Tab, name string) {
				for _, width := range []int64{1280, 390} {
					if script {
						b.Shoot(fmt.Sprintf("%s-%d-light", name, width), width, false)
						b.Shoot(fmt.Sprintf("%s-%d-dark", name, width), width, true)
					}
				}
			}

			// The reader.
			mara.Go(v.base + "/")
			mara.Click("footer a[href='/submit']")
			mara.Type("#any", "2604.99999")
			mara.Click(".query .btn")
			says(t, mara, "#any-e", "arXiv has no 2604.99999.")
			mara.Type("#any", "arxiv.org/pdf/2604.00001v1#page=3")
			mara.Click(".query .btn")
			says(t, mara, "main", "On Paper 01")
			says(t, mara, "main", "not yet")
			mara.Type("#nt", "It repeats on one machine.")
			shoot(mara, "submit")
			mara.Click("form[action='/submit/paper'] .btn")
			says(t, mara, ".note", "You put it in: with the desk")
			for _, any := range []string{"2604.00002", page} {
				mara.Type("#any", any)
				mara.Click(".query .btn")
				mara.Click("form[action='/submit/paper'] .btn")
				says(t, mara, ".note", "You put it in: with the desk")
			}
			says(t, mara, "#yours", "Read Elsewhere")
			mara.Type("#any", "2604.00001")
			mara.Click(".query .btn")
			says(t, mara, ".note", "before")

			// The desk: one keeps, the other sees it; both want something else of one paper.
			id := map[string]string{}
			list, err := v.Editions.Candidates(t.Context(), v.makes(t))
			if err != nil || len(list) != 3 {
				t.Fatal(len(list), err)
			}
			for _, c := range list {
				id[c.Paper.Title] = fmt.Sprintf("#c%d", c.Paper.ID)
			}
			one, two, other := id["On Paper 01"], id["On Paper 02"], id["Read Elsewhere"]
			noor.Go(v.base + "/desk")
			olga.Go(v.base + "/desk")
			says(t, noor, one, "It repeats on one machine.")
			act(noor, one+" [value=keep]")
			says(t, noor, "#order", "On Paper 01")
			if script {
				says(t, olga, "#order", "On Paper 01") // by itself
				says(t, olga, "#told", "noor kept it")
				olga.Go(v.base + "/desk")
				olga.Keys("j")
				for range 3 {
					olga.Keys("j")
				}
				olga.Keys("k") // the middle one
				olga.Keys("y")
				olga.Wait("#order li:nth-child(2)")
				act(olga, other+" [value=keep]")
			} else {
				act(olga, one+" [value=skip]")
				says(t, olga, ".note[role=alert]", "Meanwhile noor kept it")
				act(olga, two+" [value=keep]")
				act(olga, other+" [value=keep]")
			}
			olga.Wait("#order li:nth-child(3)")
			noor.Go(v.base + "/desk")
			if script {
				noor.Drag(other, one)
				says(t, noor, "#order li:first-child", "Read Elsewhere")
				noor.Press(other + " [value=down]")
				says(t, noor, "#order li:first-child", "On Paper 01")
			}
			act(noor, other+" [value=lead]")
			says(t, noor, "#order li:first-child", "Read Elsewhere")
			act(noor, two+" [value=skip]")
			for try := 0; noor.Has("#order " + two); try++ {
				if try == 40 {
					t.Fatal("the skipped paper stays in the order")
				}
				time.Sleep(50 * time.Millisecond)
			}
			noor.Press(one + " details:last-of-type summary")
			noor.Choose(one+" select", "It is useful.")
			noor.Type(one+" textarea", "Read it twice.")
			noor.Click(one + " [value=say]")
			says(t, noor, one+" .claim", "It is useful.")
			says(t, noor, one, "The desk: Read it twice.")
			act(noor, "[value=undo]") // the note
			for try := 0; strings.Contains(noor.Text(one), "The desk: Read it twice."); try++ {
				if try == 40 {
					t.Fatal("the note stays")
				}
				time.Sleep(50 * time.Millisecond)
			}
			shoot(noor, "desk")
			noor.Go(v.base + "/desk/preview")
			says(t, noor, ".lead", "Read Elsewhere")

			// The edition.
			olga.Go(v.base + "/desk/publish")
			says(t, olga, "main", "2 papers in your order")
			olga.Click("form[action='/desk/publish'] .btn")
			v.shows(mara, "/", ".lead", "Read Elsewhere")
			says(t, mara, ".second", "It is useful.")
			says(t, mara, ".lead", "First by the choice of the desk.")
			mara.Go(v.base + "/papers/2604.00001")
			says(t, mara, "article", "mara, who put it in: “It repeats on one machine.”")
			v.shows(mara, "/submit", "#yours", "printed 1st in No. 1")
			says(t, mara, "#yours", "printed 2nd in No. 1")
			says(t, mara, "#yours", "skipped by the desk")
			mara.Type("#any", page)
			mara.Click(".query .btn")
			says(t, mara, ".note", "printed 1st in No. 1")
		})
	}
}

// makes returns the day whose edition is made.
func (v *town) makes(t *testing.T) string {
	m, err := v.Editions.Making(t.Context(), v.Config.Now())
	if err != nil {
		t.Fatal(err)
	}
	return m.Day
}
