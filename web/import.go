package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/cite"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/search"
)

// ImportPath is where files of citations are posted, which may be larger than any form.
const ImportPath = "/library/import"

// mountImport adds the addresses by which readers bring their references along.
func (h *Handler) mountImport(mux *http.ServeMux) {
	h.route(mux, "GET "+ImportPath, account.Own, h.importPage)            // what waits for the reader
	h.route(mux, "POST "+ImportPath, account.Keep, h.importFile)          // a file
	h.route(mux, "POST "+ImportPath+"/decide", account.Keep, h.decideAll) // what becomes of its works
}

// ImportData is what the page of an import is made of.
type ImportData struct {
	Read        *cite.Reading // of the file that was just posted; nil for none
	Added       int           // of its works that are new
	Waiting     []cite.Held
	Counts      map[cite.State]int
	Papers      map[int64]*paper.Paper
	Collections []library.Collection
	Wrong       error
}

// ImportPage shows what was found of imported works, and lets the reader decide.
type ImportPage struct {
	Page
	Says        []string
	Wrong       string
	Problems    []string
	Matched     []ImportRow
	Unsure      []ImportRow
	Unknown     []ImportRow
	More        map[string]string // by state, how many are not shown
	Numbers     map[string]string
	Collections []Choice
	Waiting     bool
	Most        int // megabytes
}

func (*ImportPage) template() string { return "import" }

// ImportRow is a work, and the papers that it could be.
type ImportRow struct {
	Sum    string
	Title  string
	Facts  []string
	Papers []ImportPaper
	Search Link
}

// ImportPaper is a paper that a work could be.
type ImportPaper struct {
	ID int64
	Entry
}

// shownOfImport is how many works of each state the page shows at once.
const shownOfImport = 200

// ImportPageOf makes the page of an import.
func ImportPageOf(s Site, d ImportData) *ImportPage {
	v := &ImportPage{Page: s.page("Import citations", "works"), Numbers: map[string]string{}, More: map[string]string{}, Most: cite.MaxFile >> 20}
	v.NoIndex = true
	if d.Wrong != nil {
		v.Wrong = fault.Message(d.Wrong)
	}
	if r := d.Read; r != nil {
		says := fmt.Sprintf("%s read as %s: %s new", count(len(r.Items), "work"), r.Format, number(d.Added))
		if old := len(r.Items) - d.Added; old > 0 {
			says += fmt.Sprintf(", %s here before", number(old))
		}
		v.Says = append(v.Says, says+".")
		for _, p := range r.Problems {
			v.Problems = append(v.Problems, p.String())
		}
	}
	for _, c := range d.Collections {
		v.Collections = append(v.Collections, Choice{Value: fmt.Sprint(c.ID), Text: c.Title})
	}
	for _, held := range d.Waiting {
		row := s.importRow(held, d.Papers)
		switch {
		case held.State == cite.Matched && len(row.Papers) > 0:
			v.Matched = append(v.Matched, row)
		case held.State == cite.Unsure && len(row.Papers) > 0:
			v.Unsure = append(v.Unsure, row)
		default:
			v.Unknown = append(v.Unknown, row)
		}
	}
	for _, state := range []cite.State{cite.Matched, cite.Unsure, cite.Unknown, cite.Taken, cite.Aside} {
		n := d.Counts[state]
		v.Numbers[string(state)] = number(n)
		if n > shownOfImport && state != cite.Taken && state != cite.Aside {
			v.More[string(state)] = fmt.Sprintf("The first %d of %s; the next follow when these are decided.", shownOfImport, number(n))
		}
	}
	v.Waiting = len(d.Waiting) > 0
	if done := d.Counts[cite.Taken] + d.Counts[cite.Aside]; done > 0 {
		v.Says = append(v.Says, fmt.Sprintf("Decided: %s taken, %s set aside. All of them stay in the export of your library.", number(d.Counts[cite.Taken]), number(d.Counts[cite.Aside])))
	}
	return v
}

func (s Site) importRow(held cite.Held, papers map[int64]*paper.Paper) ImportRow {
	x := held.Item
	row := ImportRow{Sum: held.Sum, Title: x.Title, Search: Link{Text: "Search for it", Href: SearchAsked{Text: clip(x.Title, 200), By: search.Both, Order: search.Best, Page: 1}.path()}}
	if row.Title == "" {
		row.Title = "Without a title"
	}
	if len(x.Authors) > 0 {
		who := x.Authors[0].String()
		if n := len(x.Authors) - 1; n > 0 {
			who += " and " + count(n, "other")
		}
		row.Facts = append(row.Facts, who)
	}
	for _, fact := range []string{x.Issued.String(), x.Container, x.ArXiv, x.DOI} {
		if fact != "" {
			row.Facts = append(row.Facts, clip(fact, 80))
		}
	}
	for _, id := range append([]int64{held.Paper}, held.Near...) {
		if p := papers[id]; p != nil {
			day := ""
			if !p.Submitted.IsZero() {
				day = shortDate(p.Submitted)
			}
			row.Papers = append(row.Papers, ImportPaper{id, s.entry(p, who(p), day)})
		}
	}
	return row
}

func (h *Handler) importPage(w http.ResponseWriter, r *http.Request) error {
	return h.showImport(w, r, ImportData{})
}

func (h *Handler) showImport(w http.ResponseWriter, r *http.Request, d ImportData) error {
	ctx, v := r.Context(), account.From(r.Context())
	site, err := h.site(r)
	if err != nil {
		return err
	}
	site.Path = ImportPath
	if d.Waiting, d.Counts, err = h.Shelf.Waiting(ctx, v.ID, shownOfImport); err != nil {
		return err
	}
	if d.Collections, err = h.Library.Collections(ctx, v.ID); err != nil {
		return err
	}
	var ids []int64
	for _, x := range d.Waiting {
		ids = append(append(ids, x.Paper), x.Near...)
	}
	d.Papers = map[int64]*paper.Paper{}
	if err := h.eachPaper(ctx, ids, func(p *paper.Paper) error {
		d.Papers[p.ID] = p
		return nil
	}); err != nil {
		return err
	}
	return h.showOnce(w, r, ImportPageOf(site, d))
}

// importFile reads a file, finds out what its works are, and puts them on the reader's
// shelf. Nothing is saved yet.
func (h *Handler) importFile(w http.ResponseWriter, r *http.Request) error {
	d := ImportData{}
	text, err := postedFile(r)
	if err == nil {
		d.Read, err = cite.Read(text)
	}
	if err == nil {
		d.Added, err = h.shelve(r.Context(), account.From(r.Context()).ID, d.Read.Items)
	}
	if err != nil && !fault.Is(err, fault.KindInvalid) && !fault.Is(err, fault.KindClash) {
		return err
	}
	d.Wrong = err
	if err != nil {
		d.Read = nil
	}
	return h.showImport(w, r, d)
}

// postedFile returns the file of a form, or the text that was pasted into it.
func postedFile(r *http.Request) (io.Reader, error) {
	const inMemory = 1 << 20
	err := r.ParseMultipartForm(inMemory)
	if err != nil {
		return nil, fault.Invalid("The form could not be read; a file has at most %d MB.", cite.MaxFile>>20)
	}
	if text := r.PostFormValue("text"); strings.TrimSpace(text) != "" {
		return strings.NewReader(text), nil
	}
	file, _, err := r.FormFile("file")
	if err != nil {
		return nil, fault.Invalid("Choose a file, or paste its text.")
	}
	return file, nil
}

// shelve finds out what works are and puts them on the shelf of an account. Titles are
// looked up for as long as a reader would wait; works beyond that are unknown.
func (h *Handler) shelve(ctx context.Context, account int64, items []*cite.Item) (int, error) {
	const patience = 30 * time.Second
	until := h.Now().Add(patience)
	m := cite.Matcher{Papers: h.Papers}
	if h.Finder != nil {
		m.Alike = h.alikeByTitle
	}
	list := make([]cite.Match, 0, len(items))
	for _, x := range items {
		if h.Now().After(until) {
			m.Alike = nil
		}
		found, err := m.Match(ctx, x)
		if err != nil {
			return 0, err
		}
		list = append(list, found)
	}
	return h.Shelf.Put(ctx, h.Now(), account, list)
}

// alikeByTitle finds papers with the words of a title.
func (h *Handler) alikeByTitle(ctx context.Context, title string) ([]*paper.Paper, error) {
	const most = 3
	page, err := h.Finder.Find(ctx, search.Ask{Query: search.Plain(clip(title, search.MaxQuery-1)), Mode: search.WordsOnly, Order: search.Best, Limit: most})
	if err != nil {
		return nil, err
	}
	var list []*paper.Paper
	for _, f := range page.List {
		list = append(list, f.Paper)
	}
	return list, nil
}

// decideAll does what a reader decided: it saves what they took, into a collection where
// they named one, and sets the rest aside.
func (h *Handler) decideAll(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	ctx, form, v := r.Context(), r.PostForm, account.From(r.Context())
	if form.Get("do") == "forget" {
		if err := h.Shelf.Forget(ctx, v.ID, form["unknown"]...); err != nil {
			return err
		}
		http.Redirect(w, r, ImportPath, http.StatusSeeOther)
		return nil
	}
	to := int64(0)
	if s := form.Get("to"); s != "" {
		if _, err := fmt.Sscan(s, &to); err != nil {
			return fault.Invalid("%q is no collection.", clip(s, 40))
		}
	}
	var aside []string
	for _, sum := range form["work"] {
		choice := form.Get("paper-" + sum)
		if choice == "" || choice == "none" {
			aside = append(aside, sum)
			continue
		}
		if err := h.takeWork(ctx, v.ID, sum, choice, to); err != nil {
			return err
		}
	}
	aside = append(aside, form["unknown"]...)
	if err := h.Shelf.SetAside(ctx, v.ID, aside...); err != nil {
		return err
	}
	http.Redirect(w, r, ImportPath, http.StatusSeeOther)
	return nil
}

// takeWork saves the paper that a work is.
func (h *Handler) takeWork(ctx context.Context, account int64, sum, choice string, to int64) error {
	var id int64
	if _, err := fmt.Sscan(choice, &id); err != nil || id <= 0 {
		return fault.Invalid("%q is no paper.", clip(choice, 40))
	}
	id, err := h.Shelf.Take(ctx, account, sum, id)
	if err != nil {
		return err
	}
	if err := h.Library.Save(ctx, h.Now(), account, id, true); err != nil || to == 0 {
		return err
	}
	return h.Library.Put(ctx, h.Now(), account, to, id, "")
}
