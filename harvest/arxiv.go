package harvest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"broadsheet/fault"
	"broadsheet/harvest/oai"
	"broadsheet/paper"
)

// arxiv harvests arXiv's OAI-PMH server, each wanted category as a set.
//
// The records of a set are asked for in windows of datestamps. The first window is
// that of the last two days; every later run first asks for what has come since the
// one before, and then goes back, a window at a time, to the day of Settings.Since.
//
// Resumption tokens count records, and a record that changes leaves its place in the
// list for one at the end: those behind it move up, and the next page skips one. So
// around a window of several pages the records are counted that have changed since
// the day on which it was begun. When there are more than before, the window is read
// again; so it is when its token has expired.
type arxiv struct {
	client     oai.Client
	categories []string
	since      string
	now        func() time.Time
}

func newArxiv(s Settings, now func() time.Time) *arxiv {
	return &arxiv{
		client: oai.Client{
			Base: s.OAI, Agent: s.Arxiv.Agent, HTTP: &http.Client{Transport: s.Arxiv, Timeout: 5 * time.Minute},
			Gap:  time.Nanosecond, // the transport keeps the pace, for all of arXiv's servers together
			Wait: s.Wait,
		},
		categories: s.Categories, since: s.Since, now: now,
	}
}

func (*arxiv) Name() string { return "arxiv-oai" }

// setPlace is how far a set has been read. All records whose datestamp lies
// between Low and High are held as they were when they were asked for.
type setPlace struct {
	High, Low string  `json:",omitempty"` // days; "" before the first window is read
	Window    *window `json:",omitempty"` // that is being read
}

type window struct {
	From  string
	Until string `json:",omitempty"` // "" for no end
	Token string `json:",omitempty"` // of the next page
	Began string // the day on which the first page was asked for
	Moved int    `json:",omitempty"` // records of the day Began and later, as the first page was asked for; 0 before they are counted
}

func (a *arxiv) Fetch(ctx context.Context, place string, give func(*Batch) error) error {
	places := map[string]*setPlace{}
	if place != "" {
		if err := json.Unmarshal([]byte(place), &places); err != nil {
			return fmt.Errorf("the place %q cannot be read: %w", place, err)
		}
	}
	for _, c := range a.categories {
		if places[c] == nil {
			places[c] = &setPlace{}
		}
	}
	// What is new comes first in all sets, then the past.
	for _, c := range a.categories {
		if w := places[c].Window; w != nil { // that was interrupted
			if err := a.window(ctx, c, places, w, give); err != nil {
				return err
			}
			if w.Until == "" {
				continue
			}
		}
		if err := a.window(ctx, c, places, a.newest(places[c]), give); err != nil {
			return err
		}
	}
	for behind := true; behind; {
		behind = false
		for _, c := range a.categories {
			w := a.past(places[c])
			if w == nil {
				continue
			}
			behind = true
			if err := a.window(ctx, c, places, w, give); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *arxiv) today() time.Time { return a.now().UTC().Truncate(24 * time.Hour) }

// newest returns the window of what is new.
func (a *arxiv) newest(p *setPlace) *window {
	today := a.today().Format(time.DateOnly)
	if p.High != "" {
		return &window{From: p.High, Began: today}
	}
	return &window{From: max(a.since, a.today().AddDate(0, 0, -1).Format(time.DateOnly)), Began: today}
}

// past returns the next window on the way back, nil when there is none. The farther
// back, the wider: the last days are wanted soon, the rest in few questions.
func (a *arxiv) past(p *setPlace) *window {
	if p.Low == "" || p.Low <= a.since {
		return nil
	}
	low, err := time.Parse(time.DateOnly, p.Low)
	if err != nil {
		return nil
	}
	days := 1
	switch age := a.today().Sub(low) / (24 * time.Hour); {
	case age >= 60:
		days = 30
	case age >= 7:
		days = 7
	}
	return &window{
		From:  max(a.since, low.AddDate(0, 0, -days).Format(time.DateOnly)),
		Until: low.AddDate(0, 0, -1).Format(time.DateOnly),
		Began: a.today().Format(time.DateOnly),
	}
}

// inARow is how often in a row a page or a window may have to be asked for again
// before the harvest gives up for this time.
const inARow = 50

// progress says what an answer did for its window.
type progress int

const (
	again progress = iota // ask once more, perhaps from the beginning
	on                    // there are more pages
	ended
)

// window reads a window to its end.
func (a *arxiv) window(ctx context.Context, category string, places map[string]*setPlace, w *window, give func(*Batch) error) error {
	places[category].Window = w
	hand := func(b *Batch) (err error) {
		if b.Place, err = written(places); err != nil {
			return err
		}
		return give(b)
	}
	for tries := 0; tries < inARow; tries++ {
		did, err := a.step(ctx, category, places[category], w, hand)
		if err != nil {
			return fmt.Errorf("category %s from %s: %w", category, w.From, err)
		}
		switch did {
		case ended:
			return nil
		case on:
			tries = 0
		}
	}
	return fmt.Errorf("category %s from %s: its list breaks off or changes while it is read; given up after %d tries", category, w.From, inARow)
}

// step asks for the next page of a window and hands it over.
func (a *arxiv) step(ctx context.Context, category string, p *setPlace, w *window, hand func(*Batch) error) (progress, error) {
	first := w.Token == ""
	b, page, err := a.page(ctx, category, w.request(category))
	several := !first || err == nil && page.Token != ""
	switch {
	case expired(err) && !first:
		w.Token = ""
		return again, nil
	case err != nil:
		return again, err
	case page.Cut: // what came stands
		return again, hand(b)
	case several && w.Moved == 0: // count, and begin again
		w.Moved, err = a.moved(ctx, category, w.Began, hand)
		w.Token = ""
		return again, err
	}
	w.Token = page.Token
	if w.Token != "" {
		return on, hand(b)
	}
	if several {
		moved, err := a.moved(ctx, category, w.Began, hand)
		if err != nil {
			return again, err
		}
		if moved != w.Moved {
			w.Moved = moved
			return again, hand(b)
		}
	}
	p.end(w)
	return ended, hand(b)
}

// end notes that a window has been read.
func (p *setPlace) end(w *window) {
	p.Window = nil
	if w.Until == "" {
		p.High = w.Began
	}
	if p.Low == "" || w.Until != "" {
		p.Low = w.From
	}
}

// moved counts the records of a set that have changed since a day, and hands them
// over. The number is above 0, and can only grow.
func (a *arxiv) moved(ctx context.Context, category, day string, hand func(*Batch) error) (int, error) {
	w := &window{From: day}
	seen := map[string]bool{}
	for tries := 0; tries < inARow; tries++ {
		b, page, err := a.page(ctx, category, w.request(category))
		if expired(err) && w.Token != "" {
			w.Token = ""
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("category %s, what has changed since %s: %w", category, day, err)
		}
		for i := range page.Records {
			seen[page.Records[i].ID] = true
		}
		if err := hand(b); err != nil {
			return 0, err
		}
		if page.Cut {
			continue
		}
		if w.Token = page.Token; w.Token == "" {
			return 1 + len(seen), nil
		}
		tries = 0
	}
	return 0, fmt.Errorf("category %s: the list of what has changed since %s breaks off; given up after %d tries", category, day, inARow)
}

// page asks for a page. One with records that make no sense is asked for a second and
// a third time before they go into quarantine.
func (a *arxiv) page(ctx context.Context, category string, r oai.Request) (*Batch, *oai.Page, error) {
	var page *oai.Page
	var body []byte
	for try := 1; ; try++ {
		var err error
		page, body, err = a.client.Do(ctx, r)
		var said *oai.Error
		if errors.As(err, &said) && said.Code == "noRecordsMatch" {
			return &Batch{Address: r.Query().Encode()}, &oai.Page{}, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if len(page.Bad) == 0 || try == 3 {
			break
		}
	}
	b := a.batch(page, category)
	b.Address, b.Answer = r.Query().Encode(), body
	return b, page, nil
}

func expired(err error) bool {
	var said *oai.Error
	return errors.As(err, &said) && said.Code == "badResumptionToken"
}

func (w *window) request(category string) oai.Request {
	return oai.Request{Prefix: "arXivRaw", Set: setOf(category), From: w.From, Until: w.Until, Token: w.Token}
}

func written(places map[string]*setPlace) (string, error) {
	b, err := json.Marshal(places)
	return string(b), err
}

// physics are the archives that arXiv's OAI-PMH server keeps under the group
// physics; the others are groups themselves.
const physics = " astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph "

// setOf returns the set of a category or an archive: cs for cs, cs:cs:LG for cs.LG,
// physics:hep-th for hep-th, physics:nlin:AO for nlin.AO.
func setOf(category string) string {
	archive, subject, _ := strings.Cut(category, ".")
	set := archive
	if strings.Contains(physics, " "+archive+" ") {
		set = "physics:" + archive
	} else if subject != "" {
		set = archive + ":" + archive
	}
	if subject != "" {
		set += ":" + subject
	}
	return set
}

// batch turns the records of a page into papers.
func (a *arxiv) batch(page *oai.Page, category string) *Batch {
	b := &Batch{}
	for i := range page.Records {
		r := &page.Records[i]
		p, err := paperOf(r)
		switch {
		case err != nil:
			b.Bad = append(b.Bad, Bad{[]byte(r.ID), fault.Message(err)})
		case r.Deleted:
			b.Deleted = append(b.Deleted, p.Identifiers[0])
		default:
			b.Papers = append(b.Papers, p)
			if p.Announced != "" {
				b.Listings = append(b.Listings, listingsOf(a.categories, p)...)
			}
		}
	}
	for _, bad := range page.Bad {
		b.Bad = append(b.Bad, Bad{bad.Text, bad.Reason})
		if l := listingOf(bad.Text, category); l != nil {
			b.Listings = append(b.Listings, *l)
		}
	}
	return b
}

var (
	headID   = regexp.MustCompile(`<identifier>\s*oai:arXiv\.org:([^<\s]{9,40})\s*</identifier>`)
	headDate = regexp.MustCompile(`<datestamp>\s*(\d{4}-\d\d-\d\d)\s*</datestamp>`)
)

// listingOf puts a record that makes no sense but has a head into the ledger: its paper
// is then missing by name, and asked for elsewhere, unless it is held.
func listingOf(record []byte, category string) *Listing {
	id, day := headID.FindSubmatch(record), headDate.FindSubmatch(record)
	if id == nil || day == nil || dayTime(string(day[1])).IsZero() {
		return nil
	}
	a, _, ok := paper.ParseArXiv(string(id[1]))
	if !ok {
		return nil
	}
	return &Listing{Day: string(day[1]), Category: category, Paper: a, Kind: New, Rebuilt: true}
}

// listingsOf says in which of the wanted categories the paper must have been
// announced, from the datestamp of its record.
func listingsOf(wanted []string, p *paper.Paper) []Listing {
	var list []Listing
	for _, c := range in(wanted, p.Categories) {
		kind := Crossed
		if len(in([]string{c}, p.Categories[:1])) > 0 {
			kind = New
		}
		list = append(list, Listing{Day: p.Announced, Category: c, Paper: p.ArXiv(), Kind: kind, Rebuilt: true})
	}
	return list
}
