package fetch

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// The encodings that are read, by their names on the web (https://encoding.spec.whatwg.org/).
// The tables of all would weigh more than half a megabyte in the program, for pages about
// papers that nobody writes any more.
var encodings = map[string]encoding.Encoding{
	"utf-8": encoding.Nop, "utf8": encoding.Nop,
	"utf-16": utf16(unicode.LittleEndian), "utf-16le": utf16(unicode.LittleEndian), "utf-16be": utf16(unicode.BigEndian),
	"windows-1252": charmap.Windows1252, "cp1252": charmap.Windows1252, "us-ascii": charmap.Windows1252, "ascii": charmap.Windows1252,
	"iso-8859-1": charmap.Windows1252, "iso8859-1": charmap.Windows1252, "latin1": charmap.Windows1252, "l1": charmap.Windows1252,
	"iso-8859-2": charmap.ISO8859_2, "latin2": charmap.ISO8859_2, "iso-8859-15": charmap.ISO8859_15, "latin-9": charmap.ISO8859_15,
	"windows-1250": charmap.Windows1250, "windows-1251": charmap.Windows1251, "koi8-r": charmap.KOI8R,
}

func utf16(order unicode.Endianness) encoding.Encoding { return unicode.UTF16(order, unicode.UseBOM) }

// inPage finds what a page says of its own encoding.
var inPage = regexp.MustCompile(`(?i)<meta\s[^>]*charset\s*=\s*["']?\s*([\w:.-]+)`)

// decode returns a text in UTF-8: by the mark at its beginning, the encoding that came with
// it, or the one that the page names; otherwise it is UTF-8, or, when it cannot be, Latin.
func decode(body []byte, named string) (string, error) {
	const head = 1024 // bytes in which a page says so
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		body, named = body[3:], "utf-8"
	case bytes.HasPrefix(body, []byte("\xff\xfe")), bytes.HasPrefix(body, []byte("\xfe\xff")):
		named = "utf-16"
	case named == "":
		if m := inPage.FindSubmatch(body[:min(len(body), head)]); m != nil {
			if named = string(m[1]); strings.HasPrefix(strings.ToLower(named), "utf-16") {
				named = "utf-8" // it could not have been read otherwise
			}
		} else if !utf8.Valid(body) {
			named = "windows-1252"
		}
	}
	if named == "" {
		named = "utf-8"
	}
	from := encodings[strings.ToLower(strings.TrimSpace(named))]
	if from == nil {
		return "", fmt.Errorf("writes its page in %q, which is not read here: UTF-8, UTF-16 and the Latin and Cyrillic encodings are", short(named))
	}
	text, err := from.NewDecoder().Bytes(body)
	if err != nil {
		return "", fmt.Errorf("writes its page in %s, but not well: %w", named, err)
	}
	return strings.ToValidUTF8(string(text), "\uFFFD"), nil
}
