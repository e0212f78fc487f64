package web

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"broadsheet/edition"
)

// ArchiveData is what the page of all editions is made of.
type ArchiveData struct {
	Days  []edition.Day     // all of them, ascending
	Leads map[string]string // the title of each day's first paper, without markup
}

// ArchivePage is the page of all editions.
type ArchivePage struct {
	Page
	Sum         string
	First, Last string // days
	Example     int    // a number to show in the empty field
	Years       []Year
}

func (*ArchivePage) template() string { return "archive" }

// Year is one year of editions.
type Year struct {
	Name   string
	Sum    string
	Tone   Tone
	Months []Link
}

// ArchivePageOf makes the page of all editions. There is at least one.
func ArchivePageOf(s Site, d ArchiveData) *ArchivePage {
	v := &ArchivePage{Page: s.page("Archive", "editions")}
	v.at("Archive")
	first, last := d.Days[0], d.Days[len(d.Days)-1]
	v.First, v.Last, v.Example = first.Day, last.Day, last.Number
	papers := 0
	for _, e := range d.Days {
		papers += e.Count()
	}
	v.Sum = fmt.Sprintf("%s and %s since No. 1, %s.", count(len(d.Days), "edition"), count(papers, "paper"), longDate(day(first.Day)))
	v.describe(s, "/archive", "website", "All editions of Broadsheet: "+v.Sum)
	v.offer("editions", "editions", "", nil)
	for rest := d.Days; len(rest) > 0; {
		n := slices.IndexFunc(rest, func(e edition.Day) bool { return e.Day[:4] != rest[0].Day[:4] })
		if n < 0 {
			n = len(rest)
		}
		v.Years = append(v.Years, yearOf(rest[:n], d.Leads, last.Day))
		rest = rest[n:]
	}
	slices.Reverse(v.Years)
	return v
}

func yearOf(days []edition.Day, leads map[string]string, newest string) Year {
	y := Year{Name: days[0].Day[:4]}
	n, _ := strconv.Atoi(y.Name)
	papers, fullest := 0, days[0]
	for _, e := range days {
		papers += e.Count()
		if e.Count() > fullest.Count() {
			fullest = e
		}
	}
	y.Sum = fmt.Sprintf("%s, %s; the fullest %s with %s.", count(len(days), "edition"), count(papers, "paper"), day(fullest.Day).Format("2 Jan"), number(fullest.Count()))
	y.Tone = ToneOf(n, days, leads, newest)
	held := papersIn(days)
	for m := time.January; m <= time.December; m++ {
		from := time.Date(n, m, 1, 0, 0, 0, 0, time.UTC)
		if papers := held(from, from.AddDate(0, 1, -1)); papers > 0 {
			y.Months = append(y.Months, Link{Text: m.String(), Href: monthPath(from), Note: number(papers)})
		}
	}
	return y
}
