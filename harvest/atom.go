package harvest

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
)

// atomFeed is an answer of arXiv's API, and the Atom form of a daily announcement
// (RFC 4287, with arXiv's own elements).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Updated string      `xml:"updated"`
	Total   int         `xml:"totalResults"`
	Entries []atomEntry `xml:"entry"`
}

type atomEntry struct {
	ID         string         `xml:"http://www.w3.org/2005/Atom id"`
	Title      string         `xml:"http://www.w3.org/2005/Atom title"`
	Summary    string         `xml:"http://www.w3.org/2005/Atom summary"`
	Published  string         `xml:"http://www.w3.org/2005/Atom published"`
	Updated    string         `xml:"http://www.w3.org/2005/Atom updated"`
	Authors    []atomAuthor   `xml:"http://www.w3.org/2005/Atom author"`
	Categories []atomCategory `xml:"http://www.w3.org/2005/Atom category"`
	Primary    atomCategory   `xml:"http://arxiv.org/schemas/atom primary_category"`
	Comment    string         `xml:"http://arxiv.org/schemas/atom comment"`
	Journal    string         `xml:"http://arxiv.org/schemas/atom journal_ref"`
	DOI        string         `xml:"http://arxiv.org/schemas/atom doi"`
	Kind       string         `xml:"http://arxiv.org/schemas/atom announce_type"`
	Rights     string         `xml:"http://purl.org/dc/elements/1.1/ rights"`
	Creators   []string       `xml:"http://purl.org/dc/elements/1.1/ creator"`
}

type atomAuthor struct {
	Name         string   `xml:"name"`
	Affiliations []string `xml:"http://arxiv.org/schemas/atom affiliation"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

// parseAtom reads an answer of arXiv's API. An answer that tells of an error is one.
func parseAtom(body []byte) (*atomFeed, error) {
	var f atomFeed
	if err := xml.Unmarshal(body, &f); err != nil {
		return nil, fault.Invalid("The answer is no Atom feed: %s.", err)
	}
	if len(f.Entries) == 1 && f.Entries[0].Title == "Error" && strings.Contains(f.Entries[0].ID, "/errors") {
		return nil, fault.Invalid("arXiv answers: %s.", strings.TrimSpace(f.Entries[0].Summary))
	}
	return &f, nil
}

// paper returns what an entry of the API says.
func (e *atomEntry) paper() (*paper.Paper, error) {
	id, version, err := paper.ParseIdentifier(strings.TrimSpace(e.ID))
	if err != nil || id.Scheme != paper.ArXiv {
		return nil, fault.Invalid("The entry %q has no arXiv identifier.", clip(e.ID, 60))
	}
	p := &paper.Paper{
		Identifiers: []paper.Identifier{id}, Form: paper.TeX, Authority: paper.FromArXiv,
		Title: strings.TrimSpace(e.Title), Abstract: strings.TrimSpace(e.Summary),
	}
	if p.Title == "" {
		return nil, fault.Invalid("The entry %s has no title.", id.Value)
	}
	if p.Submitted, err = parseTime(strings.TrimSpace(e.Published)); err != nil {
		return nil, err
	}
	if p.Revised, err = parseTime(strings.TrimSpace(e.Updated)); err != nil {
		return nil, err
	}
	p.Versions = []paper.Version{{N: 1, At: p.Submitted}}
	if version > 1 {
		p.Versions = append(p.Versions, paper.Version{N: version, At: p.Revised})
	}
	p.Comment, p.JournalRef = tidySpace(e.Comment), tidySpace(e.Journal)
	p.Withdrawn = withdrawal.MatchString(p.Comment)
	addDOIs(p, e.DOI)
	for _, a := range e.Authors {
		if name := tidy(a.Name); name != "" {
			p.Authors = append(p.Authors, paper.Author{Name: name, Affiliations: a.Affiliations})
		}
	}
	p.Categories = e.categories()
	return p, nil
}

// categories returns the arXiv categories, the primary one first. Among the terms
// are classes of the MSC and the ACM, which are none.
func (e *atomEntry) categories() []string {
	var list []string
	for _, c := range append([]atomCategory{e.Primary}, e.Categories...) {
		if c.Term != "" && !strings.ContainsAny(c.Term, " ,;") && isCategory(c.Term) && !slices.Contains(list, c.Term) {
			list = append(list, c.Term)
		}
	}
	return list
}

// isCategory reports whether a term has the form of an arXiv category: cs.LG,
// physics.flu-dyn, hep-th.
func isCategory(term string) bool {
	archive, subject, dotted := strings.Cut(term, ".")
	if dotted && (subject == "" || !(subject[0] >= 'A' && subject[0] <= 'Z' || subject[0] >= 'a' && subject[0] <= 'z')) {
		return false
	}
	return archive != "" && strings.Trim(archive, "abcdefghijklmnopqrstuvwxyz-") == "" && (dotted || strings.Contains(physics, " "+archive+" "))
}

func tidySpace(s string) string { return strings.Join(strings.Fields(s), " ") }

// atomAPI asks arXiv's API (https://info.arxiv.org/help/api/user-manual.html).
type atomAPI struct {
	base   string
	client Client
}

// idsAtOnce is how many identifiers stand in one question.
const idsAtOnce = 100

func (a *atomAPI) ask(ctx context.Context, query url.Values) (*atomFeed, string, []byte, error) {
	address := query.Encode()
	body, _, err := a.client.Get(ctx, a.base+"?"+address)
	if err != nil && !answered(err, http.StatusBadRequest) {
		return nil, address, nil, err
	}
	f, parseErr := parseAtom(body)
	if parseErr != nil {
		return nil, address, body, parseErr
	}
	return f, address, body, err
}

// byID asks for papers by their identifiers. A paper that arXiv does not know is not
// among the answer.
func (a *atomAPI) byID(ctx context.Context, ids []string) (*Batch, error) {
	f, address, body, err := a.ask(ctx, url.Values{"id_list": {strings.Join(ids, ",")}, "max_results": {strconv.Itoa(len(ids))}})
	if err != nil {
		return nil, err
	}
	return f.batch(address, body), nil
}

func (f *atomFeed) batch(address string, body []byte) *Batch {
	b := &Batch{Address: address, Answer: body, Expected: f.Total}
	for i := range f.Entries {
		p, err := f.Entries[i].paper()
		if err != nil {
			b.Bad = append(b.Bad, Bad{[]byte(f.Entries[i].ID), fault.Message(err)})
			continue
		}
		b.Papers = append(b.Papers, p)
	}
	return b
}

// Range is a source of the papers of some categories that were submitted in a span
// of days, for filling in a past that the other sources do not reach.
type Range struct {
	api        atomAPI
	categories []string
	from, to   string
}

// NewRange returns the source of the papers submitted from one day to another.
func NewRange(s Settings, from, to string) *Range {
	return &Range{api: atomAPI{s.API, Client{Pace: s.Arxiv, Wait: s.Wait}}, categories: s.Categories, from: from, to: to}
}

// Name tells one range from another, so that each continues where it was.
func (r *Range) Name() string {
	return fmt.Sprintf("arxiv-api %s..%s %s", r.from, r.to, strings.Join(r.categories, ","))
}

// Fetch asks for a day at a time, since arXiv answers long lists badly; its place is
// the day and the number of papers of it that have been given.
func (r *Range) Fetch(ctx context.Context, place string, give func(*Batch) error) error {
	day, skip := r.from, 0
	if place != "" {
		if _, err := fmt.Sscanf(place, "%s %d", &day, &skip); err != nil {
			return fmt.Errorf("the place %q cannot be read: %w", place, err)
		}
	}
	var terms []string
	for _, c := range r.categories {
		if !strings.Contains(c, ".") && !strings.Contains(physics, " "+c+" ") {
			c += ".*"
		}
		terms = append(terms, "cat:"+c)
	}
	for at := dayTime(day); day <= r.to; at, skip = at.AddDate(0, 0, 1), 0 {
		day = at.Format(time.DateOnly)
		if day > r.to {
			break
		}
		compact := at.Format("20060102")
		for {
			f, address, body, err := r.api.ask(ctx, url.Values{
				"search_query": {fmt.Sprintf("(%s) AND submittedDate:[%s0000 TO %s2359]", strings.Join(terms, " OR "), compact, compact)},
				"sortBy":       {"submittedDate"}, "sortOrder": {"ascending"},
				"start": {strconv.Itoa(skip)}, "max_results": {strconv.Itoa(idsAtOnce)},
			})
			if err != nil {
				return err
			}
			b := f.batch(address, body)
			skip += len(f.Entries)
			last := len(f.Entries) == 0 || skip >= f.Total
			b.Place = fmt.Sprintf("%s %d", day, skip)
			if last {
				b.Place = at.AddDate(0, 0, 1).Format(time.DateOnly) + " 0"
			}
			if err := give(b); err != nil {
				return err
			}
			if last {
				break
			}
		}
	}
	return nil
}
