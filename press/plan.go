package press

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// missing is an address at which nothing stands: what the server answers there
// becomes the site's 404.html.
const missing = "/404.html"

// feeds are the endings of a list's feeds.
var feeds = []string{".atom", ".rss", ".json"}

// plan finds the pages of the site, and which of them must be made.
func (p *printing) plan(ctx context.Context) error {
	d := p.Papers.DB()
	p.now = &manifest{Format: format, Version: p.Version, Base: p.Base, From: p.Span.From, To: p.Span.To, Days: map[string]int{}}
	var err error
	if p.now.Instance, err = d.Identity(ctx); err != nil {
		return err
	}
	if p.now.Seq, err = paper.Latest(ctx, d); err != nil { // before anything is read: what comes later is made again
		return err
	}
	out := edition.Span{From: p.Span.From, To: min(p.Span.To, p.Today)}
	if p.days, err = p.Editions.Days(ctx, out); err != nil {
		return err
	}
	if len(p.days) == 0 {
		return fault.NotFound("There is no edition to print.")
	}
	if p.standing, err = p.Editions.Standing(ctx, out); err != nil {
		return err
	}
	for _, day := range p.days {
		p.now.Days[day.Day] = day.Number
	}
	touched, err := p.touched(ctx)
	if err != nil {
		return err
	}
	p.site = map[string]bool{}
	p.lists(touched)
	p.papers(touched)
	return nil
}

// touched is what differs from the last printing.
type touched struct {
	all    bool
	some   bool            // anything
	papers map[int64]bool  // by number
	days   map[string]bool // whose lists differ
	near   map[string]bool // months in which, or beside which, an edition came or went
}

func (p *printing) touched(ctx context.Context) (*touched, error) {
	t := &touched{papers: map[int64]bool{}, days: map[string]bool{}, near: map[string]bool{}}
	if t.all = p.All || !p.held.follows(p.now); t.all {
		t.some = true
		return t, nil
	}
	const batch = 5000
	for after := p.held.Seq; ; {
		list, err := paper.Changes(ctx, p.Papers.DB(), after, batch)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			t.some, after = true, c.Seq
			switch c.Kind {
			case paper.ChangedPaper:
				t.papers[c.Subject] = true
			case edition.ChangedEdition:
				t.days[fmt.Sprintf("%04d-%02d-%02d", c.Subject/10000, c.Subject/100%100, c.Subject%100)] = true
			}
		}
		if len(list) < batch {
			break
		}
	}
	for _, s := range p.standing {
		if t.papers[s.Paper] {
			t.days[s.Day] = true
		}
	}
	for day, number := range p.now.Days {
		if p.held.Days[day] != number {
			t.days[day] = true
			t.around(day)
		}
	}
	for day := range p.held.Days {
		if p.now.Days[day] == 0 {
			t.around(day)
		}
	}
	return t, nil
}

// around notes a day that came, went or has another number: pages of the months
// around it name it.
func (t *touched) around(day string) {
	at, err := edition.ParseDay(day)
	if err != nil {
		return
	}
	first := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	for n := -1; n <= 1; n++ {
		t.near[first.AddDate(0, n, 0).Format("2006-01")] = true
	}
}

// day reports whether the pages of a day differ.
func (t *touched) day(day string) bool { return t.all || t.days[day] || t.near[day[:7]] }

// add adds a page, and its feeds when it has some.
func (p *printing) add(at, feed string, must bool) {
	p.site[at] = p.site[at] || must
	if feed != "" {
		for _, ending := range feeds {
			p.site["/feed/"+feed+ending] = p.site["/feed/"+feed+ending] || must
		}
	}
}

// lists adds the pages of many papers.
func (p *printing) lists(t *touched) {
	p.add("/", "papers", t.some)
	p.add("/archive", "editions", t.some)
	p.add("/papers?q=", "", t.all) // the page of the search
	for _, query := range []string{"", "?window=day", "?window=month"} {
		p.add("/papers/trending"+query, "", t.some)
	}
	for _, ending := range feeds {
		p.add("/feed/trending"+ending, "", t.some)
	}
	for _, at := range []string{"/sitemap.xml", "/robots.txt", missing, "/moderation"} {
		p.add(at, "", t.some)
	}
	categories := map[string]bool{}
	for _, s := range p.standing {
		for _, c := range s.Categories {
			categories[c] = categories[c] || t.all || t.papers[s.Paper]
		}
	}
	for c, must := range categories {
		p.add("/categories/"+url.PathEscape(c), "category/"+url.PathEscape(c), must)
	}
	for _, d := range p.days {
		at, err := edition.ParseDay(d.Day)
		if err != nil {
			continue // the database holds days alone
		}
		must := t.day(d.Day)
		week := edition.Week(at)
		p.add("/papers/date/"+d.Day, "day/"+d.Day, must)
		p.add("/papers/week/"+week, "week/"+week, must)
		p.add("/papers/month/"+d.Day[:7], "month/"+d.Day[:7], must)
		p.add("/sitemap-"+d.Day[:7]+".xml", "", must)
	}
	for _, name := range p.Static {
		p.add(name, "", t.all)
	}
}

// papers adds the pages of papers.
func (p *printing) papers(t *touched) {
	for _, s := range p.standing {
		at := "/papers/" + s.Key
		must := t.all || t.papers[s.Paper] || p.held.Days[s.Day] != p.now.Days[s.Day]
		p.add(at, "", must)
		if s.Comments > 0 {
			p.add("/feed/comments/"+s.Key+feeds[0], "", must)
		}
	}
}
