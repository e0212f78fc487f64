package web

import (
	"fmt"
	"slices"
	"time"

	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
)

// DeskData is what the page of the desk is made of.
type DeskData struct {
	edition.Making
	Number int                      // that the edition will have
	List   []edition.Candidate      // those kept first, then in the order of the forecast
	Why    map[int64]string         // what the forecast says of a paper
	Near   map[int64][]*paper.Paper // what may be the same as a paper
	Doubts []paper.Doubt
	Ledger *LedgerDay
	Acts   []edition.Act // the newest first
	People map[int64]Writer
	Papers map[int64]*paper.Paper
	Me     int64
	All    bool   // all candidates are shown, not only the first
	Notice string // why what was asked for was not done
	Lost   string // what was written with it
}

// DeskPage is the page on which the coming edition is made.
type DeskPage struct {
	Page
	Heading, Sum     string
	Day              string
	Act              int64
	Notice, Lost     string
	Kept, Open, Left []DeskRow
	Doubts           []DeskDoubt
	OpenSays         string
	More             int // candidates that are not shown
	Number           int
	Facts            []Fact
	Checks           []string
	Due              string
	Held             bool
	Topics           []Link
	PutIn            []Entry
	Acts             []DeskAct
}

func (*DeskPage) template() string { return "desk" }

// DeskRow is a candidate.
type DeskRow struct {
	Item
	Day         string
	Act         int64
	Pick        edition.Pick
	At          string // 1, 2; – for what is not kept
	First, Last bool   // of those kept
	Facts       []string
	Said        []string // what its submitters say
	Near        []DeskTwin
	Done        string // the last act on it
	Sentences   []Sentence
	ClaimWas    string
	Note        string
}

// DeskTwin is a held paper that may be the same as another one.
type DeskTwin struct {
	Link
	ID, Other int64
	May       bool // be found to be one: arXiv does not know them as two
}

// DeskDoubt is a pair of papers with one title, which the desk tells apart or merges.
type DeskDoubt struct {
	Own Entry
	DeskTwin
	Facts []string
}

// Sentence is one of the sentences that can be the claim.
type Sentence struct {
	Value, Text string
	Chosen      bool
}

// DeskAct is an act in the desk's log.
type DeskAct struct {
	ID    int64
	Says  string
	Paper *Link
	When  string
	Undo  bool
	Mine  bool // and it is what the key z undoes
}

// line is how many candidates are shown on which nothing is decided.
const line = 20

// DeskPageOf makes the page of the desk.
func DeskPageOf(s Site, d DeskData) *DeskPage {
	at := day(d.Day)
	v := &DeskPage{
		Page: s.page("Desk, "+weekdayDate(at), "candidates"), Heading: "Desk, " + weekdayDate(at), Day: d.Day, Act: d.Act,
		Notice: d.Notice, Lost: d.Lost, Number: d.Number, Held: d.Held,
	}
	v.NoIndex, v.DeskKeys = true, true
	v.at("Desk")
	last := map[int64]edition.Act{}
	for _, a := range slices.Backward(d.Acts) {
		last[a.Paper] = a
	}
	for _, x := range d.Doubts {
		v.Doubts = append(v.Doubts, DeskDoubt{s.entry(x.Own, who(x.Own), year(x.Own), x.Own.Key), twinOf(x.Own, x.Other), []string{who(x.Other), year(x.Other), x.Other.Key}})
	}
	open := 0
	for _, c := range d.List {
		switch c.Pick {
		case edition.Kept:
			v.Kept = append(v.Kept, d.row(s, c, last))
		case edition.Left:
			v.Left = append(v.Left, d.row(s, c, last))
		default:
			if open++; open <= line || d.All {
				r := d.row(s, c, last)
				r.At = fmt.Sprint(len(v.Kept) + open)
				v.Open = append(v.Open, r)
			}
		}
	}
	if v.More = open - len(v.Open); v.More < 0 {
		v.More = 0
	}
	if n := len(v.Kept); n > 0 {
		v.Kept[0].First, v.Kept[n-1].Last = true, true
	}
	v.OpenSays = number(open)
	v.Sum = fmt.Sprintf("%s. Ranked by how many readers put a paper in, then by the forecast: early votes, authors, subjects and stars, weighed by what readers here voted for before.", count(len(d.List), "candidate"))
	if d.Ledger != nil && d.Ledger.Total.Announced > 0 {
		v.Sum = fmt.Sprintf("%s announced, %s held. ", number(d.Ledger.Total.Announced), number(d.Ledger.Total.Held)) + v.Sum
	}
	v.rail(s, d, open)
	return v
}

// row makes the row of a candidate.
func (d *DeskData) row(s Site, c edition.Candidate, last map[int64]edition.Act) DeskRow {
	it := s.item(feed.Item{Rank: max(c.Ord, 1), Paper: c.Paper, Place: c.Place, Why: d.Why[c.Paper.ID]})
	it.Anchor = fmt.Sprint(c.Paper.ID)
	r := DeskRow{Item: it, Day: d.Day, Act: d.Act, Pick: c.Pick, At: "–", ClaimWas: c.Claim, Note: c.Note}
	if c.Pick == edition.Kept {
		r.At = fmt.Sprint(c.Ord)
	}
	if n := c.Paper.Votes(); n > 0 {
		r.Facts = append(r.Facts, count(n, "early vote"))
	}
	switch n := len(c.PutIn); {
	case n > 0 && !c.Direct && c.Pick == edition.Open:
		r.Facts = append(r.Facts, count(n, "reader")+" put it in; it waits for you")
	case n > 0:
		r.Facts = append(r.Facts, count(n, "reader")+" put it in")
	case c.Origin == edition.Announced:
		r.Facts = append(r.Facts, "announced in "+c.Paper.Primary())
	case c.Submitter != "":
		r.Facts = append(r.Facts, "put in by "+c.Submitter)
	}
	for _, x := range c.PutIn {
		author := ""
		if x.Author {
			author = ", who says to be an author"
		}
		switch {
		case x.Note != "":
			r.Said = append(r.Said, fmt.Sprintf("“%s” %s%s.", x.Note, d.name(x.Account), author))
		case author != "":
			r.Said = append(r.Said, "Put in by "+d.name(x.Account)+author+".")
		}
	}
	if a, ok := last[c.Paper.ID]; ok {
		r.Done = d.name(a.Account) + " " + a.Says() + ", " + a.At.UTC().Format("15:04") + "."
	}
	for _, p := range d.Near[c.Paper.ID] {
		r.Near = append(r.Near, twinOf(c.Paper, p))
	}
	for _, text := range edition.Sentences(c.Paper.Abstract) {
		const longest = 110
		r.Sentences = append(r.Sentences, Sentence{text, clip(c.Paper.Form.Line(text), longest), text == c.Claim})
	}
	return r
}

func twinOf(p, other *paper.Paper) DeskTwin {
	return DeskTwin{Link{Text: clip(other.Form.Line(other.Title), 110), Href: paperPath(other.Key)}, p.ID, other.ID, p.ArXiv() == "" || other.ArXiv() == ""}
}

func (d *DeskData) name(id int64) string {
	if p, ok := d.People[id]; ok {
		return p.Name
	}
	return "a former reader"
}

// told says what somebody did: "Noor Haddad kept MiroThinker."
func (d *DeskData) told(a edition.Act) string {
	says := d.name(a.Account) + " " + a.Says()
	if p := d.Papers[a.Paper]; p != nil {
		says += ": " + clip(p.Form.Line(p.Title), 60)
	}
	return says + "."
}

// rail makes what stands beside the candidates.
func (v *DeskPage) rail(s Site, d DeskData, open int) {
	v.Facts = []Fact{{"Kept", number(len(v.Kept))}, {"Undecided", number(open)}, {"Skipped", number(len(v.Left))}}
	waits := 0
	topics := map[string]int{}
	var names []string
	for _, c := range d.List {
		if c.Pick == edition.Open && !c.Direct {
			waits++
		}
		if t := topicOf(c.Paper); c.Pick == edition.Kept && t != "" {
			if topics[t]++; topics[t] == 1 {
				names = append(names, t)
			}
		}
		if n := len(c.PutIn); n > 0 {
			v.PutIn = append(v.PutIn, Entry{Href: fmt.Sprintf("#c%d", c.Paper.ID), Title: c.Paper.Form.HTML(c.Paper.Title), Facts: []string{count(n, "reader")}})
		}
	}
	for _, t := range names {
		v.Topics = append(v.Topics, Link{Text: t, Note: number(topics[t])})
	}
	if len(v.Kept) > 0 {
		v.Checks = append(v.Checks, "Lead chosen")
	}
	if d.Ledger != nil && d.Ledger.Total.Announced > 0 && d.Ledger.Total.Late+d.Ledger.Total.Missing == 0 {
		v.Checks = append(v.Checks, "Ledger complete")
	}
	due := d.Due.UTC()
	v.Due = fmt.Sprintf("Publishes itself %s at %s UTC. What nobody decided on runs in brief, by votes", due.Format("Monday"), due.Format("15:04"))
	if d.Held {
		v.Due = fmt.Sprintf("Held back. It publishes itself %s at %s UTC at the latest. What nobody decided on runs in brief, by votes", due.Format("Monday"), due.Format("15:04"))
	}
	if waits > 0 {
		v.Due += fmt.Sprintf("; %s for you and %s on", map[bool]string{true: "one waits", false: number(waits) + " wait"}[waits == 1], map[bool]string{true: "waits", false: "wait"}[waits == 1])
	}
	v.Due += "."
	const acts = 12
	for _, a := range d.Acts[:min(len(d.Acts), acts)] {
		row := DeskAct{ID: a.ID, Says: d.name(a.Account) + " " + a.Says(), When: a.At.UTC().Format("15:04"), Undo: a.Undoable()}
		row.Mine = row.Undo && a.Account == d.Me && a.Do != edition.Undo
		if a.Undone {
			row.Says += ", undone since"
		}
		if p := d.Papers[a.Paper]; p != nil {
			row.Paper = &Link{Text: clip(p.Form.Line(p.Title), 60), Href: fmt.Sprintf("#c%d", p.ID)}
		}
		v.Acts = append(v.Acts, row)
	}
}

// PublishPage asks whether an edition is to be published now.
type PublishPage struct {
	Page
	Heading, Day, Sum string
}

func (*PublishPage) template() string { return "publish" }

// PublishPageOf makes the page that asks whether an edition is to be published now.
func PublishPageOf(s Site, d DeskData) *PublishPage {
	at := day(d.Day)
	v := &PublishPage{Page: s.page("Publish No. "+number(d.Number), "question"), Heading: "Publish No. " + number(d.Number) + ", " + weekdayDate(at) + ", now?", Day: d.Day}
	v.NoIndex = true
	v.at("Desk")
	kept, brief, waits := 0, 0, 0
	for _, c := range d.List {
		switch {
		case c.Pick == edition.Kept:
			kept++
		case c.Pick == edition.Open && c.Direct:
			brief++
		case c.Pick == edition.Open:
			waits++
		}
	}
	if kept+brief == 0 {
		v.Sum = "Nothing would stand in it, so there would be no edition of that day. "
	} else {
		v.Sum = fmt.Sprintf("%s in your order, %s in brief behind them. ", count(kept, "paper"), number(brief))
	}
	if waits > 0 {
		v.Sum += fmt.Sprintf("%s on for the next desk. ", map[bool]string{true: "One paper waits", false: number(waits) + " papers wait"}[waits == 1])
	}
	v.Sum += fmt.Sprintf("Nothing of it can be undone. If nobody does, it publishes itself in %s.", long(max(time.Minute, d.Due.Sub(s.Now))))
	return v
}
