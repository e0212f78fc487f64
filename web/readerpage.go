package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"broadsheet/account"
	"broadsheet/discuss"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/paper"
)

// ReaderData is what the page of a reader is made of: what they choose to show.
type ReaderData struct {
	Account     *account.Account
	Mine        bool // the reader looks at their own page
	Follow      *FollowButton
	Collections []library.Collection // the public ones
	PutIn       []*paper.Paper
	Comments    []discuss.Comment // that are shown
	On          map[int64]*paper.Paper
	Voted       []*paper.Paper
	Text        func(string) Text // of a comment
}

// CollectionData is what the public page of a collection is made of.
type CollectionData struct {
	Account    *account.Account
	Mine       bool
	Collection library.Collection
	Kept       []library.Kept
	After      string
	Next       string
}

// ReaderPage is what a reader shows, or one of their collections.
type ReaderPage struct {
	Page
	Kicker  Link
	Heading string
	Says    []string // under the heading
	Note    string   // on the collection
	Follow  *FollowButton
	Mine    Link
	Parts   []ReaderPart
	Empty   string
	Older   string
}

func (*ReaderPage) template() string { return "reader" }

// ReaderPart is a part of the page.
type ReaderPart struct {
	ID, Title, Says string
	Shelves         []Link // collections
	Rows            []ShownRow
	Remarks         []ShownRemark
}

// ShownRow is a paper, with a note of the reader's on it.
type ShownRow struct {
	DayRow
	Note string
}

// ShownRemark is a comment.
type ShownRemark struct {
	On   Link
	Href string // its permanent address
	When string
	Text Text
}

// ReaderPageOf makes the page of a reader.
func ReaderPageOf(s Site, d ReaderData) *ReaderPage {
	a := d.Account
	v := &ReaderPage{Page: s.page(a.Name, "page"), Heading: a.Name, Kicker: Link{Text: "Reader"}, Follow: d.Follow}
	v.describe(s, readerPath(a.Handle), "profile", "What "+a.Name+" shows here.")
	v.NoIndex = !a.Shows.Listed
	v.takeAlong(s, a.Name, "reader", a.Handle, nil)
	v.Says = append(v.Says, "@"+a.Handle)
	if a.Role >= account.Desk {
		v.Says = append(v.Says, "edits, too")
	}
	if a.Sample {
		v.Says = append(v.Says, "a sample reader, invented for the demo")
	}
	v.Says = append(v.Says, "since "+a.Joined.Format("January 2006"))
	if d.Mine {
		v.Mine = Link{Text: "Your page, as others see it. What it shows is set in your account.", Href: "/account#profile"}
	}
	if len(d.Collections) > 0 {
		part := ReaderPart{ID: "collections", Title: "Collections", Says: number(len(d.Collections))}
		for _, c := range d.Collections {
			part.Shelves = append(part.Shelves, Link{Text: c.Title, Href: collectionPath(a.Handle, c.Slug), Note: count(c.Count, "paper")})
		}
		v.Parts = append(v.Parts, part)
	}
	v.papers(s, "putin", "Papers put in", d.PutIn)
	if len(d.Comments) > 0 {
		part := ReaderPart{ID: "comments", Title: "Comments", Says: "the newest"}
		for _, c := range d.Comments {
			if p := d.On[c.Paper]; p != nil {
				part.Remarks = append(part.Remarks, ShownRemark{Link{Text: p.Form.Line(p.Title), Href: paperPath(p.Key)}, fmt.Sprintf("/comments/%d", c.ID), shortDay(s, c.At), d.Text(c.Body)})
			}
		}
		v.Parts = append(v.Parts, part)
	}
	v.papers(s, "votes", "Upvoted", d.Voted)
	if len(v.Parts) == 0 {
		v.Empty = "Nothing is shown here."
	}
	return v
}

// papers adds a part that lists papers.
func (v *ReaderPage) papers(s Site, id, title string, list []*paper.Paper) {
	if len(list) == 0 {
		return
	}
	part := ReaderPart{ID: id, Title: title, Says: "the newest"}
	for i, p := range list {
		row := ShownRow{DayRow: DayRow{Item: s.listed(p, i+1)}}
		row.Anchor = fmt.Sprintf("%s%d", id, i+1)
		row.Acts = s.acts(p, "p"+row.Anchor)
		if !p.Submitted.IsZero() {
			row.Day, row.Weekday = p.Submitted.Format("2"), p.Submitted.Format("Jan")
		}
		part.Rows = append(part.Rows, row)
	}
	v.Parts = append(v.Parts, part)
}

// CollectionPageOf makes the public page of a collection.
func CollectionPageOf(s Site, d CollectionData) *ReaderPage {
	a, c := d.Account, d.Collection
	v := &ReaderPage{Page: s.page(c.Title+", by "+a.Name, "papers"), Heading: c.Title, Note: c.Note, Kicker: Link{Text: "A collection of " + a.Name, Href: readerPath(a.Handle)}}
	v.describe(s, collectionPath(a.Handle, c.Slug), "website", count(c.Count, "paper")+", collected by "+a.Name+". "+c.Note)
	v.NoIndex = !a.Shows.Listed || !c.Public
	if c.Public {
		v.takeAlong(s, v.Title, "collection", a.Handle+"/"+c.Slug, nil)
	}
	v.Says = []string{count(c.Count, "paper"), "last changed " + shortDate(c.Updated)}
	if d.Mine {
		v.Mine = Link{Text: "This is yours. Alter it in your library.", Href: LibraryAsked{In: c.Slug}.path()}
		if !c.Public {
			v.Mine.Text = "This is yours, and nobody else sees it. Alter it in your library."
		}
	}
	part := ReaderPart{ID: "papers", Title: "Papers", Says: "newest in it first"}
	for i, k := range d.Kept {
		row := ShownRow{DayRow{Item: s.listed(k.Paper, i+1), Day: k.At.Format("2"), Weekday: k.At.Format("Jan")}, k.Note}
		part.Rows = append(part.Rows, row)
	}
	if len(part.Rows) == 0 {
		v.Empty = "Nothing is in it yet."
	} else {
		v.Parts = []ReaderPart{part}
	}
	if d.Next != "" {
		v.Older = collectionPath(a.Handle, c.Slug) + "?" + query("after", d.Next)
	}
	return v
}

// atReader shows the page of a reader, /@handle, or of a collection of theirs,
// /@handle/slug.
func (h *Handler) atReader(w http.ResponseWriter, r *http.Request) error {
	handle, slug, deeper := strings.Cut(strings.TrimPrefix(r.URL.Path, "/@"), "/")
	a, err := h.Accounts.ByHandle(r.Context(), handle)
	if err != nil || strings.Contains(slug, "/") {
		return fault.NotFound("There is no reader @%s here.", clip(handle, 40))
	}
	if handle != a.Handle || deeper && slug == "" {
		http.Redirect(w, r, readerPath(a.Handle)+strings.TrimSuffix("/"+url.PathEscape(slug), "/"), http.StatusMovedPermanently)
		return nil
	}
	site, err := h.site(r)
	if err != nil {
		return err
	}
	if slug != "" {
		return h.collection(w, r, site, a, slug)
	}
	return h.reader(w, r, site, a)
}

func (h *Handler) reader(w http.ResponseWriter, r *http.Request, site Site, a *account.Account) error {
	ctx, v := r.Context(), account.From(r.Context())
	d := ReaderData{Account: a, Mine: v != nil && v.ID == a.ID, Text: h.markdown.HTML}
	held, err := h.Library.Collections(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, c := range held {
		if c.Public {
			d.Collections = append(d.Collections, c)
		}
	}
	if a.Shows.Followable && !d.Mine {
		if d.Follow, err = h.followButton(ctx, library.Follow{Kind: library.Reader, Key: a.Handle}); err != nil {
			return err
		}
	}
	if err := h.shown(ctx, &d); err != nil {
		return err
	}
	ids := append(idsOf(d.PutIn), idsOf(d.Voted)...)
	return h.showTo(w, r, v, ReaderPageOf(site, d), ids...)
}

// shown reads what a reader put in, wrote and voted for, so far as they show it.
func (h *Handler) shown(ctx context.Context, d *ReaderData) error {
	const most = 20
	a := d.Account
	if h.PutIn != nil && a.Shows.Papers {
		ids, err := h.PutIn(ctx, a.ID, most)
		if err != nil {
			return err
		}
		if d.PutIn, err = h.Papers.List(ctx, h.Papers.DB(), ids); err != nil {
			return err
		}
	}
	if h.Talk == nil {
		return nil
	}
	if a.Shows.Comments {
		written, err := h.Talk.CommentsOf(ctx, a.ID, 3*most)
		if err != nil {
			return err
		}
		var ids []int64
		for _, c := range written {
			if c.State == discuss.Shown && len(d.Comments) < most {
				d.Comments, ids = append(d.Comments, c), append(ids, c.Paper)
			}
		}
		papers, err := h.Papers.List(ctx, h.Papers.DB(), ids)
		if err != nil {
			return err
		}
		d.On = map[int64]*paper.Paper{}
		for _, p := range papers {
			d.On[p.ID] = p
		}
	}
	if a.Shows.Votes {
		given, err := h.Talk.VotesOf(ctx, a.ID, most)
		if err != nil {
			return err
		}
		ids := make([]int64, len(given))
		for i, g := range given {
			ids[i] = g.Paper
		}
		if d.Voted, err = h.Papers.List(ctx, h.Papers.DB(), ids); err != nil {
			return err
		}
	}
	return nil
}

func (h *Handler) collection(w http.ResponseWriter, r *http.Request, site Site, a *account.Account, slug string) error {
	const shown = 100
	ctx, v := r.Context(), account.From(r.Context())
	mine := v != nil && v.ID == a.ID
	c, err := h.Library.CollectionAt(ctx, a.ID, slug)
	if err != nil || !c.Public && !mine {
		if err == nil || fault.Is(err, fault.KindMissing) {
			err = fault.NotFound("%s shows no such collection.", a.Name)
		}
		return err
	}
	d := CollectionData{Account: a, Mine: mine, Collection: *c, After: r.URL.Query().Get("after")}
	if d.Kept, d.Next, err = h.Library.In(ctx, c.ID, d.After, shown); err != nil {
		return err
	}
	var ids []int64
	for _, k := range d.Kept {
		ids = append(ids, k.Paper.ID)
	}
	return h.showTo(w, r, v, CollectionPageOf(site, d), ids...)
}
