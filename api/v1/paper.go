// Package v1 is what version 1 of the API says and is told: one type for each schema
// of openapi.yaml, and nothing else. Servers and clients share it.
//
// A thing has one name wherever it stands. Times are in UTC, days are written as
// 2026-04-14, and what is not known is left out.
package v1

import "time"

// Paper is everything that is known of one paper.
type Paper struct {
	ID           string        `json:"id"`   // in its address; any of its identifiers will do to ask for it
	Page         string        `json:"page"` // the path of its page
	Identifiers  []Identifier  `json:"identifiers"`
	Title        string        `json:"title"`    // without TeX
	Abstract     string        `json:"abstract"` // without TeX
	AbstractBy   string        `json:"abstract_by,omitempty"`
	Claim        string        `json:"claim,omitempty"` // the sentence of the abstract that says what was done
	Authors      []Author      `json:"authors"`
	AuthorCount  int           `json:"author_count"`
	Categories   []string      `json:"categories"` // the primary one first
	Topics       []string      `json:"topics"`
	Submitted    time.Time     `json:"submitted,omitzero"` // the first version
	Revised      time.Time     `json:"revised,omitzero"`   // the newest version
	Announced    string        `json:"announced,omitempty"`
	Withdrawn    bool          `json:"withdrawn"`
	Comment      string        `json:"comment,omitempty"` // of the authors
	JournalRef   string        `json:"journal_ref,omitempty"`
	Licence      string        `json:"licence,omitempty"`
	Organisation *Organisation `json:"organisation,omitempty"`
	Links        []Link        `json:"links"`
	Versions     []Version     `json:"versions"`
	Edition      *Place        `json:"edition,omitempty"` // where it stands
	Votes        int           `json:"votes"`             // upstream and here together
	Comments     int           `json:"comments"`          // upstream and here together
	Stars        int           `json:"stars,omitempty"`   // on its code
	Upstream     *Figures      `json:"upstream,omitempty"`
	Here         Tally         `json:"here"`
	Received     *Received     `json:"received,omitempty"` // in the answer for one paper and in the change stream
}

// Identifier names a paper at whoever gave the name out.
type Identifier struct {
	Scheme string `json:"scheme"` // arxiv, doi, openreview, url, own
	Value  string `json:"value"`
	URL    string `json:"url,omitempty"`
}

// Author is one author as the paper names them.
type Author struct {
	Name         string   `json:"name"`
	Family       string   `json:"family,omitempty"`
	Given        string   `json:"given,omitempty"`
	Suffix       string   `json:"suffix,omitempty"`
	Affiliations []string `json:"affiliations,omitempty"`
	Claimed      bool     `json:"claimed,omitempty"` // somebody has shown to be this author
	Reader       string   `json:"reader,omitempty"`  // under this handle
}

// Organisation is the body that a paper comes from.
type Organisation struct {
	Name     string `json:"name"`
	FullName string `json:"full_name"`
}

// Link leads to something that belongs to the paper.
type Link struct {
	Kind  string `json:"kind"` // code, project, data, media
	URL   string `json:"url"`
	Stars int    `json:"stars,omitempty"`
}

// Version is one version at arXiv.
type Version struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
}

// Place is where a paper stands.
type Place struct {
	Date    string    `json:"date"`
	Origin  string    `json:"origin"` // submitted, announced
	Entered time.Time `json:"entered"`
	By      string    `json:"by,omitempty"`    // the handle of who put it in
	Order   int       `json:"order,omitempty"` // its place by the choice of the desk, from 1
	Claim   string    `json:"claim,omitempty"` // the sentence of the abstract that the desk chose, as received
	Note    string    `json:"note,omitempty"`  // of the desk
}

// Figures were read upstream at one time.
type Figures struct {
	Source   string    `json:"source,omitempty"`  // who put the paper before readers
	Featured time.Time `json:"featured,omitzero"` // when
	By       string    `json:"by,omitempty"`      // the handle there of who put it in
	Votes    int       `json:"votes"`
	Comments int       `json:"comments"`
	Read     time.Time `json:"read,omitzero"` // when the counts were read
}

// Tally counts what readers did here.
type Tally struct {
	Votes    int `json:"votes"`
	Comments int `json:"comments"`
}

// Received is the text as its source wrote it.
type Received struct {
	Title     string `json:"title"`
	Abstract  string `json:"abstract"`
	Form      string `json:"form"`      // tex, or plain: never to be read as TeX
	Authority int    `json:"authority"` // of the source; of two the higher one's word stands
}
