package cite

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"broadsheet/fault"
)

// What is read at most.
const (
	MaxFile  = 16 << 20 // bytes of a file
	MaxItems = 20_000   // works in it
	maxField = 200_000  // bytes of one field; what follows is cut off
)

// Reading is what a file says.
type Reading struct {
	Format   string // BibTeX, RIS, CSL-JSON, Zotero JSON, Zotero RDF
	Items    []*Item
	Problems []Problem // what could not be read, at most 200
}

// Problem is something in a file that could not be read and was left out.
type Problem struct {
	Line int // 0 when not known
	Says string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.Says
	}
	return fmt.Sprintf("Line %d: %s", p.Line, p.Says)
}

func (r *Reading) problem(line int, format string, args ...any) {
	const most = 200
	if len(r.Problems) < most {
		r.Problems = append(r.Problems, Problem{line, fmt.Sprintf(format, args...)})
	}
}

// The marks of HTML that CSL and Zotero allow in a title.
var markup = regexp.MustCompile(`</?(?:i|b|sup|sub|em|strong|sc|span(?: [^<>]*)?)>`)

// unmarked returns a text without the marks of HTML.
func unmarked(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	return oneLine(markup.ReplaceAllString(s, ""))
}

// add takes an item in, unless it says nothing.
func (r *Reading) add(line int, x *Item) {
	for _, text := range []*string{&x.Title, &x.ShortTitle, &x.Abstract, &x.Container, &x.Series} {
		*text = unmarked(*text)
	}
	switch {
	case x.Title == "" && len(x.Authors) == 0 && x.DOI == "" && x.ArXiv == "" && x.URL == "":
		r.problem(line, "an entry without a title, authors or identifier was left out.")
	case len(r.Items) == MaxItems:
		r.problem(line, "a file has at most %d entries; the rest was left out.", MaxItems)
	case len(r.Items) < MaxItems:
		r.Items = append(r.Items, x)
	}
}

var (
	hasBib = regexp.MustCompile(`@[A-Za-z]+\s*[{(]`)
	hasRIS = regexp.MustCompile(`(?m)^\s*(?:TY {1,2}- |ER {1,2}-)`)
)

// Read reads a file of citations, whose format it finds out. What is broken in it is
// left out and named; the error, a fault, says that nothing could be read at all.
func Read(file io.Reader) (*Reading, error) {
	b, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read citations: %w", err)
	}
	if len(b) > MaxFile {
		return nil, fault.Invalid("The file has more than %d MB. Export a part of it.", MaxFile>>20)
	}
	text := decode(b)
	r := &Reading{}
	switch begin := strings.TrimLeft(text, " \t\r\n"); {
	case begin == "":
		return nil, fault.Invalid("The file is empty.")
	case begin[0] == '{' || begin[0] == '[':
		err = r.readJSON(begin)
	case begin[0] == '<':
		err = r.readRDF(begin)
	case hasRIS.MatchString(text):
		r.readRIS(text)
	case hasBib.MatchString(text):
		r.readBib(text)
	default:
		return nil, fault.Invalid("The file is neither BibTeX, RIS, CSL-JSON nor an export of Zotero (JSON or RDF).")
	}
	if err != nil {
		return nil, err
	}
	if len(r.Items) == 0 {
		says := "There is no entry in the file."
		if len(r.Problems) > 0 {
			says += " " + r.Problems[0].String()
		}
		return nil, fault.Invalid("%s", says)
	}
	return r, nil
}

// decode returns a file's text: UTF-16 where its first bytes say so, UTF-8 where it is
// that, else the Latin of older programs.
func decode(b []byte) string {
	if bytes.HasPrefix(b, []byte{0xfe, 0xff}) || bytes.HasPrefix(b, []byte{0xff, 0xfe}) {
		if text, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Bytes(b); err == nil {
			b = text
		}
	}
	if !utf8.Valid(b) {
		if text, err := charmap.Windows1252.NewDecoder().Bytes(b); err == nil {
			b = text
		}
	}
	text := strings.ReplaceAll(string(b), "\ufeff", "")
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// cut bounds a field.
func cut(s string) string {
	if len(s) <= maxField {
		return s
	}
	return strings.ToValidUTF8(s[:maxField], "")
}

// keep holds a field that an Item has no place for.
func (x *Item) keep(format, name, value string) {
	const most = 100 // of one work
	if value = oneLine(value); value == "" || len(x.Rest) >= most || len(name) > 60 {
		return
	}
	if x.Rest == nil {
		x.Rest = map[string]string{}
	}
	if held := x.Rest[format+" "+name]; held != "" {
		value = held + "; " + value
	}
	x.Rest[format+" "+name] = value
}

// set fills a field that is still empty.
func set(field *string, value string) {
	if *field == "" {
		*field = oneLine(cut(value))
	}
}

// splitKeywords parts a list of keywords at its semicolons or, without any, its commas.
func splitKeywords(s string) (list []string) {
	sign := ","
	if strings.Contains(s, ";") {
		sign = ";"
	}
	for part := range strings.SplitSeq(s, sign) {
		if part = oneLine(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// joinKeywords writes a list so that splitKeywords parts it again.
func joinKeywords(list []string) string {
	sign := ", "
	for _, k := range list {
		if strings.Contains(k, ",") {
			sign = "; "
		}
	}
	joined := strings.Join(list, sign)
	if sign == "; " && len(list) == 1 {
		joined += ";"
	}
	return joined
}
