package fetch

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, named, want string }{
		{"nothing", "", "", ""},
		{"UTF-8 that nobody names", "café", "", "café"},
		{"Latin that nobody names", "caf\xe9", "", "café"},
		{"named by the server", "caf\xe9", "ISO-8859-1", "café"},
		{"named by the page", "<html><head><META charset='iso-8859-2'>\xb3", "", "<html><head><META charset='iso-8859-2'>ł"},
		{"in the older way", `<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">` + "\xc0", "", `<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">А`},
		{"the server knows better", "<meta charset=koi8-r>é", "utf-8", "<meta charset=koi8-r>é"},
		{"a mark knows best", "\xef\xbb\xbfcafé", "iso-8859-1", "café"},
		{"UTF-16", "\xff\xfec\x00a\x00", "", "ca"},
		{"UTF-16, the other way round", "\xfe\xff\x00c\x00a", "", "ca"},
		{"half of a letter", "caf\xc3", "utf-8", "caf\uFFFD"},
		{"a page that calls itself UTF-16 in ASCII", "<meta charset=utf-16>é", "", "<meta charset=utf-16>é"},
	} {
		if got, err := decode([]byte(tt.body), tt.named); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := decode([]byte("x"), "gb18030"); err == nil || !strings.Contains(err.Error(), "gb18030") {
		t.Errorf("an encoding that is not read: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("<meta charset=latin1>\xe9"), "")
	f.Add([]byte("\xff\xfec"), "utf-16be")
	f.Fuzz(func(t *testing.T, body []byte, named string) {
		if text, err := decode(body, named); err == nil && !utf8.ValidString(text) {
			t.Errorf("%q is not UTF-8", text)
		}
	})
}
