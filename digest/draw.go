package digest

import (
	"context"
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"broadsheet/edition"
	"broadsheet/paper"
)

//go:embed template/mail.html
var mailTemplate string

var templates = template.Must(template.New("mail").Funcs(template.FuncMap{"number": edition.Thousands, "count": count}).Parse(mailTemplate))

// A hundred thousand readers get some hundred papers, so each is drawn once and the
// mails are put together from the pieces. Where the place of a paper and the reason
// for it go, the pieces have these signs, which no text of ours or of others keeps.
const (
	placeMark = "\uE0F0"
	whyMark   = "\uE0F1"
)

// itemCache keeps papers and what was drawn of them for a moment. It is safe for
// concurrent use.
type itemCache struct {
	mu   sync.Mutex
	held map[int64]*heldPaper
}

type heldPaper struct {
	paper *paper.Paper
	place *edition.Place // nil for none
	until time.Time
	items [2]*Item // with the claim, with the abstract
}

const (
	heldFor  = time.Minute
	heldMost = 5000
)

// papers returns papers by number, nil for one that there is not; those that were
// merged away are the ones that stayed.
func (c *itemCache) papers(ctx context.Context, s *Store, ids []int64) ([]*paper.Paper, error) {
	now := time.Now()
	out := make([]*paper.Paper, len(ids))
	var lacking []int64
	c.mu.Lock()
	for i, id := range ids {
		if h := c.held[id]; h != nil && now.Before(h.until) {
			out[i] = h.paper
		} else {
			lacking = append(lacking, id)
		}
	}
	c.mu.Unlock()
	if len(lacking) == 0 {
		return out, nil
	}
	found, err := s.load(ctx, lacking)
	if err != nil {
		return nil, err
	}
	var held []int64
	for _, p := range found {
		held = append(held, p.ID)
	}
	places, err := s.Editions.Places(ctx, s.db, held)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil || len(c.held) > heldMost {
		c.held = map[int64]*heldPaper{}
	}
	for id, p := range found {
		c.held[id] = &heldPaper{paper: p, place: places[p.ID], until: now.Add(heldFor)}
	}
	for i, id := range ids {
		if out[i] == nil {
			out[i] = found[id]
		}
	}
	return out, nil
}

func (s *Store) load(ctx context.Context, ids []int64) (map[int64]*paper.Paper, error) {
	went, err := merged(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	ask := make([]int64, len(ids))
	for i, id := range ids {
		if ask[i] = id; went[id] != 0 {
			ask[i] = went[id]
		}
	}
	papers, err := s.Papers.List(ctx, s.db, ask)
	if err != nil {
		return nil, err
	}
	byID := map[int64]*paper.Paper{}
	for _, p := range papers {
		byID[p.ID] = p
	}
	found := map[int64]*paper.Paper{}
	for i, id := range ids {
		if p := byID[ask[i]]; p != nil {
			found[id] = p
		}
	}
	return found, nil
}

// item returns the item for a paper, to be changed freely.
func (c *itemCache) item(p *paper.Paper, base string, abstracts bool) *Item {
	variant := 0
	if abstracts {
		variant = 1
	}
	c.mu.Lock()
	h := c.held[p.ID]
	if h != nil && h.paper == p && h.items[variant] != nil {
		it := *h.items[variant]
		c.mu.Unlock()
		return &it
	}
	c.mu.Unlock()
	var place edition.Place
	if h != nil && h.place != nil {
		place = *h.place
	}
	it := itemOf(p, place, base, abstracts)
	it.pieces = &pieces{}
	kept := *it
	c.mu.Lock()
	defer c.mu.Unlock()
	if h != nil {
		h.items[variant] = &kept
	}
	return it
}

// pieces are what was drawn of an item: as the lead, in the list, in brief.
type pieces struct {
	once [3]sync.Once
	html [3]string
	err  [3]error
}

// The ways in which an item can be drawn.
var shapes = []string{"lead", "item", "brief"}

// Mails that hold all papers have the first in full; the others in a line each, so
// that the whole stays under 102 KB.
const fullItems = 30

func (it *Item) shape() int {
	switch {
	case it.Lead:
		return 0
	case it.Rank <= fullItems:
		return 1
	}
	return 2
}

func (it *Item) draw(b *strings.Builder) error {
	shape, p := it.shape(), it.pieces
	p.once[shape].Do(func() {
		marked := *it
		marked.Why, marked.Place = whyMark, placeMark
		var out strings.Builder
		p.err[shape] = templates.ExecuteTemplate(&out, shapes[shape], &marked)
		p.html[shape] = ascii(out.String())
	})
	if p.err[shape] != nil {
		return p.err[shape]
	}
	strings.NewReplacer(ascii(placeMark), fmt.Sprint(it.Rank), ascii(whyMark), ascii(html.EscapeString(it.Why))).WriteString(b, p.html[shape])
	return nil
}

// html draws a mail. It is ASCII in lines that can travel as they are.
func (l *Letter) html() (string, error) {
	var b strings.Builder
	b.Grow(4096 + 2048*len(l.Items))
	frame := func(name string) error {
		var out strings.Builder
		if err := templates.ExecuteTemplate(&out, name, l); err != nil {
			return fmt.Errorf("draw a digest: %w", err)
		}
		b.WriteString(ascii(out.String()))
		return nil
	}
	if err := frame("head"); err != nil {
		return "", err
	}
	if len(l.Items) == 0 {
		b.WriteString(`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">` + "\n")
	}
	for _, it := range l.Items {
		if err := it.draw(&b); err != nil {
			return "", fmt.Errorf("draw paper %s in a digest: %w", it.Href, err)
		}
	}
	if err := frame("foot"); err != nil {
		return "", err
	}
	return b.String(), nil
}

// ascii writes what is not ASCII as numbers, which HTML reads the same everywhere, and
// breaks lines at spaces where they grow too long to travel.
func ascii(s string) string {
	const longest = 900
	var b strings.Builder
	b.Grow(len(s) + len(s)/16)
	column := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n':
			column = -1
			b.WriteByte('\n')
		case r == ' ' && column > longest:
			column = -1
			b.WriteByte('\n')
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		default:
			fmt.Fprintf(&b, "&#%d;", r)
			column += 6
		}
		column++
		i += n
	}
	return b.String()
}
