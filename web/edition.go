package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
)

// EditionData is what the page of a day is made of.
type EditionData struct {
	Edition edition.Day
	Asked   string // the day asked for, when it has no edition and Edition is the one before
	Items   []feed.Item
	Week    []edition.Day // the editions of the ISO week around Edition
	Before  *edition.Day  // the last edition before, nil for none
	After   *edition.Day  // the next one, nil for none
	Ledger  *LedgerDay    // nil when unknown
	Props   string        // for readers that scrape; empty for none
}

// EditionPage is the page of a day.
type EditionPage struct {
	Page
	Notice    string // why another day is shown than the one asked for
	Front     Front
	Topics    []Link
	Discussed []Entry // most comments first
	Ledger    *LedgerDay
	Announced []Group
	Total     int // papers in Announced
	End       string
	Neighbour []Link
}

func (*EditionPage) template() string { return "edition" }

// Front is a list of papers by rank: the lead, the seconds, the inside and the
// briefs.
type Front struct {
	Lead    *Item
	Seconds []Item // 2 to 4
	Inside  []Item // 5 to 12
	Briefs  []Item // the rest
}

// Group is a run of papers under one heading.
type Group struct {
	Name, Note string
	Items      []Entry
}

// Range writes the ranks of a run of items: 5 to 12.
func Range(items []Item) string {
	if len(items) == 0 {
		return ""
	}
	first, last := items[0].Rank, items[len(items)-1].Rank
	if first == last {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d to %d", first, last)
}

// front lays out a ranked list.
func front(items []Item) Front {
	const seconds, inside = 4, 12
	var f Front
	if len(items) > 0 {
		f.Lead = &items[0]
		f.Seconds = items[1:min(len(items), seconds)]
		f.Inside = items[len(f.Seconds)+1 : min(len(items), inside)]
		f.Briefs = items[1+len(f.Seconds)+len(f.Inside):]
	}
	return f
}

// items makes a list ready, each topic leading to its first paper.
func (s Site) items(list []feed.Item) []Item {
	items := make([]Item, len(list))
	first := map[string]string{}
	for i, it := range list {
		items[i] = s.item(it)
		t := &items[i].Topic
		if t.Text != "" && first[t.Text] == "" {
			first[t.Text] = "#p" + items[i].Anchor
		}
		if t.Text != "" {
			t.Href = first[t.Text]
		}
	}
	return items
}

// EditionPageOf makes the page of a day. On a day with papers that somebody put
// in, these are ranked and the announced follow by category; on a day without
// any, the first announced fill the ranks.
func EditionPageOf(s Site, d EditionData) *EditionPage {
	const ranked = 28 // of a day on which papers were only announced
	at := day(d.Edition.Day)
	v := &EditionPage{Page: s.page(longDate(at), "papers"), Ledger: d.Ledger}
	n := slices.IndexFunc(d.Items, func(it feed.Item) bool { return it.Origin == edition.Announced })
	if n < 0 {
		n = len(d.Items)
	} else if n == 0 {
		n = min(ranked, len(d.Items))
	}
	items := s.items(d.Items[:n])
	v.Front = front(items)
	v.Topics = topics(items)
	v.Discussed = s.discussed(d.Items[:n])
	v.Announced = s.byCategory(d.Items[n:])
	v.Total = len(d.Items) - n

	lead := ""
	if v.Front.Lead != nil {
		lead = v.Front.Lead.Label
	}
	v.Title = fmt.Sprintf("%s, No. %s", v.Title, number(d.Edition.Number))
	v.describe(s, dayPath(d.Edition.Day), "website", fmt.Sprintf("Edition No. %s: %s. First: %s.", number(d.Edition.Number), count(d.Edition.Count(), "paper"), lead))
	v.Full = &Ear{Text: longDate(at), Day: d.Edition.Day, Note: "No. " + number(d.Edition.Number)}
	if d.Asked != "" {
		v.Notice = fmt.Sprintf("%s has no edition. This is the one before it.", longDate(day(d.Asked)))
	}
	if s.Newest != nil && s.Newest.Day == d.Edition.Day {
		v.at("Today")
	}
	v.offer("papers", "papers", "", nil)
	v.takeAlong(s, longDate(at), "day", d.Edition.Day, nil)
	v.Places.Week, v.Places.Month = weekPath(at), monthPath(at)
	v.Strip = s.daysStrip(at, d.Week, d.Before, d.After)
	v.Line = &Link{Text: d.Ledger.line("on this day"), Href: "/status"}
	if d.Ledger != nil {
		v.Line.Href = "#ledger"
	}
	v.Counts = counts(d.Edition.Count(), "in this edition", votesOf(d.Items))
	v.end(s, d, at)
	if d.Props != "" {
		v.Island = &Island{d.Props}
	}
	return v
}

func counts(papers int, where string, votes int) string {
	text := number(papers) + " " + where
	if votes > 0 {
		text += " · " + count(votes, "vote")
	}
	return text
}

func votesOf(items []feed.Item) int {
	n := 0
	for _, it := range items {
		n += it.Paper.Votes()
	}
	return n
}

// end writes the last lines: where the edition ends, and its neighbours.
func (v *EditionPage) end(s Site, d EditionData, at time.Time) {
	v.End = fmt.Sprintf("End of edition No. %s.", number(d.Edition.Number))
	if d.After == nil {
		const recent = 4 * 24 * time.Hour // an older record is not waiting for its next day
		if next := nextDue(at); day(s.Today).Sub(at) < recent {
			v.End += fmt.Sprintf(" The next is due %s.", weekdayDate(next))
		}
	}
	for _, n := range []*edition.Day{d.Before, d.After} {
		if n != nil {
			v.Neighbour = append(v.Neighbour, Link{Text: weekdayDate(day(n.Day)) + ", " + count(n.Count(), "paper"), Href: dayPath(n.Day)})
		}
	}
}

// nextDue returns the next working day after t.
func nextDue(t time.Time) time.Time {
	for t = t.AddDate(0, 0, 1); t.Weekday() == time.Saturday || t.Weekday() == time.Sunday; t = t.AddDate(0, 0, 1) {
	}
	return t
}

// discussed returns the papers of a list with most comments.
func (s Site) discussed(list []feed.Item) []Entry {
	const most = 5
	list = slices.DeleteFunc(slices.Clone(list), func(it feed.Item) bool { return it.Paper.Comments() == 0 })
	slices.SortStableFunc(list, func(a, b feed.Item) int { return b.Paper.Comments() - a.Paper.Comments() })
	var entries []Entry
	for _, it := range list[:min(len(list), most)] {
		entries = append(entries, s.entry(it.Paper, count(it.Paper.Comments(), "comment"), fmt.Sprintf("at %d", it.Rank)))
	}
	return entries
}

// topics counts the first topics of a list, the most frequent first. Where nearly
// each paper has a topic of its own there is nothing to count.
func topics(items []Item) []Link {
	const most = 14
	n := map[string]int{}
	var list []Link
	papers := 0
	for _, it := range items {
		if it.Topic.Text == "" {
			continue
		}
		papers++
		if n[it.Topic.Text]++; n[it.Topic.Text] == 1 {
			list = append(list, it.Topic)
		}
	}
	if 2*papers < 3*len(list) {
		return nil
	}
	slices.SortStableFunc(list, func(a, b Link) int { return n[b.Text] - n[a.Text] })
	list = list[:min(len(list), most)]
	for i := range list {
		list[i].Note = number(n[list[i].Text])
	}
	return list
}

// byCategory groups announced papers by their primary category, the fullest
// first, each in the order of the list.
func (s Site) byCategory(list []feed.Item) []Group {
	at := map[string]int{}
	var groups []Group
	for _, it := range list {
		category := it.Paper.Primary()
		i, ok := at[category]
		if !ok {
			i = len(groups)
			at[category] = i
			name := category
			if long := categoryName(category); long != category {
				name += ", " + long
			}
			groups = append(groups, Group{Name: name})
		}
		groups[i].Items = append(groups[i].Items, s.entry(it.Paper, who(it.Paper)))
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return len(b.Items) - len(a.Items) })
	for i := range groups {
		groups[i].Note = count(len(groups[i].Items), "paper")
	}
	return groups
}

// Entry is a paper as its title with a few facts.
type Entry struct {
	Href  string
	Title Text
	Facts []string
}

func (s Site) entry(p *paper.Paper, facts ...string) Entry {
	return Entry{paperPath(p.Key), p.Form.HTML(p.Title), slices.DeleteFunc(facts, func(f string) bool { return f == "" })}
}

// EntriesOf makes entries of papers, each with its votes.
func EntriesOf(s Site, list []feed.Item) []Entry {
	var entries []Entry
	for _, it := range list {
		entries = append(entries, s.entry(it.Paper, count(it.Paper.Votes(), "vote")))
	}
	return entries
}

// home makes the page of the newest edition that of the front door.
func (v *EditionPage) home(s Site) {
	v.Canonical = s.Base + "/"
	v.Alternates = slices.DeleteFunc(v.Alternates, func(a Alternate) bool { return strings.HasPrefix(a.Href, "/feed/day/") }) // whoever follows the front door wants every day
	v.offer("editions", "editions", "", nil)
	v.Along.Feeds = feedLinks("papers", "", nil)
	for i := range v.Meta {
		if v.Meta[i].Property == "og:url" {
			v.Meta[i].Content = v.Canonical
		}
	}
}
