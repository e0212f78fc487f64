package server

import (
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/paper"
	"broadsheet/web/browsertest"
)

// openForum opens a town with papers in an edition, and readers who can sign in.
func openForum(t *testing.T) *town {
	v := openTown(t, everyWay)
	ctx := t.Context()
	at := time.Now().Add(-time.Hour)
	var list []*paper.Paper
	for _, id := range []string{"2604.00001", "2604.00002"} {
		list = append(list, &paper.Paper{
			Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: id}}, Title: "On Paper " + id[8:], Abstract: "We show it.", Form: paper.TeX, Authority: paper.FromArXiv,
			Figures: paper.Figures{Votes: 7, At: at},
			Record:  paper.Record{Authors: []paper.Author{{Name: "Ada Lovelace"}, {Name: "Ben Readers"}}, Featured: &paper.Feature{Source: "upstream", At: at}, Links: []paper.Link{{Kind: paper.Project, URL: "https://readers.test/paper"}}},
		})
	}
	if err := v.DB.Transact(ctx, func(tx *db.Tx) error {
		_, err := v.Papers.Put(ctx, tx, "test", at, list...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for handle, role := range map[string]account.Role{"mara": account.Reader, "ben": account.Reader, "noor": account.Desk} {
		accounttest.Create(t, v.Accounts, v.DB, handle, role)
	}
	if err := v.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { v.watch(ctx); close(done) }()
	t.Cleanup(func() { <-done }) // the context has ended by then
	return v
}

// seat opens a browser in which somebody has signed in.
func (v *town) seat(handle string, script bool) *browsertest.Tab {
	v.t.Helper()
	b := browsertest.Open(v.t)
	if !script {
		b.NoScript()
	}
	b.Go(v.base + "/sign-in")
	b.Type("#e", handle+"@readers.test")
	b.Click("form[action='/sign-in'] button")
	b.Go(v.post())
	b.Click("main button")
	return b
}

func says(t *testing.T, b *browsertest.Tab, selector, want string) {
	t.Helper()
	for try := 0; ; try++ { // a script may still be drawing
		got := b.Text(selector)
		if strings.Contains(got, want) {
			return
		}
		if try == 40 {
			t.Errorf("%s says %q, want %q", selector, got, want)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// shows opens a page until it says what was done a moment ago by a script.
func (v *town) shows(b *browsertest.Tab, path, selector, want string) {
	v.t.Helper()
	for try := 0; ; try++ {
		b.Go(v.base + path)
		got := b.Text(selector)
		if strings.Contains(got, want) {
			return
		}
		if try == 40 {
			v.t.Errorf("%s: %s says %q, want %q", path, selector, got, want)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestDiscussion has readers vote, comment with a formula, answer, report and claim,
// and the desk remove a comment and grant the claim, with and without script.
func TestDiscussion(t *testing.T) {
	for _, script := range []bool{true, false} {
		name := map[bool]string{true: "with script", false: "without"}[script]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			browsertest.Open(t) // skips where there is no browser
			v := openForum(t)
			mara, ben, noor := v.seat("mara", script), v.seat("ben", script), v.seat("noor", script)
			click := (*browsertest.Tab).Click
			if script {
				click = (*browsertest.Tab).Press
			}

			// A vote from the list, undone, and given again.
			mara.Go(v.base + "/")
			click(mara, "#p1 .vote")
			says(t, mara, "#p1 .vote", "8")
			if got := mara.Has("#p1 .vote[aria-pressed=true]"); !got {
				t.Error("the vote is not pressed")
			}
			v.shows(mara, "/", "#p1 .vote", "8")
			click(mara, "#p1 .vote")
			says(t, mara, "#p1 .vote", "7")
			v.shows(mara, "/papers/2604.00001", ".acts--bar .vote", "7")
			click(mara, ".acts--bar .vote")
			says(t, mara, ".acts--bar .vote", "8")
			v.shows(mara, "/papers/2604.00001", ".rail", "Here 1 reader voted, without showing their names.")

			// A comment with a formula, an answer, and what one thinks of it. What is half
			// written stays when a vote finds no server.
			mara.Type("#cm", "Is $\\sqrt{2/n}$ **tight**?")
			if script {
				mara.Offline(true)
				mara.Press(".acts--bar .vote")
				says(t, mara, "#say", "does not answer")
				mara.Offline(false)
				if got := mara.Text(".acts--bar .vote"); !strings.Contains(got, "8") {
					t.Errorf("a vote that was not sent is drawn: %q", got)
				}
			}
			mara.Click("form[action^='/comment/'] .btn")
			says(t, mara, ".cmt .txt", "tight")
			if !mara.Has(".cmt .txt msqrt") || !mara.Has(".cmt .txt strong") {
				t.Error("the formula or the emphasis is not drawn")
			}
			ben.Go(v.base + "/papers/2604.00001")
			click(ben, ".cmt .vote")
			says(t, ben, ".cmt .vote", "1")
			ben.Click(".cmt .acts a[href$='#reply']")
			ben.Type("#cm", "For $n = 2$ it is, @mara.")
			ben.Click("form[action^='/comment/'] .btn")
			says(t, ben, ".replies .txt", "it is")

			// A change, whose history is kept.
			mara.Go(v.base + "/papers/2604.00001")
			mara.Click(".cmt .acts a[href$='#edit']")
			mara.Type("#ed", "Is it tight?")
			mara.Click("form[action$='/edit'] button")
			says(t, mara, ".cmt .txt", "Is it tight?")
			mara.Click(".by a[href$='#history']")
			says(t, mara, "aside", "sqrt{2/n}")

			// A report, and what the desk makes of it.
			mara.Go(v.base + "/papers/2604.00001")
			mara.Click(".replies .acts a[href$='#report']")
			mara.Type("#rp", "of a person")
			mara.Click("form[action$='/report'] button")
			says(t, mara, "main .note", "Reported.")
			noor.Go(v.base + "/moderation/reports")
			says(t, noor, "main h1", "Reports and log")
			if script {
				for width, name := range map[int64]string{1280: "moderation-desk-1280", 390: "moderation-desk-390"} {
					noor.Shoot(name+"-light", width, false)
					noor.Shoot(name+"-dark", width, true)
				}
			}
			noor.Type("#w1", "It names the reader, not the work.")
			noor.Click("button[value=act]")
			says(t, noor, "main", "No reports are open.")
			says(t, noor, "main", "It names the reader, not the work.")
			ben.Go(v.base + "/papers/2604.00001")
			says(t, ben, "#talk", "Comment removed by the desk")
			ben.Go(v.base + "/moderation")
			ben.Type("#yours .input", "I named nobody.")
			ben.Click("#yours button")
			says(t, ben, "#yours", "under appeal")

			// A claim that a mail address proves, and one that the desk decides.
			ben.Go(v.base + "/account")
			ben.Type("#nm", "Ben Readers")
			ben.Click("#profile .btn")
			ben.Go(v.base + "/record/2604.00001")
			ben.Choose("#au", "Ben Readers")
			ben.Click("form[action^='/claim/'] .btn")
			says(t, ben, "main", "By a verified mail address at readers.test")
			mara.Go(v.base + "/papers/2604.00001")
			says(t, mara, "article", "one author has claimed this paper")
			mara.Click("aside a[href$='#claim']")
			mara.Choose("#au", "Ada Lovelace")
			mara.Type("#ev", "Ask me.")
			mara.Click("form[action^='/claim/'] .btn")
			says(t, mara, "main", "waits for the desk")
			noor.Go(v.base + "/moderation/reports")
			noor.Type("#cw2", "No page names you.")
			noor.Click("button[value=refuse]")
			mara.Go(v.base + "/papers/2604.00001")
			says(t, mara, ".rail", "was refused")

			// The desk closes the discussion.
			noor.Go(v.base + "/papers/2604.00001")
			noor.Press("#talk details summary")
			noor.Type("#lw", "It has wandered off.")
			noor.Click("button[value=lock]")
			mara.Go(v.base + "/papers/2604.00001")
			says(t, mara, "#talk .note", "The desk closed this discussion")
			if mara.Has("#cm") {
				t.Error("there is still a form")
			}
			if script {
				for width, name := range map[int64]string{1280: "paper-talk-1280", 390: "paper-talk-390"} {
					mara.Shoot(name+"-light", width, false)
					mara.Shoot(name+"-dark", width, true)
				}
			}
		})
	}
}

// TestVisitorsSignInToVote has somebody vote who has not signed in: they are led
// there, and what they asked for is not done behind their back.
func TestVisitorsSignInToVote(t *testing.T) {
	for _, script := range []bool{true, false} {
		b := browsertest.Open(t)
		v := openForum(t)
		if !script {
			b.NoScript()
		}
		b.Go(v.base + "/papers/2604.00001")
		b.Click(".acts--bar .vote")
		if !strings.Contains(b.Address(), "/sign-in?next=") {
			t.Errorf("script %v: a visitor's vote leads to %s", script, b.Address())
		}
		b.Go(v.base + "/papers/2604.00001")
		says(t, b, ".acts--bar .vote", "7")
	}
}
