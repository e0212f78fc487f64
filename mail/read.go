package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"time"
	"unicode/utf8"

	"broadsheet/fault"
)

// Received is a message that came in, as far as it was needed.
type Received struct {
	Header netmail.Header
	From   string // the address alone, "" when it cannot be read
	Date   time.Time
	Text   string // of the first plain part
	HTML   string // of the first HTML part
	Parts  []Part // all that are no multipart, in order
}

// Part is one part of a message, decoded.
type Part struct {
	Kind   string // message/delivery-status, in lower case
	Params map[string]string
	Header textproto.MIMEHeader
	Body   []byte
}

// Bounds of what is read of a message: what comes from outside may be anything.
const (
	longestMessage = 10 << 20
	mostParts      = 100
	deepest        = 8
)

// Read reads a message. It takes what real programs send: bare line feeds, unknown
// encodings and character sets, parts without an end. The error is a fault.Invalid.
func Read(r io.Reader) (*Received, error) {
	m, err := netmail.ReadMessage(io.LimitReader(r, longestMessage))
	if err != nil {
		return nil, fault.Invalid("That is no mail: %s.", err)
	}
	out := &Received{Header: m.Header}
	if list, err := m.Header.AddressList("From"); err == nil && len(list) > 0 {
		out.From = list[0].Address
	}
	out.Date, _ = m.Header.Date()
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return nil, fault.Invalid("That mail cannot be read: %s.", err)
	}
	out.read(textproto.MIMEHeader(m.Header), body, 0)
	for _, p := range out.Parts {
		switch {
		case p.Kind == "text/plain" && out.Text == "":
			out.Text = string(p.Body)
		case p.Kind == "text/html" && out.HTML == "":
			out.HTML = string(p.Body)
		}
	}
	return out, nil
}

// Subject returns the subject, decoded.
func (m *Received) Subject() string { return decodeWords(m.Header.Get("Subject")) }

func decodeWords(s string) string {
	d, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		return s
	}
	return d
}

func (m *Received) read(h textproto.MIMEHeader, body []byte, depth int) {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && kind == "" {
		kind = "text/plain"
	}
	if boundary := params["boundary"]; strings.HasPrefix(kind, "multipart/") && boundary != "" && depth < deepest {
		parts := multipart.NewReader(bytes.NewReader(body), boundary)
		for len(m.Parts) < mostParts {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			inner, _ := io.ReadAll(p) // a part that is cut off is read as far as it goes
			m.read(p.Header, inner, depth+1)
		}
		return
	}
	m.Parts = append(m.Parts, Part{Kind: kind, Params: params, Header: h, Body: decode(h.Get("Content-Transfer-Encoding"), params["charset"], body)})
}

// decode undoes a transfer encoding; text that is not UTF-8 is taken as Latin-1.
func decode(encoding, charset string, body []byte) []byte {
	var r io.Reader
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(body))
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body))
	}
	if r != nil {
		decoded, _ := io.ReadAll(r)
		body = decoded
	}
	if utf8.Valid(body) {
		return body
	}
	if strings.EqualFold(charset, "utf-8") {
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	var b strings.Builder
	for _, c := range body {
		b.WriteRune(rune(c))
	}
	return []byte(b.String())
}
