package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/paper"
)

// v1Collections lists the collections of who asks.
func (a *API) v1Collections(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	list, err := a.Library.Collections(ctx, v.ID)
	if err != nil {
		return answer{}, err
	}
	out := v1.Collections{Collections: make([]v1.Collection, len(list))}
	for i := range list {
		out.Collections[i] = collectionOf(&list[i], v.Handle)
	}
	return said(out), nil
}

func collectionOf(c *library.Collection, owner string) v1.Collection {
	return v1.Collection{Slug: c.Slug, Owner: owner, Title: c.Title, Note: c.Note, Public: c.Public, Count: c.Count, Made: c.Made, Updated: c.Updated}
}

// v1Collect makes a collection.
func (a *API) v1Collect(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.CollectionDraft
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	c, err := a.Library.CreateCollection(ctx, a.Now(), library.Collection{Account: v.ID, Title: asked.Title, Note: asked.Note, Public: asked.Public})
	if err != nil {
		return answer{}, err
	}
	return made(collectionOf(c, v.Handle)), nil
}

// v1Collection answers with a collection of who asks and its papers.
func (a *API) v1Collection(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	c, err := a.Library.CollectionAt(ctx, v.ID, r.PathValue("slug"))
	if err != nil {
		return answer{}, err
	}
	return a.collected(ctx, r, c, v.Handle)
}

// v1PublicCollection answers with a collection that its owner shows.
func (a *API) v1PublicCollection(ctx context.Context, _ *account.Viewer, r *http.Request) (answer, error) {
	owner, err := a.Accounts.ByHandle(ctx, r.PathValue("handle"))
	if err != nil {
		return answer{}, err
	}
	c, err := a.Library.CollectionAt(ctx, owner.ID, r.PathValue("slug"))
	if err == nil && !c.Public {
		err = fault.NotFound("There is no collection %s here.", clip(r.PathValue("slug")))
	}
	if err != nil {
		return answer{}, err
	}
	return a.collected(ctx, r, c, owner.Handle)
}

func (a *API) collected(ctx context.Context, r *http.Request, c *library.Collection, owner string) (answer, error) {
	q := r.URL.Query()
	limit, err := number(q, "limit", 20, 1, 100)
	if err != nil {
		return answer{}, err
	}
	kept, next, err := a.Library.In(ctx, c.ID, q.Get("cursor"), limit)
	if err != nil {
		return answer{}, err
	}
	out := v1.CollectionPapers{Collection: collectionOf(c, owner), Next: after(r, next)}
	if out.Papers, err = a.keptOf(ctx, kept); err != nil {
		return answer{}, err
	}
	return said(out), nil
}

// v1Recollect writes what a collection is called, says, and whether others see it.
func (a *API) v1Recollect(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	c, err := a.Library.CollectionAt(ctx, v.ID, r.PathValue("slug"))
	if err != nil {
		return answer{}, err
	}
	var asked v1.CollectionDraft
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	c.Title, c.Note, c.Public = asked.Title, asked.Note, asked.Public
	if err := a.Library.EditCollection(ctx, a.Now(), *c); err != nil {
		return answer{}, err
	}
	if c, err = a.Library.Collection(ctx, c.ID); err != nil {
		return answer{}, err
	}
	return said(collectionOf(c, v.Handle)), nil
}

// v1Uncollect removes a collection; its papers stay saved.
func (a *API) v1Uncollect(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	c, err := a.Library.CollectionAt(ctx, v.ID, r.PathValue("slug"))
	if fault.Is(err, fault.KindMissing) {
		return nothingLeft, nil // it is gone already
	}
	if err != nil {
		return answer{}, err
	}
	return nothingLeft, a.Library.DeleteCollection(ctx, v.ID, c.ID)
}

// v1Put puts a paper into a collection, with a note for whoever sees it, or takes it out.
func (a *API) v1Put(on bool) deed {
	return func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
		c, err := a.Library.CollectionAt(ctx, v.ID, r.PathValue("slug"))
		if err != nil {
			return answer{}, err
		}
		p, _, err := a.find(ctx, r.PathValue("id"))
		if err != nil {
			return answer{}, err
		}
		if !on {
			return nothingLeft, a.Library.Take(ctx, a.Now(), v.ID, c.ID, p.ID)
		}
		var asked v1.Note
		if err := readMaybe(r, &asked); err != nil {
			return answer{}, err
		}
		return nothingLeft, a.Library.Put(ctx, a.Now(), v.ID, c.ID, p.ID, asked.Note)
	}
}

// v1Follows and v1Mutes list what who asks follows and has muted.
func (a *API) v1Follows(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	list, err := a.Library.Follows(ctx, v.ID)
	if err != nil {
		return answer{}, err
	}
	news, err := a.Library.News(ctx, v.ID)
	out := v1.Interests{Interests: []v1.Interest{}}
	for _, f := range list {
		out.Interests = append(out.Interests, v1.Interest{Kind: string(f.Kind), Key: f.Key, At: f.At, New: news[library.Follow{Kind: f.Kind, Key: f.Key}]})
	}
	return said(out), err
}

func (a *API) v1Mutes(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	list, err := a.Library.Mutes(ctx, v.ID)
	out := v1.Interests{Interests: []v1.Interest{}}
	for _, m := range list {
		out.Interests = append(out.Interests, v1.Interest{Kind: string(m.Kind), Key: m.Key, At: m.At})
	}
	return said(out), err
}

// v1Follow follows what an address names, or no longer; v1Mute mutes it.
func (a *API) v1Follow(on bool) deed {
	return func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
		return nothingLeft, a.Library.Follow(ctx, a.Now(), v.ID, library.Follow{Kind: library.Kind(r.PathValue("kind")), Key: r.PathValue("key")}, on)
	}
}

func (a *API) v1Mute(on bool) deed {
	return func(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
		return nothingLeft, a.Library.Mute(ctx, a.Now(), v.ID, library.Mute{Kind: library.Kind(r.PathValue("kind")), Key: r.PathValue("key")}, on)
	}
}

// v1Look notes that who asks has seen what is new of what they follow.
func (a *API) v1Look(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	return nothingLeft, a.Library.Look(ctx, a.Now(), v.ID)
}

// v1Knobs lists the knobs that who asks has turned.
func (a *API) v1Knobs(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	list, err := a.Library.Knobs(ctx, v.ID)
	out := v1.Knobs{Knobs: []v1.Knob{}}
	for _, k := range list {
		out.Knobs = append(out.Knobs, v1.Knob{Kind: string(k.Kind), Key: k.Key, Turn: k.Turn})
	}
	return said(out), err
}

// v1Turn turns a knob.
func (a *API) v1Turn(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	var asked v1.Turn
	if err := readJSON(r, &asked); err != nil {
		return answer{}, err
	}
	return nothingLeft, a.Library.TurnKnob(ctx, v.ID, library.Knob{Kind: library.Kind(r.PathValue("kind")), Key: r.PathValue("key"), Turn: asked.Turn})
}

// v1Following lists the papers that concern what who asks follows.
func (a *API) v1Following(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	q := r.URL.Query()
	limit, err := number(q, "limit", 20, 1, 100)
	if err != nil {
		return answer{}, err
	}
	f, err := a.Library.Following(ctx, v.ID, q.Get("cursor"), limit)
	if err != nil {
		return answer{}, err
	}
	papers := make([]*paper.Paper, len(f.Papers))
	for i, c := range f.Papers {
		papers[i] = c.Paper
	}
	list, err := a.described(ctx, papers)
	if err != nil {
		return answer{}, err
	}
	out := v1.Following{Papers: make([]v1.Concern, len(list)), Muted: f.Muted, Next: after(r, f.Next)}
	for i := range list {
		out.Papers[i] = v1.Concern{Paper: list[i], Why: f.Papers[i].Why}
	}
	return said(out), nil
}

// linksOf reads the links of a paper that is put in.
func linksOf(list []v1.Link) ([]paper.Link, error) {
	kinds := []paper.LinkKind{paper.Code, paper.Project, paper.Data, paper.Media}
	var out []paper.Link
	for _, l := range list {
		if !slices.Contains(kinds, paper.LinkKind(l.Kind)) {
			return nil, fault.Invalid("The kind of a link is code, project, data or media, not %q.", clip(l.Kind))
		}
		out = append(out, paper.Link{Kind: paper.LinkKind(l.Kind), URL: strings.TrimSpace(l.URL)})
	}
	return out, nil
}
