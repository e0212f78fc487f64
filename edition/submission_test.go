package edition_test

import (
	"testing"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

func entry(p *paper.Paper, by int64, role account.Role) edition.Entry {
	return edition.Entry{Paper: p, By: edition.Submitter{Account: by, Handle: "zed", Role: role}}
}

// TestSubmitWithoutADesk puts a paper into today's edition.
func TestSubmitWithoutADesk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := build(d, edition.Settings{Categories: []string{"cs.LG"}, Submit: edition.Submitting{Window: 30, PerDay: 3}})
		h.put(t, announced(2, "2026-04-13", "cs.LG"), featured(3, at(8), 1))
		e := entry(announced(1, "", "math.AG"), zed, account.Reader)
		e.Links = []paper.Link{{Kind: paper.Code, URL: "https://git.example/x"}}
		x, err := h.editions.Submit(t.Context(), at(10), e)
		if err != nil || x.State != edition.Printed || x.Day != "2026-04-14" {
			t.Fatalf("%+v, %v", x, err)
		}
		if again, err := h.editions.Submit(t.Context(), at(10), e); err != nil || again.ID != x.ID {
			t.Errorf("put in twice: %+v, %v", again, err)
		}
		h.submit(t, at(11), 2, zed) // moves up from what was only announced
		h.put(t)
		if got, want := h.show(t), "04-14 No.1 3+0: 3 1 2\n"; got != want {
			t.Errorf("%swant:\n%s", got, want)
		}
		p, err := h.papers.Find(t.Context(), e.Paper.Identifiers[0])
		if err != nil || p.Link(paper.Code) == nil || !p.Link(paper.Code).Reader || p.Featured == nil || p.Featured.Source != "here" {
			t.Errorf("%+v, %v", p, err)
		}
		held := announced(3, "", "cs.LG")
		if _, err := h.editions.Submit(t.Context(), at(11), entry(held, zed, account.Reader)); !fault.Is(err, fault.KindClash) {
			t.Errorf("what stands already: %v", err)
		}
		pl, err := h.editions.Place(t.Context(), d, p.ID)
		if err != nil || pl.Submitter != "zed" {
			t.Errorf("%+v, %v", pl, err)
		}
	})
}

// TestSubmitLimits refuses what the settings do not let in.
func TestSubmitLimits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := began(t, d, withDesk)
		old := announced(1, "", "cs.LG")
		old.Submitted = at(10).AddDate(0, 0, -31)
		submit := func(p *paper.Paper, role account.Role, want fault.Kind) {
			t.Helper()
			if _, err := h.editions.Submit(t.Context(), at(10), entry(p, zed, role)); fault.KindOf(err) != want {
				t.Errorf("%s: %v", p.Identifiers[0], err)
			}
		}
		submit(old, account.Reader, fault.KindInvalid)
		submit(announced(2, "", "cs.LG"), account.Reader, fault.Internal) // no error
		submit(announced(2, "", "cs.LG"), account.Reader, fault.Internal)
		submit(announced(3, "", "cs.LG"), account.Reader, fault.Internal)
		submit(announced(4, "", "cs.LG"), account.Reader, fault.KindOften)
		submit(old, account.Desk, fault.Internal)
		if got, want := h.desk(t, "2026-04-15"), "|1 2? 3?|"; got != want {
			t.Errorf("the desk has %s, want %s", got, want)
		}
		if n, err := h.editions.Left(t.Context(), at(24+10), zed); n != 2 || err != nil {
			t.Errorf("%d left the day after, %v", n, err)
		}
		for _, bad := range []string{"javascript:alert(1)", "//x", "https://a:b@c.example", "no"} {
			e := entry(announced(5, "", "cs.LG"), noor, account.Reader)
			e.Links = []paper.Link{{Kind: paper.Project, URL: bad}}
			if _, err := h.editions.Submit(t.Context(), at(10), e); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("the link %q: %v", bad, err)
			}
		}
		none := build(d, edition.Settings{})
		if _, err := none.editions.Submit(t.Context(), at(10), entry(announced(9, "", "cs.LG"), zed, account.Reader)); !fault.Is(err, fault.KindRefused) {
			t.Errorf("where readers put in none: %v", err)
		}
	})
}

// TestDirect says whose papers need no desk, and what becomes of what was skipped.
func TestDirect(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := withDesk
		s.Submit.Direct = edition.Known
		h := began(t, d, s)
		h.submit(t, at(10), 1, zed)
		h.submit(t, at(10), 2, zed)
		if got := h.desk(t, "2026-04-15"); got != "|1? 2?|" {
			t.Errorf("from who is not known yet: %s", got)
		}
		h.do(t, at(11), edition.Request{Desk: ada, Do: edition.Keep, Paper: h.id(t, 1)})
		h.do(t, at(11), edition.Request{Desk: ada, Do: edition.Skip, Paper: h.id(t, 2)})
		h.do(t, at(11), edition.Request{Desk: ada, Do: edition.Publish})
		fates(t, h, "1 printed 2026-04-15, 2 skipped 2026-04-15")
		h.submit(t, at(24+10), 3, zed)
		h.submit(t, at(24+10), 2, noor) // once more, by somebody else
		if got := h.desk(t, "2026-04-16"); got != "|2? 3|" {
			t.Errorf("from who is known: %s", got)
		}
		if err := d.Transact(t.Context(), func(tx *db.Tx) error { return h.editions.Leave(t.Context(), tx, noor, true) }); err != nil {
			t.Fatal(err)
		}
		if got := h.desk(t, "2026-04-16"); got != "|2? 3|" { // zed had put it in, too
			t.Errorf("after one has left: %s", got)
		}
		var parts []string
		if err := h.editions.Export(t.Context(), zed, func(name string, part any) error { parts = append(parts, name); return nil }); err != nil || len(parts) != 1 {
			t.Errorf("%v, %v", parts, err)
		}
	})
}

// TestOwnMeetsArXiv puts in a page that arXiv does not know. It has an identifier of
// ours; when arXiv tells of it later, both are one paper, the desk's decision and the
// reader's submission stand, and the old address leads to the new one.
func TestOwnMeetsArXiv(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := began(t, d, withDesk)
		doi := paper.Identifier{Scheme: paper.DOI, Value: "10.1000/x"}
		page := func() *paper.Paper {
			return &paper.Paper{Identifiers: []paper.Identifier{doi}, Title: "On a page", Abstract: "A", Form: paper.Plain, Authority: paper.FromPage}
		}
		if _, err := h.editions.Submit(t.Context(), at(10), entry(page(), zed, account.Reader)); err != nil {
			t.Fatal(err)
		}
		own, err := h.papers.Find(t.Context(), doi)
		if err != nil || own.Identifier(paper.Own) == "" || own.Key != own.Identifier(paper.Own) {
			t.Fatalf("%+v, %v", own, err)
		}
		h.do(t, at(11), edition.Request{Desk: ada, Do: edition.Keep, Paper: own.ID})

		// arXiv's record comes first without the DOI, and then with it.
		h.put(t, announced(7, "2026-04-15", "cs.LG"))
		told := announced(7, "2026-04-15", "cs.LG")
		told.Identifiers = append(told.Identifiers, doi)
		h.put(t, told)
		p, err := h.papers.Find(t.Context(), paper.Identifier{Scheme: paper.Own, Value: own.Key})
		if err != nil || p.Key != "2604.00007" || p.Title != "T" {
			t.Fatalf("%+v, %v", p, err)
		}
		if got := h.desk(t, "2026-04-15"); got != "7||" {
			t.Errorf("the desk has %s", got)
		}
		h.do(t, at(12), edition.Request{Desk: ada, Do: edition.Publish})
		fates(t, h, "7 printed 2026-04-15")
		if got, want := h.show(t), "04-15 No.1 1+0: 7\n"; got != want {
			t.Errorf("%swant:\n%s", got, want)
		}
		if x, err := h.editions.Submit(t.Context(), at(13), entry(page(), zed, account.Reader)); err != nil || x.State != edition.Printed {
			t.Errorf("by its old name: %+v, %v", x, err)
		}
	})
}
