package server

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"broadsheet/db"
	"broadsheet/web/browsertest"
)

// TestKeeping has a reader save, read, note and collect papers, show a collection,
// follow and mute, take everything along and leave, with and without script.
func TestKeeping(t *testing.T) {
	for _, script := range []bool{true, false} {
		name := map[bool]string{true: "with script", false: "without"}[script]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			browsertest.Open(t) // skips where there is no browser
			v := openForum(t)
			mara, ben := v.seat("mara", script), v.seat("ben", script)
			click := (*browsertest.Tab).Click
			if script {
				click = (*browsertest.Tab).Press
			}
			v.keepPapers(t, mara, click, script)
			v.collectPapers(t, mara, ben)
			v.followAndMute(t, mara, ben, click)
			v.takeAndLeave(t, mara, ben)
		})
	}
}

type clicking func(b *browsertest.Tab, selector string)

// keepPapers saves papers in the edition, and reads one.
func (v *town) keepPapers(t *testing.T, mara *browsertest.Tab, click clicking, script bool) {
	mara.Go(v.base + "/")
	says(t, mara, ".dateline", "0 read")
	click(mara, "#p1 .save")
	says(t, mara, "#p1 .save", "Saved")
	v.shows(mara, "/", "#p1 .save", "Saved")
	click(mara, "#p1 .save")
	says(t, mara, "#p1 .save", "Save")
	v.shows(mara, "/", "#p1 .save", "Save")
	if mara.Has("#p1 .save[aria-pressed=true]") {
		t.Error("what was let go of is saved")
	}
	if script { // j to the first paper, s to save it
		mara.Keys("j")
		mara.Keys("s")
		says(t, mara, "#p1 .save", "Saved")
	} else {
		mara.Click("#p1 .save")
	}
	mara.Click("#p1 .title a")
	says(t, mara, "#mine", "Mark unread")
	v.shows(mara, "/", ".dateline", "1 read")
	says(t, mara, "aside.rail", "1 of 2 read")
	mara.Click("aside.rail a[href='/?show=unread']")
	if !mara.Has("#p1[hidden]") || mara.Has("#p2[hidden]") {
		t.Error("asked for the unread, the wrong papers show")
	}
	mara.Click("aside.rail a[href='/']")
	mara.Click("#p1 .title a")
	mara.Click("#mine button[name=read]")
	says(t, mara, "#mine", "Mark read")
	if v.shows(mara, "/", ".dateline", "0 read"); mara.Has("#p1[data-read]") {
		t.Error("what was marked unread is read")
	}
}

// collectPapers notes something, and makes a collection that others then see.
func (v *town) collectPapers(t *testing.T, mara, ben *browsertest.Tab) {
	mara.Go(v.base + "/library")
	says(t, mara, "main", "On Paper")
	mara.Press("#p1 details summary")
	mara.Type("#p1 textarea", "Ask before presenting.")
	mara.Click("#p1 button[name=keep]")
	says(t, mara, "#p1 .jot", "Ask before presenting.")
	mara.Press("nav[aria-label=Collections] summary")
	mara.Type("#nc", "Reading group")
	mara.Click("form[action='/library/collection'] button")
	says(t, mara, "main", "Nothing here yet.")
	mara.Go(v.base + "/library")
	mara.Press("#p1 input[name=paper]")
	mara.Click("button[value=put]")
	says(t, mara, "section[aria-labelledby=c-reading-group]", "On Paper")

	ben.Go(v.base + "/@mara/reading-group")
	says(t, ben, "main", "mara shows no such collection.")
	mara.Go(v.base + "/library?in=reading-group")
	mara.Type("#cn", "One a fortnight.")
	mara.Press("input[name=public]")
	mara.Click("button[value=edit]")
	ben.Go(v.base + "/@mara")
	ben.Click("main a[href='/@mara/reading-group']")
	says(t, ben, "main", "One a fortnight.")
	says(t, ben, "main", "On Paper")
	if strings.Contains(ben.Text("main"), "Ask before presenting.") {
		t.Error("a private note stands in public")
	}
}

// followAndMute follows a reader and an author, and mutes a word of what comes of it.
func (v *town) followAndMute(t *testing.T, mara, ben *browsertest.Tab, click clicking) {
	ben.Go(v.base + "/@mara")
	click(ben, "button[name=follow]")
	says(t, ben, "button[name=follow]", "Following")
	v.shows(ben, "/following", "main", "In “Reading group”, a collection of mara.")
	ben.Type("input[aria-label=Name]", "Ada Lovelace")
	ben.Click("form[action='/follow'] button")
	says(t, ben, "main", "Ada Lovelace wrote it.")
	says(t, ben, "main", "2 papers")
	ben.Type("#muted input[name=key]", "02")
	ben.Click("#muted form[action='/mute'] button")
	says(t, ben, "main", "1 paper")
	says(t, ben, "#muted", "They kept back 1 paper")
	ben.Click("#muted .index button")
	says(t, ben, "main", "2 papers")
	ben.Click("article form[action*='kind=paper'] button")
	says(t, ben, "main", "1 paper")
	says(t, ben, "#muted", "until its next version")
	if err := v.DB.Transact(t.Context(), func(tx *db.Tx) error { // as if ben had looked before anything came in
		_, err := tx.Exec(t.Context(), `UPDATE looked SET before = 0`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	v.shows(ben, "/following", "aside", "1 new")
	for _, width := range []int64{1280, 390} {
		ben.Shoot(fmt.Sprintf("following-new-%d-light", width), width, false)
		ben.Shoot(fmt.Sprintf("following-new-%d-dark", width), width, true)
	}
	ben.Click("#muted .index button")
	says(t, ben, "main", "2 papers")
	ben.Click("aside form[action*='Ada'] button[name=follow]")
	says(t, ben, "main", "1 paper")
	mara.Go(v.base + "/@ben")
	says(t, mara, "main", "Follow")
}

// takeAndLeave has mara take everything along and leave.
func (v *town) takeAndLeave(t *testing.T, mara, ben *browsertest.Tab) {
	a, err := v.Accounts.ByHandle(t.Context(), "mara")
	if err != nil {
		t.Fatal(err)
	}
	mara.Go(v.base + "/account")
	says(t, mara, "#data", "Saved, with notes")
	if !mara.Has("#data a[href='/account/export'][download]") {
		t.Error("nothing leads to the export")
	}
	var b bytes.Buffer
	if err := v.Accounts.Export(t.Context(), a.ID, &b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || !slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == "collections.json" }) {
		t.Errorf("the export has no collections: %v", err)
	}
	mara.Type("#del", "mara@readers.test")
	mara.Click("form[action='/account/leave'] button")
	ben.Go(v.base + "/@mara")
	says(t, ben, "main", "There is no reader @mara here.")
	ben.Go(v.base + "/following")
	if strings.Contains(ben.Text("main"), "Reading group") {
		t.Error("a collection outlives its reader")
	}
}
