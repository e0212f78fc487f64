// Package paper says what a paper is, keeps papers, and keeps the change log
// that everything downstream reads.
//
// Titles and abstracts are stored as received; they are cleaned on the way out
// (package tex). A paper may have several identifiers; two records that turn
// out to be one paper are merged (Store.Merge), after which the identifiers of
// both lead to the one that stayed.
//
// Several sources may tell of the same paper. Each tells with an Authority: what
// a source of higher authority said stands, one of lower authority fills what is
// unknown (Join has the rules). Figures read upstream (votes, comments, stars)
// are kept with the time of reading; the newest reading is also on the paper.
package paper

import (
	"slices"
	"strings"
	"time"
)

// Paper is everything known of one paper. Lists belong to whoever holds the
// Paper; the store keeps no reference to them.
type Paper struct {
	ID  int64  // ours, never shown; 0 before the paper is stored
	Key string // the identifier in its address: the arXiv identifier where there is one

	Identifiers []Identifier // all of them, canonical
	Title       string       // as received
	Abstract    string       // as received
	Form        Form         // how title and abstract are to be read
	Authority   Authority    // of the source whose title and abstract these are
	Categories  []string     // the primary one first
	Withdrawn   bool
	Submitted   time.Time // of the first version
	Revised     time.Time // of the newest version; zero when unknown
	Announced   string    // the day of the announcement, 2026-04-14; "" when unknown
	Figures     Figures   // the newest reading
	Here        Tally     // what readers did here; Put leaves it alone
	Since       time.Time // when it came to be held, as Put was told; zero when unknown

	Record
}

// Record is the part of a paper that no query asks for by column.
type Record struct {
	AbstractBy   string        `json:"abstract_by,omitempty"` // who wrote the abstract, when not the authors
	Authors      []Author      `json:"authors,omitempty"`     // in order
	AuthorCount  int           `json:"author_count,omitempty"`
	Topics       []string      `json:"topics,omitempty"`
	Comment      string        `json:"comment,omitempty"`
	JournalRef   string        `json:"journal_ref,omitempty"`
	Licence      string        `json:"licence,omitempty"` // an address
	Organisation *Organisation `json:"organisation,omitempty"`
	Links        []Link        `json:"links,omitempty"`
	Versions     []Version     `json:"versions,omitempty"` // ascending
	Featured     *Feature      `json:"featured,omitempty"`
}

// Authority orders the sources of a paper's metadata: the higher one stands.
type Authority int

// The authorities.
const (
	FromSample   Authority = 5  // bibliographic facts with a summary of ours
	FromReader   Authority = 8  // typed in by a reader, and checked by nobody
	FromUpstream Authority = 10 // a daily-papers site
	FromPeer     Authority = 12 // another instance that is followed, at most
	FromPage     Authority = 15 // a web page about the paper
	FromFile     Authority = 20 // lines collected by somebody
	FromSnapshot Authority = 30 // arXiv's own metadata snapshot
	FromFeed     Authority = 35 // arXiv's daily announcement
	FromArXiv    Authority = 40 // arXiv's OAI-PMH or Atom answers
)

// Author is one author as the paper names them.
type Author struct {
	Name         string   `json:"name"`             // in reading order: Given Family
	Family       string   `json:"family,omitempty"` // where the source tells the parts apart
	Given        string   `json:"given,omitempty"`
	Suffix       string   `json:"suffix,omitempty"`
	Affiliations []string `json:"affiliations,omitempty"`
	Claimed      bool     `json:"claimed,omitempty"` // a person has shown to be this author
	User         string   `json:"user,omitempty"`    // their name at the upstream where they claimed it
}

// Organisation is the body a paper comes from, as an upstream says.
type Organisation struct {
	Name     string `json:"name"`     // its handle
	FullName string `json:"fullname"` // as people write it
}

// LinkKind says what stands at the other end of a link.
type LinkKind string

// The kinds.
const (
	Code    LinkKind = "code"
	Project LinkKind = "project"
	Data    LinkKind = "data"
	Media   LinkKind = "media"
)

// Link leads to something that belongs to the paper.
type Link struct {
	Kind  LinkKind `json:"kind"`
	URL   string   `json:"url"`
	Stars int      `json:"stars,omitempty"` // of code, when last read
	// Reader says that a reader of ours gave it, and no source: it proves nothing of
	// whose paper it is.
	Reader bool `json:"reader,omitempty"`
}

// Version is one version at arXiv.
type Version struct {
	N  int       `json:"n"`
	At time.Time `json:"at"`
}

// Feature says that an upstream's curators or readers put the paper on their
// page.
type Feature struct {
	Source    string    `json:"source"` // the upstream's name
	At        time.Time `json:"at"`     // when it was put there
	Submitter string    `json:"submitter,omitempty"`
}

// Figures are counts read upstream at one time.
type Figures struct {
	Votes, Comments, Stars int
	At                     time.Time // zero when nothing was ever read
}

// Reading is a set of figures of one paper from one source. The store keeps
// them as a time series.
type Reading struct {
	Paper  int64
	Source string
	Figures
}

// ArXiv returns the paper's arXiv identifier, "" when it has none.
func (p *Paper) ArXiv() string { return p.Identifier(ArXiv) }

// Identifier returns the value of the first identifier of scheme s, "" when
// there is none.
func (p *Paper) Identifier(s Scheme) string {
	for _, id := range p.Identifiers {
		if id.Scheme == s {
			return id.Value
		}
	}
	return ""
}

// Primary returns the primary category, "" when none is known.
func (p *Paper) Primary() string {
	if len(p.Categories) == 0 {
		return ""
	}
	return p.Categories[0]
}

// Link returns the first link of kind k, nil when there is none.
func (p *Paper) Link(k LinkKind) *Link {
	if i := slices.IndexFunc(p.Links, func(l Link) bool { return l.Kind == k }); i >= 0 {
		return &p.Links[i]
	}
	return nil
}

// Stars returns the stars on the paper's code, when last read.
func (p *Paper) Stars() int {
	if l := p.Link(Code); l != nil {
		return max(l.Stars, p.Figures.Stars)
	}
	return p.Figures.Stars
}

// CountAuthors returns the number of authors: of the list, or the number a
// source gave when the list is not whole.
func (p *Paper) CountAuthors() int { return max(len(p.Authors), p.AuthorCount) }

// CountClaimed returns how many of the authors have claimed the paper.
func (p *Paper) CountClaimed() int {
	n := 0
	for _, a := range p.Authors {
		if a.Claimed {
			n++
		}
	}
	return n
}

// key chooses the identifier that stands in the paper's address. A paper that
// only others than arXiv know has one of ours, which needs its number.
func (p *Paper) key() string {
	if a := p.ArXiv(); a != "" {
		return a
	}
	return p.Identifier(Own)
}

// sortIdentifiers puts the identifiers into one order: arXiv, DOI, OpenReview,
// our own, addresses; each by value.
func sortIdentifiers(ids []Identifier) []Identifier {
	rank := func(s Scheme) int {
		return slices.Index([]Scheme{ArXiv, DOI, OpenReview, Own, URL}, s)
	}
	slices.SortFunc(ids, func(a, b Identifier) int {
		if d := rank(a.Scheme) - rank(b.Scheme); d != 0 {
			return d
		}
		return strings.Compare(a.Value, b.Value)
	})
	return slices.Compact(ids)
}
