package web

import (
	"bytes"
	"compress/gzip"
	"html/template"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unpack(t *testing.T, packed []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// page renders a template of marks and cuts it.
func page(t *testing.T, text string) *cut {
	t.Helper()
	m := newMarker()
	parsed, err := template.New("").Funcs(m.functions()).Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := parsed.Execute(&b, nil); err != nil {
		t.Fatal(err)
	}
	c, err := m.cut(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCut(t *testing.T) {
	t.Parallel()
	ada := &Overlay{Reader: &Reader{Name: "Ada <b>", Initials: "AB"}, Voted: map[int64]bool{1: true}, Saved: map[int64]bool{2: true}, Read: map[int64]bool{2: true, 9: true}}
	for _, c := range []struct{ name, text, visitor, reader string }{
		{"nothing differs", `<p>same</p>`, `<p>same</p>`, `<p>same</p>`},
		{"a choice", `<i>{{when "voted" 1}}yes{{otherwise}}no{{done}}</i>`, `<i>no</i>`, `<i>yes</i>`},
		{"a choice of another paper", `<i>{{when "voted" 2}}yes{{otherwise}}no{{done}}</i>`, `<i>no</i>`, `<i>no </i>`},
		{"one branch", `<i>{{when "saved" 2}}yes{{done}}</i>`, `<i></i>`, `<i>yes</i>`},
		{"an attribute", `<a b{{attribute "read" 2 "c"}} d="e">`, `<a b d="e">`, `<a b c d="e">`},
		{"a value", `<a b="{{when "read" 2}}true{{otherwise}}false{{done}}">`, `<a b="false">`, `<a b="true ">`},
		{"a name in a branch", `{{when "reader" 0}}<b>{{whose "name" 16}}</b>{{otherwise}}who?{{done}}`, `who?`, `<b>Ada &lt;b&gt;</b>   `},
		{"a name that is too long", `{{whose "name" 6}}`, ``, `Ada   `},
		{"how many were read", `{{when "read" 2}}{{done}}{{when "counts" 0}}{{whose "read" 3}} of 1{{done}}`, ``, `1 of 1  `},
		{"empty", ``, ``, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			cut := page(t, c.text)
			if got := string(cut.For(nil)); got != c.visitor {
				t.Errorf("a visitor has %q, want %q", got, c.visitor)
			}
			if got := string(cut.For(ada)); got != c.reader {
				t.Errorf("a reader has %q, want %q", got, c.reader)
			}
			if got := string(unpack(t, cut.Packed(ada))); got != c.reader {
				t.Errorf("unpacked, a reader has %q, want %q", got, c.reader)
			}
		})
	}
}

// TestMarksCannotBeForged has the words of the marks in a title: without the word
// of this process they are text.
func TestMarksCannotBeForged(t *testing.T) {
	t.Parallel()
	m, other := newMarker(), newMarker()
	if m.word == other.word {
		t.Fatal("two processes mark alike")
	}
	text := other.word + "wvotedz1zyes" + other.word + "d"
	c, err := m.cut([]byte(text))
	if err != nil || string(c.For(nil)) != text {
		t.Errorf("%q becomes %q, %v", text, c.For(nil), err)
	}
	for _, broken := range []string{"w", "wvoted", "wvotedz1z", "wvotedz1zyes" + m.word + "o", "d", "o", "wvotedzxzyes" + m.word + "d", strings.Repeat("wvotedz1z"+m.word, 9)} {
		if _, err := m.cut([]byte(m.word + broken)); err == nil {
			t.Errorf("the broken mark %q is taken", broken)
		}
	}
}

// TestPackedIsWhatItPacks cuts pages of random texts and places, and unpacks them
// for random readers.
func TestPackedIsWhatItPacks(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"a", "the same words again ", "<p class=\"x\">", "é", "💡", "\n", strings.Repeat("long ", 9000), "unique-0", "unique-1"})
	rapid.Check(t, func(r *rapid.T) {
		m := newMarker()
		var b strings.Builder
		for range rapid.IntRange(0, 30).Draw(r, "pieces") {
			b.WriteString(word.Draw(r, "text"))
			paper := int64(rapid.IntRange(1, 5).Draw(r, "paper"))
			when := m.functions()["when"].(func(string, int64) string)
			if rapid.Bool().Draw(r, "place") {
				b.WriteString(when("voted", paper) + word.Draw(r, "yes") + m.word + "o" + word.Draw(r, "no") + m.word + "d")
			}
		}
		c, err := m.cut([]byte(b.String()))
		if err != nil {
			r.Fatal(err)
		}
		for range 3 {
			voted := map[int64]bool{}
			for p := range int64(6) {
				voted[p] = rapid.Bool().Draw(r, "voted")
			}
			o := &Overlay{Reader: &Reader{Name: "A"}, Voted: voted}
			want := c.For(o)
			if got := unpack(t, c.Packed(o)); !bytes.Equal(got, want) || len(got) != len(c.whole) {
				r.Fatalf("%d bytes unpacked, want %d", len(got), len(want))
			}
		}
	})
}
