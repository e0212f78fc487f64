package syndicate

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
)

// xmlWriter writes a document element by element and keeps the first error.
type xmlWriter struct {
	enc *xml.Encoder
	err error
}

func newXML(w io.Writer) *xmlWriter {
	_, err := io.WriteString(w, xml.Header)
	return &xmlWriter{xml.NewEncoder(w), err}
}

// open begins an element with attributes: a name, a value, and so on.
func (x *xmlWriter) open(name string, attrs ...string) {
	start := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i+1 < len(attrs); i += 2 {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: attrs[i]}, Value: attrs[i+1]})
	}
	x.token(start)
	x.token(xml.CharData("\n"))
}

func (x *xmlWriter) close(name string) { x.token(xml.EndElement{Name: xml.Name{Local: name}}) }

func (x *xmlWriter) token(t xml.Token) {
	if x.err == nil {
		x.err = x.enc.EncodeToken(t)
	}
}

func (x *xmlWriter) text(name, text string) { x.element(name, text) }

// element writes a whole element on a line of its own. The name stands for that of a
// struct, too.
func (x *xmlWriter) element(name string, v any) {
	if x.err == nil {
		x.err = x.enc.EncodeElement(v, xml.StartElement{Name: xml.Name{Local: name}})
	}
	x.token(xml.CharData("\n"))
}

func (x *xmlWriter) end() error { return errors.Join(x.err, x.enc.Close()) }

// summary is the text of an entry for the description of an RSS item, which programs
// read as HTML.
func (e *Entry) summary() string { return html.EscapeString(e.Text) }
