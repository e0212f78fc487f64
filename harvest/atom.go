package harvest

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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
		return nil, fault.Conflict("arXiv answers: %s.", strings.TrimSpace(f.Entries[0].Summary))
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

// ask asks a question, again while whole finds that the answer is not: the API is known
// to send empty pages of long lists.
func (a *atomAPI) ask(ctx context.Context, query url.Values, whole func(*atomFeed) bool) (*atomFeed, *Batch, error) {
	var f *atomFeed
	var b *Batch
	address := query.Encode()
	err := a.client.Get(ctx, a.base+"?"+address, func(body []byte, _ http.Header) (err error) {
		if f, err = parseAtom(body); err != nil {
			return err
		}
		if !whole(f) {
			return fault.Busy("arXiv’s API left papers out of its answer.")
		}
		b = f.batch(address, body)
		return nil
	})
	var refused *statusError
	if errors.As(err, &refused) && refused.status == http.StatusBadRequest { // its body says why
		if _, told := parseAtom(refused.body); told != nil {
			err = told
		}
	}
	return f, b, err
}

// byID asks for papers by their identifiers. A paper that arXiv does not know is not
// among the answer.
func (a *atomAPI) byID(ctx context.Context, ids []string) (*Batch, error) {
	query := url.Values{"id_list": {strings.Join(ids, ",")}, "max_results": {strconv.Itoa(len(ids))}}
	_, b, err := a.ask(ctx, query, func(*atomFeed) bool { return true })
	return b, err
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
