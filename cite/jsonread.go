package cite

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"broadsheet/fault"
)

// object is one of a JSON file whose members programs disagree about.
type object map[string]any

// readJSON reads CSL-JSON and the two forms of JSON that come from Zotero: its own
// (items with itemType) and that of its API (items with data).
func (r *Reading) readJSON(text string) error {
	var whole any
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		at := 0
		if syntax, ok := err.(*json.SyntaxError); ok {
			at = 1 + strings.Count(text[:min(len(text), int(syntax.Offset))], "\n")
		}
		return fault.Invalid("The file is no whole JSON; line %d could not be read.", at)
	}
	list, ok := whole.([]any)
	if o, is := whole.(map[string]any); is {
		if list, ok = o["items"].([]any); !ok {
			list, ok = []any{o}, true
		}
	}
	if !ok {
		return fault.Invalid("The JSON holds no list of works.")
	}
	for i, v := range list {
		o, ok := v.(map[string]any)
		if data, is := o["data"].(map[string]any); is && o["itemType"] == nil && o["type"] == nil {
			o = data
		}
		switch {
		case !ok:
			r.problem(0, "number %d of the list is no work.", i+1)
		case o["itemType"] != nil:
			r.Format = "Zotero JSON"
			r.zoteroItem(i, o)
		default:
			if r.Format == "" {
				r.Format = "CSL-JSON"
			}
			r.add(0, cslRead(o))
		}
	}
	return nil
}

// text returns a member as text: a number as it is written, of a list the first.
func (o object) text(names ...string) string {
	for _, name := range names {
		if s := textOf(o[name]); s != "" {
			return s
		}
	}
	return ""
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return oneLine(cut(v))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return fmt.Sprint(v)
	case []any:
		if len(v) > 0 {
			return textOf(v[0])
		}
	}
	return ""
}

// cslRead reads one item of CSL-JSON.
func cslRead(o object) *Item {
	x := &Item{
		Key: o.text("id", "citation-key"), Type: o.text("type"), Title: o.text("title"), ShortTitle: o.text("title-short"), Container: o.text("container-title"), Series: o.text("collection-title"),
		Volume: o.text("volume"), Issue: o.text("issue"), Number: o.text("number"), Pages: cleanPages(o.text("page")), Edition: o.text("edition"),
		Publisher: o.text("publisher"), Place: o.text("publisher-place"), Genre: o.text("genre"), DOI: cleanDOI(o.text("DOI")), ISBN: o.text("ISBN"), ISSN: o.text("ISSN"), PMID: o.text("PMID"),
		URL: o.text("URL"), Abstract: o.text("abstract"), Keywords: splitKeywords(o.text("keyword")), Note: o.text("note"), Language: o.text("language"),
		Authors: cslReadNames(o["author"]), Editors: cslReadNames(o["editor"]), Issued: cslReadDate(o["issued"]), Accessed: cslReadDate(o["accessed"]),
	}
	known := map[string]bool{}
	for name := range strings.FieldsSeq("id citation-key type title title-short container-title collection-title volume issue number page edition publisher publisher-place genre DOI ISBN ISSN PMID URL abstract keyword note language author editor issued accessed") {
		known[name] = true
	}
	if o.text("archive") == "arXiv" {
		e := risEntry{x: x}
		e.accession(o.text("archive_location"))
		known["archive"], known["archive_location"] = x.ArXiv != "", x.ArXiv != ""
		delete(x.Rest, "ris AN")
	}
	for name := range o {
		if !known[name] {
			x.keep("csl", name, o.text(name))
		}
	}
	if x.Type == "" {
		x.Type = "document"
	}
	return x
}

func cslReadNames(v any) (list []Name) {
	names, _ := v.([]any)
	for _, v := range names {
		o, _ := v.(map[string]any)
		part := object(o).text
		n := Name{Literal: part("literal", "name")}
		if n.Literal == "" {
			n = named(oneLine(strings.Join([]string{part("dropping-particle"), part("non-dropping-particle"), part("family")}, " ")), part("given"), part("suffix"))
		}
		if n != (Name{}) && len(list) < 10_000 {
			list = append(list, n)
		}
	}
	return list
}

func cslReadDate(v any) Date {
	if s := textOf(v); s != "" {
		return parseDate(s)
	}
	o, _ := v.(map[string]any)
	if parts, ok := o["date-parts"].([]any); ok && len(parts) > 0 {
		first, _ := parts[0].([]any)
		var n [3]int
		for i := range min(len(first), 3) {
			n[i], _ = strconv.Atoi(textOf(first[i]))
		}
		return Date{Year: n[0], Month: n[1], Day: n[2]}.whole()
	}
	if s := object(o).text("raw", "literal"); s != "" {
		return parseDate(s)
	}
	return Date{}
}
