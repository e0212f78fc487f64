package harvest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	_ "time/tzdata" // Eastern time, on machines that have no zones

	"broadsheet/fault"
	"broadsheet/paper"
)

// announcements reads arXiv's daily announcements, a feed for each wanted category:
// what is new there, what was listed there from elsewhere, what was replaced. They
// are what the ledger is measured against.
//
// The papers they tell of are held at once, so that a page stands; the whole record
// follows from OAI-PMH.
type announcements struct {
	base       string
	client     Client
	categories []string
}

func (*announcements) Name() string { return "arxiv-feed" }

// Fetch asks for the feed of each category and gives those whose day was not read
// before. A feed that cannot be read does not keep the others from being read.
func (a *announcements) Fetch(ctx context.Context, place string, give func(*Batch) error) error {
	days := map[string]string{}
	if place != "" {
		if err := json.Unmarshal([]byte(place), &days); err != nil {
			return fmt.Errorf("the place %q cannot be read: %w", place, err)
		}
	}
	var failed []error
	for _, c := range a.categories {
		b, day, err := a.read(ctx, c)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			failed = append(failed, fmt.Errorf("the announcement of %s: %w", c, err))
			continue
		}
		if day <= days[c] {
			continue
		}
		days[c] = day
		place, err := json.Marshal(days)
		if err != nil {
			return err
		}
		b.Place = string(place)
		if err := give(b); err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}

// read asks for the feed as RSS, and as Atom when that cannot be read.
func (a *announcements) read(ctx context.Context, category string) (*Batch, string, error) {
	var failed []error
	for _, form := range []string{"rss", "atom"} {
		var b *Batch
		var day string
		address := form + "/" + category
		err := a.client.Get(ctx, a.base+"/"+address, func(body []byte, _ http.Header) error {
			f, err := parseAnnouncement(body)
			if err != nil {
				return err
			}
			b, day = f.batch(category), f.day
			b.Address, b.Answer = address, body
			return nil
		})
		if err == nil {
			return b, day, nil
		}
		failed = append(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, "", errors.Join(failed...)
}

// announcement is one day's feed of one category.
type announcement struct {
	day     string // as arXiv dates it, in Eastern time
	entries []atomEntry
}

// rssFeed is a daily announcement as RSS 2.0.
type rssFeed struct {
	XMLName xml.Name  `xml:"rss"`
	PubDate string    `xml:"channel>pubDate"`
	Items   []rssItem `xml:"channel>item"`
}

type rssItem struct {
	GUID        string   `xml:"guid"`
	Link        string   `xml:"link"`
	Title       string   `xml:"title"`
	Description string   `xml:"description"`
	Categories  []string `xml:"category"`
	Kind        string   `xml:"http://arxiv.org/schemas/atom announce_type"`
	DOI         string   `xml:"http://arxiv.org/schemas/atom DOI"`
	Journal     string   `xml:"http://arxiv.org/schemas/atom journal_reference"`
	Rights      string   `xml:"http://purl.org/dc/elements/1.1/ rights"`
	Creators    []string `xml:"http://purl.org/dc/elements/1.1/ creator"`
}

// parseAnnouncement reads a daily feed in either form. A feed that is cut off is an
// error: half a list would make a false ledger.
func parseAnnouncement(body []byte) (*announcement, error) {
	var date string
	var f announcement
	if bytes.Contains(body[:min(len(body), 1024)], []byte("<rss")) {
		var r rssFeed
		if err := xml.Unmarshal(body, &r); err != nil {
			return nil, fault.Invalid("The feed is not whole: %s.", err)
		}
		date = r.PubDate
		for i := range r.Items {
			f.entries = append(f.entries, r.Items[i].entry())
		}
	} else {
		a, err := parseAtom(body)
		if err != nil {
			return nil, err
		}
		date, f.entries = a.Updated, a.Entries
	}
	var err error
	f.day, err = announcementDay(strings.TrimSpace(date))
	return &f, err
}

// entry returns the item as an entry of the Atom form, which has the same fields.
func (it *rssItem) entry() atomEntry {
	e := atomEntry{
		ID: cmp.Or(it.GUID, it.Link), Title: it.Title, Summary: it.Description, Kind: it.Kind,
		DOI: it.DOI, Journal: it.Journal, Rights: it.Rights, Creators: it.Creators,
	}
	for _, c := range it.Categories {
		e.Categories = append(e.Categories, atomCategory{c})
	}
	return e
}

// announcementDay returns the day that a feed is of, in Eastern time.
func announcementDay(date string) (string, error) {
	eastern, err := time.LoadLocation("America/New_York")
	if err != nil {
		return "", err
	}
	t, err := time.Parse(time.RFC1123Z, date)
	if err != nil {
		if t, err = parseTime(date); err != nil {
			return "", fault.Invalid("The feed does not say of which day it is.")
		}
	}
	return t.In(eastern).Format(time.DateOnly), nil
}

func (f *announcement) batch(category string) *Batch {
	b := &Batch{Days: []ListedDay{{f.day, category}}, Expected: len(f.entries)}
	for i := range f.entries {
		e := &f.entries[i]
		p, kind, err := e.announced(f.day)
		if err != nil {
			b.Bad = append(b.Bad, Bad{[]byte(e.ID), fault.Message(err)})
			continue
		}
		b.Listings = append(b.Listings, Listing{Day: f.day, Category: category, Paper: p.ArXiv(), Kind: kind})
		if kind != Replaced {
			b.Papers = append(b.Papers, p)
		}
	}
	return b
}

// announced returns what an entry of a daily feed says of its paper.
func (e *atomEntry) announced(day string) (*paper.Paper, Kind, error) {
	name := strings.TrimPrefix(strings.TrimSpace(e.ID), "oai:arXiv.org:")
	id, _, err := paper.ParseIdentifier(name)
	if err != nil || id.Scheme != paper.ArXiv {
		return nil, "", fault.Invalid("The entry %q has no arXiv identifier.", clip(e.ID, 60))
	}
	kinds := map[string]Kind{"new": New, "cross": Crossed, "replace": Replaced, "replace-cross": Replaced}
	kind, known := kinds[strings.TrimSpace(e.Kind)]
	if !known {
		return nil, "", fault.Invalid("The entry %s has the announce type %q, which is none of new, cross, replace, replace-cross.", id.Value, clip(e.Kind, 20))
	}
	p := &paper.Paper{
		Identifiers: []paper.Identifier{id}, Form: paper.TeX, Authority: paper.FromFeed, Announced: day,
		Title: strings.TrimSpace(e.Title), Abstract: abstractOf(e.Summary), Categories: e.categories(),
	}
	if p.Title == "" {
		return nil, "", fault.Invalid("The entry %s has no title.", id.Value)
	}
	p.Licence, p.JournalRef = strings.TrimSpace(e.Rights), tidySpace(e.Journal)
	addDOIs(p, e.DOI)
	for _, c := range e.Creators {
		p.Authors = append(p.Authors, authorsOf(c)...)
	}
	return p, kind, nil
}

// abstractOf takes off what a daily feed sets before the abstract: a line with
// identifier and kind, and the word Abstract.
func abstractOf(s string) string {
	if _, rest, ok := strings.Cut(s, "Abstract:"); ok && strings.HasPrefix(strings.TrimSpace(s), "arXiv:") {
		s = rest
	}
	return strings.TrimSpace(s)
}
