package mail

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"
	"unicode/utf8"
)

// Bytes returns the message as it travels, lines ended by CRLF, unsigned.
// Headers are ASCII but for an address whose local part is not (RFC 6532).
func (m *Message) Bytes() []byte { return m.Append(nil) }

// Append appends what Bytes returns to dst.
func (m *Message) Append(dst []byte) []byte {
	b := bytes.NewBuffer(dst)
	b.Grow(2048 + len(m.Text) + len(m.HTML) + (len(m.Text)+len(m.HTML))/8)
	h := headers{b}
	h.put("From", m.From.header())
	h.put("To", m.To.header())
	if m.ReplyTo != (Address{}) {
		h.put("Reply-To", m.ReplyTo.header())
	}
	h.put("Subject", words(m.Subject))
	h.put("Date", m.Date.Format(time.RFC1123Z))
	h.put("Message-ID", "<"+m.ID+">")
	if m.InReply != "" {
		h.put("In-Reply-To", "<"+m.InReply+">")
		h.put("References", "<"+m.InReply+">")
	}
	if m.List != "" {
		h.put("List-Id", phrase(m.ListName)+" <"+m.List+">")
		h.put("Precedence", "bulk")
	}
	m.putUnsubscribe(h)
	if m.Feedback != "" {
		h.put("Feedback-ID", m.Feedback)
	}
	h.put("Auto-Submitted", "auto-generated")
	h.put("MIME-Version", "1.0")
	if m.HTML == "" {
		part(h, "text/plain; charset=utf-8", m.Text)
		return b.Bytes()
	}
	boundary := boundary()
	h.put("Content-Type", `multipart/alternative; boundary="`+boundary+`"`)
	b.WriteString("\r\n")
	for _, p := range []struct{ kind, body string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		b.WriteString("--" + boundary + "\r\n")
		part(h, p.kind+"; charset=utf-8", p.body)
	}
	b.WriteString("--" + boundary + "--\r\n")
	return b.Bytes()
}

func (m *Message) putUnsubscribe(h headers) {
	if len(m.Unsubscribe) == 0 {
		return
	}
	oneClick := false
	list := make([]string, len(m.Unsubscribe))
	for i, u := range m.Unsubscribe {
		list[i] = "<" + u + ">"
		oneClick = oneClick || strings.HasPrefix(u, "http")
	}
	h.put("List-Unsubscribe", strings.Join(list, ", "))
	if oneClick {
		h.put("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
}

// boundary returns a line that stands in no body: quoted-printable never holds "=_".
func boundary() string {
	var r [12]byte
	rand.Read(r[:])
	return "=_" + hex.EncodeToString(r[:])
}

// headers writes header fields.
type headers struct{ b *bytes.Buffer }

// put writes one field, folded at its spaces to 78 columns where that can be. What
// would end the line or means nothing in one (control characters) is dropped: this
// is the one place where headers are made, so none can be injected.
func (h headers) put(name, value string) {
	value = strings.Map(func(r rune) rune {
		if isControl(r) || r == utf8.RuneError || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, value)
	h.b.WriteString(name)
	h.b.WriteByte(':')
	column := len(name) + 1
	for word := range strings.FieldsSeq(value) {
		if column+1+len(word) > 78 && column > len(name)+1 {
			h.b.WriteString("\r\n")
			column = 0
		}
		h.b.WriteByte(' ')
		h.b.WriteString(word)
		column += 1 + len(word)
	}
	h.b.WriteString("\r\n")
}

// words returns text as it stands in an unstructured field (RFC 2047).
func words(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || isControl(r) }), " ")
	if isASCII(s) && !strings.Contains(s, "=?") {
		return s
	}
	encoded := mime.QEncoding.Encode("utf-8", s)
	if encoded == s { // nothing but a look-alike of an encoded word
		return "=?utf-8?q?" + strings.NewReplacer("=", "=3D", "?", "=3F", " ", "_", "_", "=5F").Replace(s) + "?="
	}
	return encoded
}

// phrase returns a name as it stands before an address.
func phrase(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || isControl(r) }), " ")
	if !isASCII(s) || strings.Contains(s, "=?") {
		return words(s)
	}
	for i := range len(s) {
		if !isAtom(s[i]) && s[i] != ' ' {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
	}
	return s
}

// part writes a body with its headers: as it is when it is ASCII in short lines,
// else quoted-printable.
func part(h headers, kind, body string) {
	h.put("Content-Type", kind)
	body = strings.ReplaceAll(body, "\r\n", "\n")
	if !strings.HasSuffix(body, "\n") {
		body += "\n"
	}
	if travels(body) {
		h.put("Content-Transfer-Encoding", "7bit")
		h.b.WriteString("\r\n")
		for line := range strings.Lines(body) {
			h.b.WriteString(line[:len(line)-1])
			h.b.WriteString("\r\n")
		}
		return
	}
	h.put("Content-Transfer-Encoding", "quoted-printable")
	h.b.WriteString("\r\n")
	w := quotedprintable.NewWriter(h.b)
	io.WriteString(w, strings.ReplaceAll(body, "\n", "\r\n")) // writing to memory does not fail
	w.Close()
}

// travels reports whether a body can go as it is: ASCII, no line over 998 octets
// (RFC 5322), and none that begins like a boundary.
func travels(body string) bool {
	const longest = 990
	for line := range strings.Lines(body) {
		if len(line) > longest || strings.HasPrefix(line, "--=_") || strings.HasPrefix(line, "From ") || !printable(line[:len(line)-1]) {
			return false
		}
	}
	return true
}

// printable reports whether a line is ASCII without control characters but tabs. Bytes
// are looked at eight at a time, and one by one where something is found.
func printable(line string) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for len(line) >= 8 {
		var b [8]byte
		copy(b[:], line)
		x := binary.LittleEndian.Uint64(b[:])
		if x&tops == 0 && (x-0x20*ones)&tops == 0 && (x+ones)&tops == 0 { // no byte of 0x80 and more, below 0x20, of 0x7f
			line = line[8:]
			continue
		}
		if !printables(line[:8]) {
			return false
		}
		line = line[8:]
	}
	return printables(line)
}

func printables(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// Width is the number of columns of plain text.
const Width = 72

// Wrap breaks text into lines of at most Width columns, each after indent. A word
// that is longer, such as an address, has a line of its own.
func Wrap(text, indent string) string {
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
			b.WriteString(indent)
			column = len(indent)
		case column+1+n > Width:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	if column > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}
