package edition

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"broadsheet/account"
	"broadsheet/fault"
	"broadsheet/fetch"
	"broadsheet/paper"
)

// Lookup finds the paper that a reader names, by whatever they have. It is safe for
// concurrent use.
//
// What a page says of itself is believed as far as it goes: a page that names an arXiv
// identifier or a DOI only points there, and arXiv's record, or the page to which the
// DOI leads, is what counts. Else anybody could tell lies about a paper of others.
type Lookup struct {
	Papers   *paper.Store
	Accounts *account.Store // counts what each account has had looked up
	// ArXiv asks arXiv for a paper by its identifier; its error is a fault.NotFound when
	// arXiv has none.
	ArXiv  func(ctx context.Context, id string) (*paper.Paper, error)
	Client *http.Client // for pages; nil reads none

	// Near returns held papers whose text is like that of a paper, which are looked at for
	// near duplicates; nil finds none.
	Near func(ctx context.Context, p *paper.Paper, limit int) ([]*paper.Paper, error)

	DOI        string // where DOIs are resolved; "" is https://doi.org
	OpenReview string // "" is https://openreview.net

	likenesses likenesses

	mu    sync.Mutex
	known map[string]remembered
}

type remembered struct {
	paper *paper.Paper
	until time.Time
}

// mostAsked is how many papers one account can have looked up outside at once, and in an
// hour after that.
const mostAsked = 60

// Identify reads what a reader names: an identifier or an address, also one without its
// https://. ok is false for any other text, which may be a title.
func Identify(text string) (id paper.Identifier, ok bool) {
	text = strings.TrimSpace(text)
	id, _, err := paper.ParseIdentifier(text)
	if err == nil {
		return id, true
	}
	host, _, _ := strings.Cut(text, "/")
	if strings.ContainsAny(text, " \t\n\"") || !strings.Contains(host, ".") || strings.HasSuffix(host, ".") || strings.ContainsAny(host, "@") {
		return id, false
	}
	id, _, err = paper.ParseIdentifier("https://" + text)
	return id, err == nil
}

// Held returns the paper that a text names, when it is held.
func (l *Lookup) Held(ctx context.Context, text string) (*paper.Paper, error) {
	id, ok := Identify(text)
	if !ok {
		return nil, fault.NotFound("%q is no identifier and no address.", clip(text, 80))
	}
	return l.Papers.Find(ctx, id)
}

// Find returns the paper that a text names: the one that is held, else as its source
// tells of it, with an ID of 0. What was found outside is remembered for a while.
func (l *Lookup) Find(ctx context.Context, account int64, text string) (*paper.Paper, error) {
	id, ok := Identify(text)
	if !ok {
		return nil, fault.Invalid("%q is no identifier and no address of a paper.", clip(text, 80))
	}
	p, err := l.Papers.Find(ctx, id)
	if !fault.Is(err, fault.KindMissing) {
		return p, err
	}
	if p := l.remember(id.String(), nil); p != nil {
		return p, nil
	}
	err = l.Accounts.Slow(ctx, "lookup", account, time.Hour/mostAsked, mostAsked)
	if fault.Is(err, fault.KindOften) {
		return nil, fault.TooOften("You have had %d papers looked up within the hour; go on in a minute with the next.", mostAsked)
	}
	if err != nil {
		return nil, err
	}
	if p, err = l.outside(ctx, id, 0); err != nil {
		return nil, err
	}
	for _, other := range p.Identifiers { // held under another name
		held, err := l.Papers.Find(ctx, other)
		if !fault.Is(err, fault.KindMissing) {
			return held, err
		}
	}
	return l.remember(id.String(), p), nil
}

// remember returns what is known under a name, or makes p known.
func (l *Lookup) remember(name string, p *paper.Paper) *paper.Paper {
	const most, long = 500, 15 * time.Minute
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if p != nil {
		if l.known == nil || len(l.known) >= most {
			l.known = map[string]remembered{}
		}
		l.known[name] = remembered{p, now.Add(long)}
		return p
	}
	if r := l.known[name]; now.Before(r.until) {
		return r.paper
	}
	return nil
}

// outside asks whoever gives out the identifier. depth counts how often one has led to
// another.
func (l *Lookup) outside(ctx context.Context, id paper.Identifier, depth int) (*paper.Paper, error) {
	const deepest = 2
	if depth > deepest {
		return nil, fault.Invalid("The address leads from one page to the next and to no paper.")
	}
	if id.Scheme == paper.ArXiv {
		if l.ArXiv == nil {
			return nil, fault.NotFound("arXiv %s is not held, and this server does not ask arXiv.", id.Value)
		}
		return l.ArXiv(ctx, id.Value)
	}
	if id.Scheme == paper.Own {
		return nil, fault.NotFound("No paper here has the identifier %s.", id.Value)
	}
	if l.Client == nil {
		return nil, fault.NotFound("%s is not held, and this server reads no pages.", id)
	}
	page, err := fetch.Get(ctx, l.Client, l.address(id))
	if err != nil {
		return nil, err
	}
	c := fetch.ParseCitation(page.Text)
	if id.Scheme == paper.URL {
		return l.fromPage(ctx, page, c, depth)
	}
	if c.Title == "" {
		return nil, fault.Invalid("The page to which %s leads does not say which paper it is about. Paste an address of the paper that does, or its arXiv identifier.", id)
	}
	if c.ArXiv != "" && l.ArXiv != nil { // the publisher's page of a paper that arXiv has, too
		if a, _, ok := paper.ParseArXiv(c.ArXiv); ok {
			if p, err := l.ArXiv(ctx, a); err == nil && paper.FoldTitle(p.Title) == paper.FoldTitle(c.Title) {
				with := *p
				with.Identifiers = append([]paper.Identifier{id}, p.Identifiers...)
				return &with, nil
			}
		}
	}
	return paperOf(id, c), nil
}

func (l *Lookup) address(id paper.Identifier) string {
	switch {
	case id.Scheme == paper.DOI && l.DOI != "":
		return l.DOI + "/" + (&url.URL{Path: id.Value}).EscapedPath()
	case id.Scheme == paper.OpenReview && l.OpenReview != "":
		return l.OpenReview + "/forum?id=" + url.QueryEscape(id.Value)
	}
	return id.URL()
}

// fromPage returns the paper that a page is about, or points to.
func (l *Lookup) fromPage(ctx context.Context, page *fetch.Page, c fetch.Citation, depth int) (*paper.Paper, error) {
	if here, _, err := paper.ParseIdentifier(page.URL.String()); err == nil && here.Scheme != paper.URL {
		return l.follow(ctx, here, depth) // a short address that led to a better one
	}
	if id, _, ok := paper.ParseArXiv(c.ArXiv); ok {
		return l.follow(ctx, paper.Identifier{Scheme: paper.ArXiv, Value: id}, depth)
	}
	if doi, _, err := paper.ParseIdentifier(c.DOI); err == nil && (doi.Scheme == paper.DOI || doi.Scheme == paper.ArXiv) {
		return l.follow(ctx, doi, depth)
	}
	if c.Tagged && c.Title != "" && len(c.Authors) > 0 {
		at := page.URL
		if u, err := url.Parse(c.Canonical); err == nil && c.Canonical != "" && u.Host == at.Host {
			at = u
		}
		id, _, err := paper.ParseIdentifier(at.String())
		if err != nil {
			return nil, err
		}
		return paperOf(id, c), nil
	}
	if len(c.Links) == 1 {
		if id, _, ok := paper.ParseArXiv(c.Links[0]); ok {
			return l.follow(ctx, paper.Identifier{Scheme: paper.ArXiv, Value: id}, depth)
		}
	}
	return nil, fault.Invalid("The page (%d KB were read) names no arXiv identifier and no DOI, and carries no citation tags. Paste the paper’s own address.", max(1, (len(page.Text)+512)>>10))
}

// follow returns the paper of an identifier that another one led to.
func (l *Lookup) follow(ctx context.Context, id paper.Identifier, depth int) (*paper.Paper, error) {
	p, err := l.Papers.Find(ctx, id)
	if !fault.Is(err, fault.KindMissing) {
		return p, err
	}
	return l.outside(ctx, id, depth+1)
}

// paperOf makes a paper of what the page of an identifier says.
func paperOf(id paper.Identifier, c fetch.Citation) *paper.Paper {
	p := &paper.Paper{
		Identifiers: []paper.Identifier{id}, Title: c.Title, Abstract: c.Abstract,
		Form: paper.Plain, Authority: paper.FromPage, Submitted: c.Published,
		Record: paper.Record{JournalRef: c.Journal},
	}
	if id.Scheme == paper.OpenReview {
		p.Form = paper.TeX
	}
	for _, a := range c.Authors {
		p.Authors = append(p.Authors, paper.Author{Name: a.Whole, Family: a.Family, Given: a.Given})
	}
	return p
}
