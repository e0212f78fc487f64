// Package oai is a client of OAI-PMH 2.0 (https://www.openarchives.org/OAI/openarchivesprotocol.html)
// for arXiv: it asks at the pace that arXiv wants, tries again when the server is
// busy, and reads answers that are not quite as they should be.
//
// Parse goes over the bytes once and makes a string only of what is a field. It
// accepts what a strict reader refuses: a byte order mark, bare ampersands, unknown
// entities, control characters, invalid UTF-8, one malformed record among whole
// ones, and an answer that ends anywhere. It reads the metadata formats arXivRaw,
// arXiv and oai_dc.
//
// It stores nothing and imports nothing of ours.
package oai

import (
	"fmt"
	"net/url"
	"time"
)

// Record is one record, whichever format it came in. Fields that the format lacks
// are empty. Texts are as received, with entities read and white space taken off
// their ends.
type Record struct {
	ID              string // 2604.11666, hep-th/9901001: the identifier without oai:arXiv.org:
	Datestamp       string // 2006-01-02, as the server gave it
	Sets            []string
	Deleted         bool
	Title, Abstract string
	Authors         []Author  // nil in arXivRaw
	AuthorLine      string    // arXivRaw: all authors, as arXiv keeps them
	Submitter       string    // arXivRaw
	Versions        []Version // arXivRaw, ascending
	Created         string    // a day; oai_dc: the first date
	Updated         string    // a day; oai_dc: the last date
	Categories      []string  // in order, the primary one first
	Comments        string
	Journal         string
	DOI             string
	Report          string
	MSC, ACM        string // classes
	License         string // an address
}

// Author is one author. oai_dc has the Name only, family name first.
type Author struct {
	Family, Given, Suffix, Name string
	Affiliations                []string
}

// Version is one version of a paper.
type Version struct {
	Number int
	Date   time.Time // UTC; zero when it could not be read
	Size   string    // 609kb
	Source string    // arXiv's letters for the kind of source
}

// Page is one answer with records.
type Page struct {
	Records []Record
	Bad     []Bad
	Token   string    // with which to ask for the next page; "" on the last
	Size    int       // of the whole list, as the token says; -1 when it does not
	Cursor  int       // of the first record of this page, as the token says; -1 when it does not
	Date    time.Time // of the answer, UTC; zero when it could not be read
	Cut     bool      // the answer ended early: the records are whole, those behind them are not there
}

// Bad is a record that could not be read.
type Bad struct {
	Text   []byte // as received
	Reason string
}

// Error is an error that the server told in an answer, such as badResumptionToken
// or noRecordsMatch.
type Error struct{ Code, Text string }

func (e *Error) Error() string { return fmt.Sprintf("the server answers %s: %s", e.Code, e.Text) }

// RetryError says that the server sent a page for people, which asks to come back
// later, as arXiv's did until 2025.
type RetryError struct{ After time.Duration }

func (e *RetryError) Error() string {
	return fmt.Sprintf("the server asks to come back in %s", e.After)
}

// Request is a question. With a Token only verb and token are sent.
type Request struct {
	Verb        string // "" is ListRecords
	Prefix      string // the metadata format: arXivRaw, arXiv, oai_dc
	Set         string
	From, Until string // days, both included
	Identifier  string // oai:arXiv.org:2604.11666, for GetRecord
	Token       string
}

// Query returns the request as it stands in an address.
func (r Request) Query() url.Values {
	q := url.Values{"verb": {"ListRecords"}}
	if r.Verb != "" {
		q.Set("verb", r.Verb)
	}
	if r.Token != "" {
		q.Set("resumptionToken", r.Token)
		return q
	}
	for _, f := range []struct{ name, value string }{
		{"metadataPrefix", r.Prefix}, {"set", r.Set}, {"from", r.From}, {"until", r.Until}, {"identifier", r.Identifier},
	} {
		if f.value != "" {
			q.Set(f.name, f.value)
		}
	}
	return q
}
