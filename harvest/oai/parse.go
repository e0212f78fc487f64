package oai

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Parse reads an answer. The error is an *Error when the server told one, a
// *RetryError when it sent arXiv's page that asks to come back, and another when
// this is no answer of OAI-PMH. What is returned shares no memory with body but the
// texts of bad records.
func Parse(body []byte) (*Page, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !bytes.Contains(body[:min(len(body), 4096)], []byte("OAI-PMH")) {
		return nil, foreign(body)
	}
	p := &Page{Size: -1, Cursor: -1, Cut: true}
	s := &scanner{b: body}
	for {
		t, ok := s.next()
		if !ok {
			break
		}
		switch string(t.name) {
		case "OAI-PMH":
			if t.close {
				p.Cut = false
			}
		case "responseDate":
			if text, ok := s.leaf(t); ok {
				p.Date, _ = time.Parse(time.RFC3339, text) // one that cannot be read is not known
			}
		case "error":
			if text, ok := s.leaf(t); ok && !t.close {
				return nil, &Error{t.attr("code"), text}
			}
		case "record":
			if !t.close {
				p.record(s, t)
			}
		case "header": // of ListIdentifiers
			if !t.close {
				p.record(s, t)
			}
		case "resumptionToken":
			if t.close {
				break
			}
			p.Size, p.Cursor = number(t.attr("completeListSize")), number(t.attr("cursor"))
			if text, ok := s.leaf(t); ok {
				p.Token = text
			}
		}
	}
	return p, nil
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

var retryPage = regexp.MustCompile(`(?i)retry after (\d{1,6}) seconds`)

// foreign says what an answer is that is not OAI-PMH.
func foreign(body []byte) error {
	if m := retryPage.FindSubmatch(body[:min(len(body), 4096)]); m != nil {
		n, _ := strconv.Atoi(string(m[1])) // six digits
		return &RetryError{time.Duration(n) * time.Second}
	}
	return errors.New("the answer is not OAI-PMH: " + strconv.Quote(string(body[:min(len(body), 80)])))
}

// leaf returns the text up to the end of the element that t began.
func (s *scanner) leaf(t tag) (string, bool) {
	if t.empty || t.close {
		return "", t.empty
	}
	end, ok := s.next()
	if !ok || !end.close || !bytes.Equal(end.name, t.name) {
		return "", false
	}
	return textOf(s.b[s.text:end.start]), true
}

// record reads the record that t began. One that is cut off at the end of the answer
// is left out; one that is malformed goes to the bad ones, and reading goes on behind
// it.
func (p *Page) record(s *scanner, t tag) {
	if t.empty {
		return
	}
	from := t.start
	end, again := bounds(s.b[s.i:], rawName(s.b[from:]))
	if again >= 0 {
		p.Bad = append(p.Bad, Bad{s.b[from : s.i+again], "The record has no end."})
		s.i += again
		return
	}
	if end < 0 {
		s.i = len(s.b) // cut off
		return
	}
	stop := s.i + end
	closing := bytes.IndexByte(s.b[stop:], '>')
	if closing < 0 {
		s.i = len(s.b)
		return
	}
	inner := &scanner{b: s.b[:stop], i: s.i}
	if string(t.name) == "header" {
		inner.i = from // the record is its header
	}
	s.i = stop + closing + 1
	if inner.i == from {
		inner.b = s.b[:s.i]
	}
	r := Record{}
	if reason := r.read(inner); reason != "" {
		p.Bad = append(p.Bad, Bad{s.b[from:s.i], reason})
		return
	}
	p.Records = append(p.Records, r)
}

// rawName returns the name of the tag at the beginning of b with its prefix.
func rawName(b []byte) []byte {
	n := 1
	for n < len(b) && !isSpace(b[n]) && b[n] != '>' && b[n] != '/' {
		n++
	}
	return b[1:n]
}

// bounds returns where the next tag of the name is: an end tag, or a start tag; -1 for
// the other, and for both when there is none.
func bounds(b, name []byte) (end, start int) {
	for i := 0; ; {
		at := bytes.IndexByte(b[i:], '<')
		if at < 0 {
			return -1, -1
		}
		at += i
		i = at + 1
		closes := i < len(b) && b[i] == '/'
		if closes {
			i++
		}
		if n := i + len(name); n < len(b) && bytes.Equal(b[i:n], name) && (b[n] == '>' || isSpace(b[n])) {
			if closes {
				return at, -1
			}
			return -1, at
		}
	}
}

// read reads the elements of a record and returns why it cannot be used, "" when it
// can.
func (r *Record) read(s *scanner) string {
	var path [16][]byte // of the open elements
	depth := 0
	var author *Author
	var version *Version
	described := false
	for {
		t, ok := s.next()
		if !ok {
			break
		}
		if t.close {
			if depth == 0 || !bytes.Equal(path[depth-1], t.name) {
				return "The element " + string(t.name) + " ends where it did not begin."
			}
			depth--
			text := s.b[s.text:t.start]
			switch {
			case author != nil && string(t.name) != "author":
				author.set(string(t.name), text)
			case version != nil && string(t.name) != "version":
				version.set(string(t.name), text)
			default:
				author, version = nil, nil
				r.set(t.name, text, &described)
			}
			continue
		}
		switch string(t.name) {
		case "header":
			r.Deleted = t.attr("status") == "deleted"
		case "author":
			r.Authors = append(r.Authors, Author{})
			author = &r.Authors[len(r.Authors)-1]
		case "version":
			r.Versions = append(r.Versions, Version{Number: number(strings.TrimPrefix(t.attr("version"), "v"))})
			version = &r.Versions[len(r.Versions)-1]
		}
		if t.empty {
			continue
		}
		if depth == len(path) {
			return "Its elements are nested too deep."
		}
		path[depth] = t.name
		depth++
	}
	switch {
	case depth > 0:
		return "The element " + string(path[depth-1]) + " has no end."
	case r.ID == "":
		return "The record has no identifier."
	}
	return ""
}

func (a *Author) set(name string, text []byte) {
	switch name {
	case "keyname":
		a.Family = textOf(text)
	case "forenames":
		a.Given = textOf(text)
	case "suffix":
		a.Suffix = textOf(text)
	case "affiliation":
		a.Affiliations = append(a.Affiliations, textOf(text))
	}
}

func (v *Version) set(name string, text []byte) {
	switch name {
	case "date":
		// "Mon, 15 Apr 2013 19:33:21 GMT"; one that cannot be read is not known.
		v.Date, _ = time.Parse("Mon, 2 Jan 2006 15:04:05 MST", textOf(text))
		v.Date = v.Date.UTC()
	case "size":
		v.Size = textOf(text)
	case "source_type":
		v.Source = textOf(text)
	}
}

// set takes the text of an element that ended. Of the descriptions of oai_dc the
// first is the abstract; described says that it has been seen.
func (r *Record) set(name, text []byte, described *bool) {
	switch string(name) {
	case "identifier":
		id := textOf(text)
		if oai, ok := strings.CutPrefix(id, "oai:arXiv.org:"); ok {
			r.ID = oai
		} else if r.ID == "" {
			r.ID = id
		} else if doi, ok := strings.CutPrefix(id, "doi:"); ok { // of oai_dc
			r.DOI = doi
		}
	case "datestamp":
		r.Datestamp = textOf(text)
	case "setSpec":
		r.Sets = append(r.Sets, textOf(text))
	case "title":
		r.Title = textOf(text)
	case "abstract":
		r.Abstract = textOf(text)
	case "description":
		if s := textOf(text); !*described {
			r.Abstract, *described = s, true
		} else if comment, ok := strings.CutPrefix(s, "Comment: "); ok {
			r.Comments = comment
		}
	case "authors":
		if !bytes.Contains(text, []byte("<")) {
			r.AuthorLine = textOf(text)
		}
	case "creator":
		r.Authors = append(r.Authors, Author{Name: textOf(text)})
	case "submitter":
		r.Submitter = textOf(text)
	case "created":
		r.Created = textOf(text)
	case "updated":
		r.Updated = textOf(text)
	case "date":
		if r.Created == "" {
			r.Created = textOf(text)
		}
		r.Updated = textOf(text)
	case "categories":
		r.Categories = strings.Fields(textOf(text))
	case "comments":
		r.Comments = textOf(text)
	case "journal-ref":
		r.Journal = textOf(text)
	case "doi":
		r.DOI = textOf(text)
	case "report-no":
		r.Report = textOf(text)
	case "msc-class":
		r.MSC = textOf(text)
	case "acm-class":
		r.ACM = textOf(text)
	case "license":
		r.License = textOf(text)
	}
}
