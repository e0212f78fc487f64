package cite

import (
	"encoding/xml"
	"io"
	"strings"

	"broadsheet/fault"
)

// node is an element of RDF with what is in it.
type node struct {
	name, about, resource string
	text                  string
	kids                  []*node
}

const rdfSpace = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

// readRDF reads Zotero's RDF: works as children of the root, journals and books that
// they refer to beside them.
func (r *Reading) readRDF(text string) error {
	r.Format = "Zotero RDF"
	root, err := readNodes(text)
	if err != nil {
		return err
	}
	byName := map[string]*node{}
	for _, k := range root.kids {
		if k.about != "" {
			byName[k.about] = k
		}
	}
	for _, k := range root.kids {
		kind := k.value("itemType")
		if zoteroTypes[kind] == "" && (kind == "" || !isWork(kind)) {
			continue // a journal, a collection, an attachment
		}
		r.add(0, k.item(kind, byName))
	}
	return nil
}

// readNodes reads a document, of limited depth, into nodes.
func readNodes(text string) (*node, error) {
	const deepest = 40
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = true
	root := &node{}
	stack := []*node{root}
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			line, _ := d.InputPos()
			return nil, fault.Invalid("The file is no whole RDF; line %d could not be read.", line)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(stack) > deepest {
				return nil, fault.Invalid("The file is nested deeper than any export of Zotero.")
			}
			n := &node{name: t.Name.Local}
			for _, a := range t.Attr {
				switch {
				case a.Name.Space == rdfSpace && a.Name.Local == "about":
					n.about = a.Value
				case a.Name.Space == rdfSpace && a.Name.Local == "resource":
					n.resource = a.Value
				}
			}
			top := stack[len(stack)-1]
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top := stack[len(stack)-1]
			if len(top.text) < maxField {
				top.text += string(t)
			}
		}
	}
	if len(root.kids) != 1 || root.kids[0].name != "RDF" {
		return nil, fault.Invalid("The file is XML, but no RDF of Zotero.")
	}
	return root.kids[0], nil
}

// all returns the children with a name.
func (n *node) all(name string) (list []*node) {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			list = append(list, k)
		}
	}
	return list
}

// under returns the first node at a path of names.
func (n *node) under(path ...string) *node {
	for _, name := range path {
		list := n.all(name)
		if len(list) == 0 {
			return nil
		}
		n = list[0]
	}
	return n
}

// value returns the text of the first node at a path, "" for none.
func (n *node) value(path ...string) string {
	if n = n.under(path...); n == nil {
		return ""
	}
	return oneLine(cut(n.text))
}

func (n *node) item(kind string, byName map[string]*node) *Item {
	x := &Item{Type: zoteroTypes[kind], Key: n.value("citationKey"), Title: n.value("title"), ShortTitle: n.value("shortTitle"), Abstract: n.value("abstract"), Language: n.value("language"), Issued: parseDate(n.value("date")), Accessed: parseDate(n.value("dateSubmitted")), Pages: cleanPages(n.value("pages")), Volume: n.value("volume"), Issue: n.value("number"), Edition: n.value("edition"), Genre: n.value("type")}
	if x.Type == "" {
		x.Type = "document"
	}
	x.Authors, x.Editors = n.people("authors"), n.people("editors")
	for _, role := range []string{"presenters", "programmers", "inventors", "directors", "contributors"} {
		if len(x.Authors) == 0 {
			x.Authors = n.people(role)
		}
	}
	if org := n.under("publisher", "Organization"); org != nil {
		x.Publisher = org.value("name")
		x.Place = org.value("adr", "Address", "locality")
	}
	for _, part := range n.all("isPartOf") {
		in := byName[part.resource]
		if part.resource == "" && len(part.kids) > 0 {
			in = part.kids[0]
		}
		x.partOf(in, byName)
	}
	for _, id := range n.all("identifier") {
		x.identified(id)
	}
	for _, s := range n.all("subject") {
		word := oneLine(s.text)
		if word == "" {
			word = s.value("AutomaticTag", "value")
		}
		if word != "" && len(x.Keywords) < 1000 {
			x.Keywords = append(x.Keywords, word)
		}
	}
	for _, ref := range n.all("isReferencedBy") {
		if memo := byName[ref.resource]; memo != nil {
			x.note(memo.value("value"))
		}
	}
	if extra := n.under("description"); extra != nil {
		x.extra(extra.text)
	}
	if kind == "report" || kind == "patent" || kind == "preprint" {
		x.Number, x.Issue = x.Issue, ""
		if x.ArXiv == "" {
			x.ArXiv = arXivIn(x.Number)
		}
	}
	return x
}

// partOf takes in the journal, the book or the series that a work stands in.
func (x *Item) partOf(in *node, byName map[string]*node) {
	if in == nil {
		return
	}
	title := in.value("title")
	if in.name == "Series" {
		set(&x.Series, title)
	} else {
		set(&x.Container, title)
	}
	set(&x.Volume, in.value("volume"))
	set(&x.Issue, in.value("number"))
	for _, id := range in.all("identifier") {
		x.identified(id)
	}
	for _, part := range in.all("isPartOf") {
		if series := part.under("Series"); series != nil {
			set(&x.Series, series.value("title"))
		}
	}
}

// identified takes in an identifier: "DOI 10.1000/182", "ISSN 1234-5678", an address.
func (x *Item) identified(id *node) {
	if u := id.value("URI", "value"); u != "" {
		set(&x.URL, u)
		return
	}
	kind, value, _ := strings.Cut(oneLine(id.text), " ")
	switch kind {
	case "DOI":
		set(&x.DOI, cleanDOI(value))
	case "ISBN":
		set(&x.ISBN, value)
	case "ISSN":
		set(&x.ISSN, value)
	default:
		x.keep("zotero", "identifier", id.text)
	}
}

// people returns those in a role.
func (n *node) people(role string) (list []Name) {
	seq := n.under(role, "Seq")
	for _, li := range seq.all("li") {
		p := li.under("Person")
		if p == nil {
			continue
		}
		given := p.value("givenName")
		if given == "" {
			given = p.value("givenname")
		}
		family := p.value("surname")
		if family == "" {
			family = p.value("name")
		}
		if who := named(family, given, ""); who != (Name{}) && len(list) < 10_000 {
			list = append(list, who)
		}
	}
	return list
}
