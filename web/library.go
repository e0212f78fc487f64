package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/edition"
	"broadsheet/library"
	"broadsheet/paper"
)

const libraryPath = "/library"

// LibraryAsked is what the address of the library asks for.
type LibraryAsked struct {
	In    string // the address of a collection, "none" for papers in no collection, "" for all
	Order string // "" by collection, newest, title
	Show  string // "" for all, unread, read
	Noted bool   // with a note alone
	Words string
	After string
}

func libraryAsked(q url.Values) LibraryAsked {
	a := LibraryAsked{In: q.Get("in"), Order: q.Get("order"), Show: q.Get("show"), Noted: q.Get("note") == "1", Words: strings.TrimSpace(clip(q.Get("q"), 200)), After: q.Get("after")}
	if !slices.Contains([]string{"newest", "title"}, a.Order) {
		a.Order = ""
	}
	if a.Show != "unread" && a.Show != "read" {
		a.Show = ""
	}
	return a
}

func (a LibraryAsked) path() string {
	q := url.Values{}
	for name, value := range map[string]string{"in": a.In, "order": a.Order, "show": a.Show, "q": a.Words, "after": a.After} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if a.Noted {
		q.Set("note", "1")
	}
	if len(q) == 0 {
		return libraryPath
	}
	return libraryPath + "?" + q.Encode()
}

// admits reports whether a paper is asked for.
func (a LibraryAsked) admits(k library.Kept) bool {
	switch {
	case a.Show == "unread" && k.Read, a.Show == "read" && !k.Read, a.Noted && k.Note == "":
		return false
	case a.Words == "":
		return true
	}
	p := k.Paper
	text := p.Form.Line(p.Title) + "\n" + p.Form.Line(p.Abstract) + "\n" + k.Note
	for _, by := range p.Authors {
		text += "\n" + by.Name
	}
	text = strings.ToLower(text)
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(a.Words)), func(w string) bool { return !strings.Contains(text, w) })
}

// LibraryData is what the page of the library is made of.
type LibraryData struct {
	Asked       LibraryAsked
	Counts      library.Counts
	Collections []library.Collection
	Kept        []library.Kept // that are asked for, newest first
	Next        string         // where they go on
	Days        map[int64]edition.Day
	Handle      string
	Edit        bool // the collection that is shown is to be altered
	Failed      error
}

// LibraryPage is what a reader has saved.
type LibraryPage struct {
	Page
	Sum         string
	Orders      []Link
	Shelves     []KeptShelf
	Moves       []Choice // collections to put papers into
	Collections []Link
	Asked       LibraryAsked
	Shows       []Choice
	Noted       int
	Nothing     bool // is saved at all
	Today       Link
	Older       string
	Edit        *CollectionForm
	Back        string // this page, to come back to
}

func (*LibraryPage) template() string { return "library" }

// KeptShelf is a run of saved papers under one heading.
type KeptShelf struct {
	ID, Title, Says string
	Href            string // the address that others have
	Empty           string
	Rows            []KeptRow
}

// KeptRow is a saved paper.
type KeptRow struct {
	Item
	Note    string
	IsRead  bool
	Edition Link
	Day     string
	When    string
}

// CollectionForm is for altering a collection.
type CollectionForm struct {
	ID          int64
	Title, Note string
	Public      bool
	Address     string // that others have, when it is public
}

// LibraryPageOf makes the page of what a reader saved.
func LibraryPageOf(s Site, d LibraryData) *LibraryPage {
	v := &LibraryPage{Page: s.page("Saved", "papers"), Asked: d.Asked, Nothing: d.Counts.Saved == 0, Noted: d.Counts.Noted, Back: d.Asked.path()}
	v.NoIndex = true
	v.Sum = libraryLine(d)
	if s.Newest != nil {
		v.Today = Link{Text: fmt.Sprintf("The newest edition has %s", number(s.Newest.Count())), Href: "/"}
	}
	to := func(change func(*LibraryAsked)) string {
		a := d.Asked
		a.After = ""
		change(&a)
		return a.path()
	}
	for _, o := range []Link{{Text: "By collection", Note: ""}, {Text: "Newest", Note: "newest"}, {Text: "Title", Note: "title"}} {
		v.Orders = append(v.Orders, Link{Text: o.Text, Href: to(func(a *LibraryAsked) { a.Order = o.Note }), Current: d.Asked.Order == o.Note})
	}
	for _, o := range []Choice{{"", "All", false}, {"unread", fmt.Sprintf("Unread, %s", number(d.Counts.Unread)), false}, {"read", fmt.Sprintf("Read, %s", number(d.Counts.Saved-d.Counts.Unread)), false}} {
		o.On = d.Asked.Show == o.Value
		v.Shows = append(v.Shows, o)
	}
	v.shelve(s, d)
	v.index(d, to)
	for _, c := range d.Collections {
		v.Moves = append(v.Moves, Choice{Value: fmt.Sprint(c.ID), Text: c.Title})
		if c.Slug == d.Asked.In {
			v.Edit = &CollectionForm{ID: c.ID, Title: c.Title, Note: c.Note, Public: c.Public}
			if c.Public {
				v.Edit.Address = s.Base + collectionPath(d.Handle, c.Slug)
			}
		}
	}
	if d.Next != "" {
		v.Older = to(func(a *LibraryAsked) { a.After = d.Next })
	}
	return v
}

func libraryLine(d LibraryData) string {
	if d.Counts.Saved == 0 {
		return "Only you see this page."
	}
	var parts []string
	parts = append(parts, count(d.Counts.Saved, "paper"))
	if n := len(d.Collections); n > 0 {
		parts[0] += " and " + count(n, "collection")
	}
	parts = append(parts, number(d.Counts.Unread)+" unread")
	if d.Counts.Noted > 0 {
		parts = append(parts, number(d.Counts.Noted)+" with a note")
	}
	return strings.Join(parts, ", ") + ". Only you see this page; a collection can have an address of its own."
}

// shelve lays the papers out: under each collection, or in one list.
func (v *LibraryPage) shelve(s Site, d LibraryData) {
	rows := map[int64][]KeptRow{} // by collection; 0 for those in none
	var all []KeptRow
	anchors := 0
	for _, k := range d.Kept {
		row := s.keptRow(k, d.Days)
		if d.Asked.Order == "" && d.Asked.In == "" {
			for _, in := range append(k.In, 0)[:max(1, len(k.In))] {
				anchors++
				row.Anchor = fmt.Sprint(anchors)
				rows[in] = append(rows[in], row)
			}
			continue
		}
		anchors++
		row.Anchor = fmt.Sprint(anchors)
		all = append(all, row)
	}
	if v.Nothing {
		return
	}
	filtered := d.Asked.Words != "" || d.Asked.Show != "" || d.Asked.Noted || d.Asked.After != ""
	if d.Asked.Order == "" && d.Asked.In == "" {
		for _, c := range d.Collections {
			shelf := v.shelf(c, d.Handle)
			shelf.Rows = rows[c.ID]
			if len(shelf.Rows) > 0 || !filtered {
				v.Shelves = append(v.Shelves, shelf)
			}
		}
		if len(rows[0]) > 0 || len(d.Collections) == 0 {
			title := "In no collection"
			if len(d.Collections) == 0 {
				title = "All saved"
			}
			v.Shelves = append(v.Shelves, KeptShelf{ID: "none", Title: title, Says: number(len(rows[0])), Rows: rows[0], Empty: "Nothing here is like that."})
		}
		return
	}
	if d.Asked.Order == "title" {
		slices.SortStableFunc(all, func(a, b KeptRow) int {
			return cmp.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
		})
	}
	one := KeptShelf{ID: "all", Title: "All saved", Says: number(len(all)), Empty: "Nothing here is like that."}
	if d.Asked.In == "none" {
		one.Title = "In no collection"
	}
	for _, c := range d.Collections {
		if c.Slug == d.Asked.In {
			one = v.shelf(c, d.Handle)
		}
	}
	one.Rows = all
	v.Shelves = []KeptShelf{one}
}

// shelf is the heading of a collection.
func (v *LibraryPage) shelf(c library.Collection, handle string) KeptShelf {
	shelf := KeptShelf{ID: c.Slug, Title: c.Title, Says: number(c.Count), Empty: "Nothing here yet. Choose papers and put them here."}
	if c.Note != "" {
		first, _, more := strings.Cut(c.Note, "\n")
		if shelf.Says += ". " + clip(first, 90); more && len(first) <= 90 {
			shelf.Says += " …"
		}
	}
	if c.Public {
		shelf.Says = strings.TrimSuffix(shelf.Says, ".") + "."
		shelf.Href = collectionPath(handle, c.Slug)
	}
	return shelf
}

func (v *LibraryPage) index(d LibraryData, to func(func(*LibraryAsked)) string) {
	add := func(text, in string, n int) {
		l := Link{Text: text, Href: to(func(a *LibraryAsked) { a.In = in }), Current: d.Asked.In == in}
		if n >= 0 {
			l.Note = number(n)
		}
		v.Collections = append(v.Collections, l)
	}
	add("All saved", "", d.Counts.Saved)
	for _, c := range d.Collections {
		add(c.Title, c.Slug, c.Count)
	}
	if len(d.Collections) > 0 {
		add("In no collection", "none", -1)
	}
}

func (s Site) keptRow(k library.Kept, days map[int64]edition.Day) KeptRow {
	row := KeptRow{Item: s.listed(k.Paper, 0), Note: k.Note, IsRead: k.Read, Day: k.At.Format(time.DateOnly), When: shortDay(s, k.At)}
	if e, ok := days[k.Paper.ID]; ok {
		row.Edition = Link{Text: "No. " + number(e.Number), Href: dayPath(e.Day)}
	}
	return row
}

// library shows what a reader has saved.
func (h *Handler) library(w http.ResponseWriter, r *http.Request) error {
	return h.showLibrary(w, r, libraryAsked(r.URL.Query()))
}

func (h *Handler) showLibrary(w http.ResponseWriter, r *http.Request, a LibraryAsked) error {
	const shown = 200
	ctx, v := r.Context(), account.From(r.Context())
	site, err := h.site(r)
	if err != nil {
		return err
	}
	d := LibraryData{Asked: a, Handle: v.Handle}
	if d.Counts, err = h.Library.Count(ctx, v.ID); err != nil {
		return err
	}
	if d.Collections, err = h.Library.Collections(ctx, v.ID); err != nil {
		return err
	}
	in := int64(0)
	for _, c := range d.Collections {
		if c.Slug == a.In {
			in = c.ID
		}
	}
	kept, next, err := h.Library.Saved(ctx, v.ID, a.After, 1000)
	if err != nil {
		return err
	}
	d.Next = next
	for _, k := range kept {
		if !a.admits(k) || in != 0 && !slices.Contains(k.In, in) || a.In == "none" && len(k.In) > 0 {
			continue
		}
		if len(d.Kept) == shown {
			d.Next = d.Kept[shown-1].Place()
			break
		}
		d.Kept = append(d.Kept, k)
	}
	papers := make([]*paper.Paper, len(d.Kept))
	for i, k := range d.Kept {
		papers[i] = k.Paper
	}
	if d.Days, err = h.editionsOf(ctx, papers); err != nil {
		return err
	}
	return h.showTo(w, r, v, LibraryPageOf(site, d), idsOf(papers)...)
}
