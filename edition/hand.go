package edition

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"broadsheet/fault"
	"broadsheet/paper"
)

// Hand is a paper as a reader types it in, for want of an address that says all this.
type Hand struct {
	Title    string
	Authors  []string
	Abstract string
	Year     int    // of its first publication
	Link     string // where it can be read; "" for nowhere
}

// Paper makes a paper of what was typed, or says what is missing. A link that names a
// paper is refused: its record is better asked for than typed.
func (h Hand) Paper(now time.Time) (*paper.Paper, error) {
	const longestTitle, shortestAbstract, longestAbstract, mostAuthors, longestName, longestLink = 500, 80, 10_000, 200, 200, 500
	title, abstract, link := oneLine(h.Title), oneLine(h.Abstract), strings.TrimSpace(h.Link)
	if n := utf8.RuneCountInString(title); n < 5 || n > longestTitle {
		return nil, fault.Invalid("A title has 5 to %d letters.", longestTitle)
	}
	p := &paper.Paper{Title: title, Abstract: abstract, Form: paper.Plain, Authority: paper.FromReader}
	for _, name := range h.Authors {
		if name = oneLine(name); name == "" {
			continue
		}
		if utf8.RuneCountInString(name) > longestName || len(p.Authors) == mostAuthors {
			return nil, fault.Invalid("Write up to %d authors, one on each line.", mostAuthors)
		}
		p.Authors = append(p.Authors, paper.Author{Name: name})
	}
	if len(p.Authors) == 0 {
		return nil, fault.Invalid("Name at least one author.")
	}
	if n := utf8.RuneCountInString(abstract); n < shortestAbstract || n > longestAbstract {
		return nil, fault.Invalid("The abstract has %d to %d letters; this one has %d.", shortestAbstract, longestAbstract, n)
	}
	if h.Year < 1500 || h.Year > now.Year() {
		return nil, fault.Invalid("The year of its first publication is a number from 1500 to %d.", now.Year())
	}
	p.Submitted = time.Date(h.Year, time.January, 1, 0, 0, 0, 0, time.UTC)
	if link == "" {
		return p, nil
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(link) > longestLink {
		return nil, fault.Invalid("%q is no address of a page; it begins with https://.", clip(link, 80))
	}
	if id, _, err := paper.ParseIdentifier(link); err == nil && id.Scheme != paper.URL {
		return nil, fault.Invalid("That address is the one of %s: look it up by that.", id)
	}
	p.Links = []paper.Link{{Kind: paper.Project, URL: link, Reader: true}}
	return p, nil
}

// oneLine returns what was typed without line breaks and signs that cannot be seen.
func oneLine(s string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(seen), " ")
}
