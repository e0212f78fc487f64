package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"maps"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"broadsheet/account"
)

// Marks returns those of some papers with which an account has done something. It
// must change only with the version of the account (account.Touch).
type Marks func(ctx context.Context, account int64, papers []int64) ([]int64, error)

// Overlay is what the shared pages show to one reader.
type Overlay struct {
	Reader *Reader // nil for a visitor
	Voted  map[int64]bool
	Saved  map[int64]bool
	Read   map[int64]bool // nil when no marks are kept

	papers []int64 // of the page
	tag    string  // tells overlays of one page apart
}

// Reader is who is signed in.
type Reader struct {
	Name, Initials string
	Desk           bool // edits, too
}

func readerOf(a *account.Account) *Reader {
	initials := ""
	for _, w := range strings.Fields(a.Name) {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLetter(r) && utf8.RuneCountInString(initials) < 2 {
			initials += string(unicode.ToUpper(r))
		}
	}
	if initials == "" {
		initials = "You"
	}
	return &Reader{a.Name, initials, a.Role >= account.Desk}
}

// overlay returns what a page with some papers shows to who asks.
func (h *Handler) overlay(ctx context.Context, v *account.Viewer, papers []int64) (*Overlay, error) {
	m, err := h.marks.get(ctx, h.Config, v, papers)
	if err != nil {
		return nil, err
	}
	o := &Overlay{Reader: readerOf(&v.Account), Voted: m.voted, Saved: m.saved, tag: fmt.Sprintf("%d.%d", v.ID, v.Version)}
	if v.Shows.KeepsRead && h.Library != nil {
		o.Read = m.read
	}
	return o, nil
}

// marks keeps what readers have done with papers, for one version of each account.
type marks struct {
	mu   sync.Mutex
	held map[int64]*marked // never changed, but put in another's place
}

type marked struct {
	version                   int64
	asked, voted, saved, read map[int64]bool
}

// get returns what is known of a reader and at least these papers, and asks for
// what is not.
func (m *marks) get(ctx context.Context, c Config, v *account.Viewer, papers []int64) (*marked, error) {
	m.mu.Lock()
	k := m.held[v.ID]
	m.mu.Unlock()
	const mostPapers = 4000 // of one reader; more are asked for again
	if k == nil || k.version != v.Version || len(k.asked) > mostPapers {
		k = &marked{version: v.Version}
	}
	var missing []int64
	for _, p := range papers {
		if !k.asked[p] {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return k, nil
	}
	next, err := k.with(ctx, c, v.ID, missing)
	if err != nil {
		return nil, fmt.Errorf("ask for the marks of account %d: %w", v.ID, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	const mostReaders = 5000
	if m.held == nil || len(m.held) >= mostReaders {
		m.held = map[int64]*marked{}
	}
	m.held[v.ID] = next
	return next, nil
}

// acted brings what is known of a reader up to date with their own act on a paper, so
// that their next page need not ask. before is the version of the account that they
// came with, after the present one. When these follow on one another and the paper's
// mark was another one before, then it was this act that made the step, and nothing
// else has changed; in any other case all is asked for again.
func (m *marks) acted(account, before, after, paper int64, of func(*marked) map[int64]bool, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.held[account]
	if k == nil || k.version != before || after != before+1 || !k.asked[paper] || of(k)[paper] == on {
		return
	}
	next := &marked{after, k.asked, maps.Clone(k.voted), maps.Clone(k.saved), maps.Clone(k.read)}
	of(next)[paper] = on
	m.held[account] = next
}

func votedOf(k *marked) map[int64]bool { return k.voted }
func savedOf(k *marked) map[int64]bool { return k.saved }
func readOf(k *marked) map[int64]bool  { return k.read }

// acted notes an act of who asks that is done.
func (h *Handler) acted(ctx context.Context, v *account.Viewer, paper int64, of func(*marked) map[int64]bool, on bool) error {
	now, err := h.Accounts.Again(ctx, v)
	if err == nil && now != nil {
		h.marks.acted(v.ID, v.Version, now.Version, paper, of, on)
	}
	return err
}

// with returns k and what is known of more papers.
func (k *marked) with(ctx context.Context, c Config, account int64, papers []int64) (*marked, error) {
	next := &marked{k.version, map[int64]bool{}, map[int64]bool{}, map[int64]bool{}, map[int64]bool{}}
	maps.Copy(next.asked, k.asked)
	maps.Copy(next.voted, k.voted)
	maps.Copy(next.saved, k.saved)
	maps.Copy(next.read, k.read)
	for _, p := range papers {
		next.asked[p] = true
	}
	if c.Voted != nil {
		voted, err := c.Voted(ctx, account, papers)
		if err != nil {
			return nil, err
		}
		for _, p := range voted {
			next.voted[p] = true
		}
	}
	if c.Library != nil {
		kept, err := c.Library.Marks(ctx, account, papers)
		if err != nil {
			return nil, err
		}
		maps.Copy(next.saved, kept.Saved)
		maps.Copy(next.read, kept.Read)
	}
	return next, nil
}

// on returns the overlay for a page with these papers.
func (o *Overlay) on(papers []int64) *Overlay {
	at := *o
	at.papers = papers
	return &at
}

// is reports whether kind is true of the reader and the paper.
func (o *Overlay) is(kind string, paper int64) bool {
	switch kind {
	case "voted":
		return o.Voted[paper]
	case "saved":
		return o.Saved[paper]
	case "read":
		return o.Read[paper]
	case "counts":
		return o.Read != nil
	case "reader":
		return o.Reader != nil
	case "desk":
		return o.Reader != nil && o.Reader.Desk
	}
	return false
}

// text returns a text of the overlay, escaped, of at most so many bytes.
func (o *Overlay) text(kind string, size int) string {
	if o.Reader == nil {
		return ""
	}
	text := ""
	switch kind {
	case "name":
		text = o.Reader.Name
	case "initials":
		text = o.Reader.Initials
	case "read":
		text = number(o.countRead())
	case "percent":
		text = number(100 * o.countRead() / max(1, len(o.papers)))
	case "of":
		text = number(len(o.papers))
	}
	for escaped := template.HTMLEscapeString(text); ; escaped = template.HTMLEscapeString(text) {
		if len(escaped) <= size {
			return escaped
		}
		_, last := utf8.DecodeLastRuneInString(text)
		text = strings.TrimRight(text[:len(text)-last], " ")
	}
}

// countRead returns how many papers of the page the reader has read.
func (o *Overlay) countRead() int {
	n := 0
	for _, p := range o.papers {
		if o.Read[p] {
			n++
		}
	}
	return n
}

func (o *Overlay) write(b *bytes.Buffer, n node) {
	switch {
	case n.part == nil:
		b.Write(n.text)
	case n.part.text > 0:
		b.WriteString(o.text(n.part.kind, n.part.text))
	default:
		branch := n.part.no
		if o.is(n.part.kind, n.part.paper) {
			branch = n.part.yes
		}
		for _, n := range branch {
			o.write(b, n)
		}
	}
}

// fill returns what goes into a place, padded to its size; b is used for it.
func (o *Overlay) fill(b *bytes.Buffer, p *place) []byte {
	if p.part.text == 0 {
		ready := p.no
		if o.is(p.part.kind, p.part.paper) {
			ready = p.yes
		}
		if ready != nil {
			return ready
		}
	}
	b.Reset()
	o.write(b, node{part: &p.part})
	for b.Len() < p.size {
		b.WriteByte(' ')
	}
	return b.Bytes()
}
