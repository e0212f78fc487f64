package harvest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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
// A window whose resumption token has expired is asked for again from its
// beginning: the order of the records within one is not promised.
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

// newest returns the window of what is new; the one that is being read comes first,
// whichever it is.
func (a *arxiv) newest(p *setPlace) *window {
	switch {
	case p.Window != nil:
		return p.Window
	case p.High != "":
		return &window{From: p.High, Began: a.today().Format(time.DateOnly)}
	}
	return &window{From: max(a.since, a.today().AddDate(0, 0, -1).Format(time.DateOnly)), Began: a.today().Format(time.DateOnly)}
}

// past returns the next window on the way back, nil when there is none. The farther
// back, the wider: the last days are wanted soon, the rest in few questions.
func (a *arxiv) past(p *setPlace) *window {
	if p.Window != nil {
		return p.Window
	}
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

// restarts is how often a window may be begun again before the harvest gives up for
// this time.
const restarts = 50

// window reads a window to its end.
func (a *arxiv) window(ctx context.Context, category string, places map[string]*setPlace, w *window, give func(*Batch) error) error {
	p := places[category]
	p.Window = w
	for again := 0; ; {
		page, body, err := a.client.Do(ctx, a.request(category, w))
		var said *oai.Error
		switch {
		case errors.As(err, &said) && said.Code == "noRecordsMatch":
			page, body = &oai.Page{}, nil
		case errors.As(err, &said) && said.Code == "badResumptionToken" && w.Token != "" && again < restarts:
			again++
			w.Token = ""
			continue
		case err != nil:
			return fmt.Errorf("category %s from %s: %w", category, w.From, err)
		}
		b := a.batch(page)
		b.Address, b.Answer = a.request(category, w).Query().Encode(), body
		ended := page.Token == "" && !page.Cut
		switch {
		case page.Cut: // what came stands; the same page is asked for again
			if again++; again > restarts {
				return fmt.Errorf("category %s from %s: the answer broke off %d times", category, w.From, again)
			}
		case ended:
			p.Window = nil
			if w.Until == "" {
				p.High = w.Began
			}
			if p.Low == "" || w.Until != "" {
				p.Low = w.From
			}
		default:
			w.Token = page.Token
		}
		if b.Place, err = written(places); err != nil {
			return err
		}
		if err := give(b); err != nil || ended {
			return err
		}
	}
}

func written(places map[string]*setPlace) (string, error) {
	b, err := json.Marshal(places)
	return string(b), err
}

func (a *arxiv) request(category string, w *window) oai.Request {
	return oai.Request{Prefix: "arXivRaw", Set: setOf(category), From: w.From, Until: w.Until, Token: w.Token}
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
func (a *arxiv) batch(page *oai.Page) *Batch {
	b := &Batch{Expected: max(page.Size, 0)}
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
	}
	return b
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
