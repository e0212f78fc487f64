package digest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/paper"
)

// Letter is a mail ready to be drawn.
type Letter struct {
	Subject                  string
	Preheader                string // what mail programs show beside the subject
	Long                     string // Tuesday 18 November 2025
	Short                    string // Tue 18 Nov 2025
	Number                   int    // of the edition; 0 for none
	Intro                    string
	Items                    []*Item
	More                     string // "18 more in the edition."
	MoreHref                 string
	MoreText                 string // "Read all 28"
	Base                     string
	Site                     string // the host, as people say it
	To                       string
	Schedule                 string
	Change, Pause, Stop, Web string
	Postal                   string
}

// Item is a paper in a mail: all its texts are plain, with mathematics as Unicode.
type Item struct {
	Rank  int
	Lead  bool
	Title string
	Name  string // of a title "Name: rest" with a short name, else empty
	Deck  string
	Text  string // the claim, or the abstract
	Who   string
	Votes int
	Talk  int
	Href  string
	Code  string
	Why   string
	Place string // the rank as it is drawn

	pieces *pieces
}

// write writes a digest when its turn to go out has come.
func (s *Store) write(ctx context.Context, l *outbox.Letter) (*mail.Message, error) {
	letter, held, err := s.letter(ctx, l)
	if err != nil {
		return nil, err
	}
	m := &mail.Message{
		Subject: letter.Subject, Text: letter.text(), ReplyTo: s.replyTo(outbox.Reply, held.ID),
		List: "digest." + s.Outbox.Host, ListName: "Broadsheet",
		Unsubscribe: []string{letter.Stop, "mailto:" + s.replyTo(outbox.Leave, held.ID).Bare() + "?subject=unsubscribe"},
	}
	if !held.Choice.TextOnly {
		if m.HTML, err = letter.html(); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// letter returns the mail that an outbox's letter stands for, and its subscription.
func (s *Store) letter(ctx context.Context, l *outbox.Letter) (*Letter, *Subscription, error) {
	var content ref
	if err := json.Unmarshal(l.Ref, &content); err != nil {
		return nil, nil, fmt.Errorf("digest %d is damaged: %w", l.ID, err)
	}
	held, err := s.get(ctx, s.db, content.Reader)
	if err != nil {
		return nil, nil, err
	}
	letter, err := s.lay(ctx, &content, held)
	if err == nil && l.ID != 0 {
		letter.Web = s.address("/mail/read", ActRead, l.ID)
	}
	return letter, held, err
}

// Read returns a mail that was sent, as HTML for a browser.
func (s *Store) Read(ctx context.Context, id int64) (string, error) {
	l, err := s.Outbox.Letter(ctx, id)
	if err != nil {
		return "", err
	}
	if l.Kind != Kind {
		return "", fault.NotFound("That mail cannot be read here.")
	}
	letter, _, err := s.letter(ctx, l)
	if err != nil {
		return "", err
	}
	return letter.html()
}

// lay draws up the mail for what was chosen.
func (s *Store) lay(ctx context.Context, c *ref, held *Subscription) (*Letter, error) {
	date, err := time.Parse(time.DateOnly, c.Date)
	if err != nil {
		return nil, err
	}
	items, err := s.itemsOf(ctx, c.Picks, held.Choice.Abstracts)
	if err != nil {
		return nil, err
	}
	l := &Letter{
		Long: date.Format("Monday 2 January 2006"), Short: date.Format("Mon 2 Jan 2006"), Number: c.Number, Items: items,
		Base: s.Base, Site: s.Base, To: held.Address.String(), Schedule: held.Choice.Cadence.String() + ", " + held.Choice.String(),
		Change: s.address("/mail", ActChange, held.ID), Pause: s.address("/mail/pause", ActChange, held.ID), Stop: s.address("/mail/stop", ActStop, held.ID),
		Postal: s.Outbox.Postal,
	}
	if u, err := url.Parse(s.Base); err == nil && u.Host != "" {
		l.Site = u.Host
	}
	l.Subject = subject(date, items)
	if c.Parts > 1 {
		l.Subject += fmt.Sprintf(" (%d of %d)", c.Part, c.Parts)
	}
	l.Intro = intro(c, held, len(items))
	l.Preheader = l.Intro
	if c.Day != "" {
		l.MoreHref = s.Base + "/papers/date/" + c.Day
		l.MoreText = fmt.Sprintf("Read all %s", edition.Thousands(c.All))
		if more := c.Of - len(c.Picks); more > 0 && c.Parts == 0 {
			l.More = fmt.Sprintf("%s more to choose from since your last mail.", edition.Thousands(more))
		}
	}
	return l, nil
}

// subject is "Broadsheet, Tuesday 18 November: MiroThinker, and 9 more".
func subject(date time.Time, items []*Item) string {
	s := "Broadsheet, " + date.Format("Monday 2 January")
	if len(items) == 0 {
		return s + ": nothing new"
	}
	first := items[0].Name
	if first == "" {
		first = clip(items[0].Title, 60)
	}
	s += ": " + first
	if more := len(items) - 1; more > 0 {
		s += fmt.Sprintf(", and %d more", more)
	}
	return s
}

func intro(c *ref, held *Subscription, n int) string {
	if n == 0 {
		return "Nothing new for you since the last mail."
	}
	text := count(n, "paper")
	if c.Of > n {
		text = fmt.Sprintf("%s of %s", edition.Thousands(n), count(c.Of, "paper"))
	}
	if !held.Choice.Whole() {
		text += ", for what you chose"
	}
	text += "."
	if c.Ledger != "" {
		text += " " + c.Ledger
	}
	return text
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return edition.Thousands(n) + " " + noun
}

// itemsOf returns the papers of a mail. One that was merged away since stands as the
// one that stayed, once.
func (s *Store) itemsOf(ctx context.Context, picks []Pick, abstracts bool) ([]*Item, error) {
	ids := make([]int64, len(picks))
	for i, p := range picks {
		ids[i] = p.Paper
	}
	papers, err := s.items.papers(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	var list []*Item
	seen := map[int64]bool{}
	for i, p := range papers {
		if p == nil || seen[p.ID] {
			continue
		}
		seen[p.ID] = true
		it := s.items.item(p, s.Base, abstracts)
		it.Rank, it.Lead, it.Why = len(list)+1, len(list) == 0, picks[i].Why
		list = append(list, it)
	}
	return list, nil
}

// longestAbstract is the most letters of an abstract in a mail.
const longestAbstract = 1200

func itemOf(p *paper.Paper, place edition.Place, base string, abstracts bool) *Item {
	it := &Item{
		Title: p.Form.Line(p.Title), Who: who(p), Votes: p.Votes(), Talk: p.Comments(),
		Href: base + "/papers/" + (&url.URL{Path: p.Key}).EscapedPath(),
		Text: p.Form.Line(place.PickClaim(p.Abstract).String()),
	}
	if abstracts {
		it.Text = clip(p.Form.Line(p.Abstract), longestAbstract)
	}
	const longestName = 28
	if name, deck, ok := strings.Cut(it.Title, ": "); ok && len([]rune(name)) <= longestName && deck != "" {
		it.Name, it.Deck = name, deck
	}
	if l := p.Link(paper.Code); l != nil && (strings.HasPrefix(l.URL, "https://") || strings.HasPrefix(l.URL, "http://")) {
		if u, err := url.Parse(l.URL); err == nil && u.Host != "" {
			it.Code = u.String()
		}
	}
	return it
}

// who says whose paper it is.
func who(p *paper.Paper) string {
	parts := []string{}
	if o := p.Organisation; o != nil {
		if o.FullName != "" {
			parts = append(parts, o.FullName)
		} else if o.Name != "" {
			parts = append(parts, o.Name)
		}
	}
	switch n := p.CountAuthors(); {
	case n == 1 && len(p.Authors) == 1, n == 2 && len(p.Authors) == 2 && len(parts) == 0:
		names := make([]string, n)
		for i, a := range p.Authors {
			names[i] = a.Name
		}
		parts = append(parts, list(names))
	case n > 0:
		parts = append(parts, count(n, "author"))
	}
	return strings.Join(parts, ", ")
}

// Facts is the line below a text: who, votes, comments.
func (it *Item) Facts() string {
	votes := count(it.Votes, "vote")
	if it.Talk > 0 {
		votes += ", " + count(it.Talk, "comment")
	}
	if it.Who == "" {
		return votes + "."
	}
	return it.Who + ". " + votes + "."
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	cut := string(r[:n])
	if i := strings.LastIndexByte(cut, ' '); i > n/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// text is the mail in plain text, 72 columns, addresses on lines of their own.
func (l *Letter) text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("BROADSHEET")
	if l.Number > 0 {
		line("%s, No. %s", l.Long, edition.Thousands(l.Number))
	} else {
		line("%s", l.Long)
	}
	line("%s", strings.Repeat("=", mail.Width))
	b.WriteString(mail.Wrap(l.Intro, ""))
	for _, it := range l.Items {
		number := fmt.Sprintf("%d. ", it.Rank)
		indent := strings.Repeat(" ", len(number))
		b.WriteByte('\n')
		b.WriteString(number + strings.TrimPrefix(mail.Wrap(it.Title, indent), indent))
		if it.Text != "" {
			b.WriteString("\n" + mail.Wrap(it.Text, indent))
		}
		b.WriteString("\n" + mail.Wrap(it.Facts(), indent))
		b.WriteString(mail.Wrap(it.Why, indent))
		line("%s%s", indent, it.Href)
		if it.Code != "" {
			line("%sCode: %s", indent, it.Code)
		}
	}
	line("\n%s", strings.Repeat("-", mail.Width))
	if l.More != "" {
		b.WriteString(mail.Wrap(l.More, ""))
	}
	if l.MoreHref != "" {
		line("%s: %s", l.MoreText, l.MoreHref)
	}
	b.WriteByte('\n')
	b.WriteString(mail.Wrap("Sent to "+l.To+", "+l.Schedule+".", ""))
	if l.Web != "" {
		line("On the web:  %s", l.Web)
	}
	line("Change:      %s", l.Change)
	line("Pause:       %s", l.Pause)
	line("Unsubscribe: %s", l.Stop)
	line("\n-- ")
	b.WriteString(mail.Wrap(l.Sender(), ""))
	b.WriteString("No open or click tracking.\n")
	b.WriteString(mail.Wrap("Thank you to arXiv for use of its open access interoperability.", ""))
	return b.String()
}

// Sender says who sends: "Broadsheet at papers.example.org, 1 Library Square, Uppsala."
func (l *Letter) Sender() string {
	s := "Broadsheet at " + l.Site
	if l.Postal != "" {
		s += ", " + strings.TrimSuffix(l.Postal, ".")
	}
	return s + "."
}

// merged returns where papers that were merged away went.
func merged(ctx context.Context, q db.Querier, ids []int64) (map[int64]int64, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := q.Query(ctx, `SELECT id, merged_into FROM paper WHERE merged_into IS NOT NULL AND id IN (`+db.Places(1, len(ids))+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	went := map[int64]int64{}
	for rows.Next() {
		var from, to int64
		if err := rows.Scan(&from, &to); err != nil {
			return nil, err
		}
		went[from] = to
	}
	return went, rows.Err()
}
