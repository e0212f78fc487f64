package web

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
	"broadsheet/search"
)

// ListingPage is the page of an author or of a category.
type ListingPage struct {
	Page
	Kicker  string
	Heading string
	Follow  *FollowButton
	Claimed int // papers, by the author
	Facts   []string
	Votes   *Graph // on each paper
	Shown   string // what that graph shows
	Days    *Graph // papers by weekday of their edition
	Weeks   *Chart
	Groups  []YearGroup
	End     string
	More    []Link
	Best    []Entry
	BestOf  string // the heading of these
	With    []Link // who writes with an author
	Others  string
	Shares  []ShareLink
	Also    []Link // the categories of an author
	Topics  []Link
}

func (*ListingPage) template() string { return "listing" }

// YearGroup is the papers of a year on a page.
type YearGroup struct {
	Year string
	Says string
	Rows []ListingRow
}

// ListingRow is a paper of an author or of a category.
type ListingRow struct {
	Item
	Day, Month string
	Place      string // 8th of 22 in
	Edition    Link   // No. 658
}

// ShareLink is a Share that leads somewhere.
type ShareLink struct {
	Share
	Href string
}

// AuthorPageOf makes the page of an author.
func AuthorPageOf(s Site, d ListingData) *ListingPage {
	v := listingPage(s, d, authorPath(d.Name), authorSearch(d.Name))
	v.Kicker, v.Heading, v.BestOf = "Author", d.Name, "Most voted"
	v.describe(s, pagedPath(authorPath(d.Name), d.Page), "profile", "Papers by "+d.Name+": "+strings.Join(v.Facts, ", ")+".")
	v.takeAlong(s, d.Name, "author", d.Name, nil)
	v.Votes, v.Shown = votesOfEach(d.Held.Newest)
	for _, p := range d.Recent {
		if slices.ContainsFunc(p.Authors, func(a paper.Author) bool { return a.Name == d.Name && a.Claimed }) {
			v.Claimed++
		}
	}
	v.with(d)
	for _, f := range d.Held.Categories {
		if len(v.Also) < 8 && strings.Contains(f.Value, ".") {
			v.Also = append(v.Also, Link{Text: categoryName(f.Value), Href: categoryPath(f.Value), Note: number(f.Count)})
		}
	}
	return v
}

// CategoryPageOf makes the page of a category.
func CategoryPageOf(s Site, d ListingData) *ListingPage {
	v := listingPage(s, d, categoryPath(d.Name), SearchAsked{Text: "cat:" + d.Name, By: search.Both, Order: search.Best, Page: 1}.path())
	v.Kicker, v.Heading, v.BestOf = d.Name+", a category of arXiv", categoryName(d.Name), "Most voted of the last year"
	if !strings.Contains(d.Name, ".") {
		v.Kicker = d.Name + ", an archive of arXiv"
	}
	v.Title = v.Heading
	v.describe(s, pagedPath(categoryPath(d.Name), d.Page), "website", v.Heading+": "+strings.Join(v.Facts, ", ")+".")
	v.takeAlong(s, v.Heading, "category", d.Name, nil)
	if len(d.Held.Since) > 0 {
		v.Days, v.Weeks = daysOf(d.Held.Since), weeksOf(d.Held.Since, s.Now)
	}
	var also []categoryCount
	for _, f := range d.Held.Categories {
		archive := slices.ContainsFunc(d.Held.Categories, func(c search.Facet) bool { return strings.HasPrefix(c.Value, f.Value+".") })
		if !archive && f.Value != d.Name && !strings.HasPrefix(f.Value, d.Name+".") && len(also) < 6 {
			also = append(also, categoryCount{f.Value, f.Count})
		}
	}
	for _, row := range shares(also) {
		v.Shares = append(v.Shares, ShareLink{row, categoryPath(row.Name)})
	}
	return v
}

func pagedPath(path string, page int) string {
	if page > 1 {
		path += "?page=" + strconv.Itoa(page)
	}
	return path
}

func authorSearch(name string) string {
	return SearchAsked{Text: `author:"` + strings.ReplaceAll(name, `"`, "") + `"`, By: search.Both, Order: search.Newest, Page: 1}.path()
}

// listingPage makes what both pages have; within is the search in the same papers.
func listingPage(s Site, d ListingData, path, within string) *ListingPage {
	v := &ListingPage{Page: s.page(d.Name, "papers"), Follow: d.Follow}
	held := d.Held
	v.Facts = append(v.Facts, count(held.Total, "paper")+" here")
	whole := held.Total == len(held.Newest)
	votes := map[string]int{}
	if whole {
		if last := held.Newest[len(held.Newest)-1].Day; !last.IsZero() {
			v.Facts[0] += " since " + last.Format("January 2006")
		}
		all := 0
		for _, p := range held.Newest {
			all += p.Votes
			votes[p.Day.Format("2006")] += p.Votes
		}
		v.Facts = append(v.Facts, count(all, "vote"))
	}
	years := map[string]int{}
	for _, f := range held.Years {
		years[f.Value] = f.Count
	}
	skip := (d.Page - 1) * onePage
	for i, p := range d.Papers {
		row := s.listingRow(p, skip+i+1, d.Stood)
		year := "Undated"
		if !p.Submitted.IsZero() {
			year = p.Submitted.Format("2006")
		}
		if n := len(v.Groups); n == 0 || v.Groups[n-1].Year != year {
			g := YearGroup{Year: year}
			if years[year] > 0 {
				g.Says = count(years[year], "paper")
				if whole {
					g.Says += ", " + count(votes[year], "vote")
				}
			}
			v.Groups = append(v.Groups, g)
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Rows = append(g.Rows, row)
	}
	last := skip + len(d.Papers)
	v.End = fmt.Sprintf("%s of %s.", number(last), number(held.Total))
	if d.Page > 1 {
		v.More = append(v.More, Link{Text: "The page before", Href: pagedPath(path, d.Page-1)})
	}
	if last < len(held.Newest) {
		v.More = append(v.More, Link{Text: fmt.Sprintf("The next %d", min(onePage, len(held.Newest)-last)), Href: pagedPath(path, d.Page+1)})
	}
	v.More = append(v.More, Link{Text: "Search within", Href: within})
	for _, p := range d.Best {
		day := ""
		if !p.Submitted.IsZero() {
			day = shortDate(p.Submitted)
		}
		v.Best = append(v.Best, s.entry(p, day, count(p.Votes(), "vote")))
	}
	for _, f := range held.Topics[:min(8, len(held.Topics))] {
		v.Topics = append(v.Topics, Link{Text: f.Value, Href: topicPath(f.Value)})
	}
	return v
}

// listed makes an item of a paper in a list that is none of an edition's.
func (s Site) listed(p *paper.Paper, rank int) Item {
	it := s.item(feed.Item{Rank: rank, Paper: p})
	it.Why = ""
	return it
}

func (s Site) listingRow(p *paper.Paper, rank int, stood map[int64]Stood) ListingRow {
	row := ListingRow{Item: s.listed(p, rank)}
	if !p.Submitted.IsZero() {
		row.Day, row.Month = p.Submitted.Format("2"), p.Submitted.Format("Jan")
	}
	if at, ok := stood[p.ID]; ok {
		row.Place = fmt.Sprintf("%s of %s in", edition.Ordinal(at.Rank.At), number(at.Rank.Of))
		row.Edition = Link{Text: "No. " + number(at.Edition.Number), Href: dayPath(at.Edition.Day)}
	}
	return row
}

// with lists who else wrote the newest papers of an author.
func (v *ListingPage) with(d ListingData) {
	const shown = 8
	papers := map[string]int{}
	for _, p := range d.Recent {
		for _, a := range p.Authors {
			papers[a.Name]++
		}
	}
	delete(papers, d.Name)
	names := slices.SortedFunc(maps.Keys(papers), func(a, b string) int {
		return cmp.Or(cmp.Compare(papers[b], papers[a]), strings.Compare(a, b))
	})
	for _, name := range names[:min(shown, len(names))] {
		v.With = append(v.With, Link{Text: name, Href: authorPath(name), Note: count(papers[name], "paper")})
	}
	if more := len(names) - len(v.With); more > 0 {
		v.Others = fmt.Sprintf("and %s on these %s.", count(more, "other"), count(len(d.Recent), "paper"))
	}
}

// votesOfEach draws the votes of papers, the oldest at the left, and says what it
// shows; nothing where there is nothing to compare.
func votesOfEach(list []search.Standing) (*Graph, string) {
	const left, width, most, floor, tall = 36.0, 864, 136, 112.0, 96.0 // 136 bars of 6
	says := "Votes on each paper, the newest at the right."
	if len(list) > most {
		list = list[:most]
		says = fmt.Sprintf("Votes on each of the newest %d papers.", most)
	}
	best := search.Standing{}
	for _, p := range list {
		if p.Votes > best.Votes {
			best = p
		}
	}
	if len(list) < 2 || best.Votes == 0 {
		return nil, ""
	}
	top := roundUp(best.Votes)
	g := &Graph{Chart: Chart{Width: width, Height: 132, Label: fmt.Sprintf("One bar a paper, as high as its votes: at most %s", number(best.Votes))}, Anchor: "start"}
	for _, part := range []int{0, top / 2, top} {
		g.Lines = append(g.Lines, Label{length(left), length(floor - tall*float64(part)/float64(top)), number(part)})
	}
	oldest := len(list) - 1
	space := min(32.0, (width-left-10)/float64(len(list)))
	year, free := "", 0.0
	for i := range list {
		p := list[oldest-i]
		x := left + 10 + space*float64(i)
		g.Bars = append(g.Bars, bar(x, 5, max(.6, tall*float64(p.Votes)/float64(top)), floor))
		if y := p.Day.Format("2006"); !p.Day.IsZero() && y != year {
			if year = y; x >= free {
				g.Words = append(g.Words, Label{length(x), "128", y})
				free = x + 32
			}
		}
	}
	return g, says
}

// roundUp returns the next even number with one digit and zeros.
func roundUp(n int) int {
	unit := 1
	for n > 9*unit {
		unit *= 10
	}
	return max(2, (n+unit-1)/unit*unit)
}

// daysOf draws how many papers stand in editions of each working day, and of the
// weekend where there are any.
func daysOf(list []search.Standing) *Graph {
	const step, wide, floor, tall = 66.0, 46.0, 100.0, 84.0
	var by [7]int
	for _, p := range list {
		by[(int(p.Edition.Weekday())+6)%7]++ // from Monday
	}
	shown := 5
	if by[5]+by[6] > 0 {
		shown = 7
	}
	most := max(1, slices.Max(by[:]))
	g := &Graph{Chart: Chart{Width: int(step) * shown, Height: 118}, Anchor: "middle", Lines: []Label{{"0", "100", ""}}}
	var says []string
	for i, n := range by[:shown] {
		name := time.Weekday((i + 1) % 7).String()
		says = append(says, name+" "+number(n))
		x, high := 6+step*float64(i), tall*float64(n)/float64(most)
		b := bar(x, wide, high, floor)
		if n == most {
			b.Class = "ink"
		}
		g.Bars = append(g.Bars, b)
		g.Words = append(g.Words, Label{length(x + wide/2), length(floor - high - 5), number(n)}, Label{length(x + wide/2), "114", name[:3]})
	}
	g.Label = "Papers by weekday: " + strings.Join(says, ", ")
	return g
}

// weeksOf draws how many papers stand in the editions of each of the last 52 weeks.
func weeksOf(list []search.Standing, now time.Time) *Chart {
	added := make([]int, 52)
	last := monday(now.Truncate(24 * time.Hour))
	most := 0
	for _, p := range list {
		if ago := int(last.Sub(monday(p.Edition)).Hours()) / (24 * 7); ago >= 0 && ago < len(added) {
			i := len(added) - 1 - ago
			added[i]++
			most = max(most, added[i])
		}
	}
	c := StepsOf(added, fmt.Sprintf("Papers a week in the last year: at most %s, %s in this week so far", number(most), number(added[len(added)-1])))
	return &c
}
