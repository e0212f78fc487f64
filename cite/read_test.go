package cite_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"broadsheet/cite"
)

func read(t testing.TB, text string) []*cite.Item {
	t.Helper()
	r, err := cite.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r.Items
}

// roundFormats are those that are written and read: all but plain text.
func roundFormats() []cite.Format { return cite.Formats()[:4] }

// through writes a work and reads it again.
func through(f cite.Format, x *cite.Item) (*cite.Item, error) {
	var b bytes.Buffer
	w := f.NewWriter(&b)
	if err := w.Write(x); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	r, err := cite.Read(&b)
	if err != nil {
		return nil, err
	}
	if len(r.Items) != 1 {
		return nil, fmt.Errorf("%d works came back: %v", len(r.Items), r.Problems)
	}
	return r.Items[0], nil
}

// common is what of a work every format has, and what f has besides, in one spelling: TeX
// has one sign for each of two quotes, and letters may be composed in two ways.
func common(f cite.Format, x *cite.Item) map[string]string {
	bib := strings.HasPrefix(f.Name, "Bib")
	spell := func(s string) string {
		s = strings.NewReplacer("’", "'", "‘", "`", "ʼ", "'", "\u00a0", " ").Replace(norm.NFC.String(s))
		if bib { // where a comment of mathematics was, TeX has spaces of its own
			s = strings.NewReplacer(" ", "", "ϕ", "φ", "ɛ", "ε", "Ω", "Ω", "⩽", "≤", "∘", "°").Replace(norm.NFC.String(s))
		}
		return strings.Join(strings.Fields(s), " ")
	}
	names := func(list []cite.Name) string {
		var all []string
		for _, n := range list {
			all = append(all, spell(n.Family)+"|"+spell(n.Given)+"|"+spell(n.Suffix)+"|"+spell(n.Literal))
		}
		return strings.Join(all, "; ")
	}
	m := map[string]string{
		"title": spell(x.Title), "authors": names(x.Authors), "editors": names(x.Editors), "container": spell(x.Container), "series": spell(x.Series), "volume": spell(x.Volume), "pages": spell(x.Pages),
		"edition": spell(x.Edition), "publisher": spell(x.Publisher), "place": spell(x.Place), "doi": spell(x.DOI), "arxiv": x.ArXiv, "class": x.Class, "abstract": spell(x.Abstract),
		"keywords": spell(strings.Join(x.Keywords, "; ")), "note": spell(x.Note), "language": spell(x.Language), "short": spell(x.ShortTitle), "issued": x.Issued.String(), "pmid": spell(x.PMID), "accessed": x.Accessed.String(),
	}
	if f.Name == "RIS" { // has one field for both
		m["serial"] = x.ISSN
		if x.ISBN != "" {
			m["serial"] = x.ISBN
		}
		m["serial"] = strings.Join(strings.Fields(m["serial"]), " ")
	} else {
		m["isbn"], m["issn"] = spell(x.ISBN), spell(x.ISSN)
	}
	if bib { // has one field for both, and the month without a year is no date
		m["issue"] = spell(cmpOr(x.Issue, x.Number))
	} else {
		m["issue"], m["number"] = spell(x.Issue), spell(x.Number)
	}
	if !bib {
		m["url"] = spell(x.URL)
	}
	return m
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// works draws a work, with whatever signs in its texts that one line of a text can have.
func works() *rapid.Generator[*cite.Item] {
	letters := rapid.OneOf(rapid.StringMatching(`[A-Za-zäéÉøłßñçşŁαπΩ][A-Za-z0-9äéÉøłßñçşŁαπΩ&%$#_{}~^\\<>|—–.:;()*+=/ -]{0,30}[a-z]`), rapid.StringMatching(`[A-Z][a-z]{1,8}( [a-z]{1,8}){0,4}`))
	word := rapid.StringMatching(`[A-ZÄÉŁ][a-zäéøłßñ]{1,8}`)
	digits := rapid.StringMatching(`[1-9][0-9]{0,3}`)
	maybe := func(t *rapid.T, name string, g *rapid.Generator[string]) string {
		if rapid.Bool().Draw(t, "has "+name) {
			return strings.Join(strings.Fields(g.Draw(t, name)), " ")
		}
		return ""
	}
	name := rapid.Custom(func(t *rapid.T) cite.Name {
		switch rapid.IntRange(0, 3).Draw(t, "form") {
		case 0:
			return cite.Name{Literal: word.Draw(t, "one") + " " + word.Draw(t, "two") + " Team"}
		case 1:
			return cite.Name{Literal: word.Draw(t, "mononym")}
		case 2:
			return cite.Name{Family: "van den " + word.Draw(t, "family"), Given: word.Draw(t, "given") + " " + word.Draw(t, "middle"), Suffix: "Jr."}
		}
		return cite.Name{Family: word.Draw(t, "family"), Given: word.Draw(t, "given")}
	})
	return rapid.Custom(func(t *rapid.T) *cite.Item {
		types := []string{"article", "article-journal", "paper-conference", "book", "chapter", "thesis", "report", "manuscript"}
		x := &cite.Item{
			Key: rapid.StringMatching(`[A-Za-z0-9:._/+-]{1,12}`).Draw(t, "key"), Type: rapid.SampledFrom(types).Draw(t, "type"), Title: strings.Join(strings.Fields(letters.Draw(t, "title")), " "),
			Authors: rapid.SliceOfN(name, 0, 4).Draw(t, "authors"), Editors: rapid.SliceOfN(name, 0, 2).Draw(t, "editors"),
			Series: maybe(t, "series", letters), Volume: maybe(t, "volume", digits), Publisher: maybe(t, "publisher", letters), Place: maybe(t, "place", letters), Edition: maybe(t, "edition", letters),
			DOI: maybe(t, "doi", rapid.StringMatching(`10\.[0-9]{4}/[a-z0-9()._/-]{1,12}[a-z0-9]`)), Abstract: maybe(t, "abstract", letters), Note: maybe(t, "note", letters), ShortTitle: maybe(t, "short", letters),
			Keywords: rapid.SliceOfN(rapid.StringMatching(`[a-zé]{1,8}(, [a-z]{1,6})?`), 0, 4).Draw(t, "keywords"), Language: maybe(t, "language", rapid.SampledFrom([]string{"en", "de", "pt-BR"})),
			PMID: maybe(t, "pmid", digits), URL: maybe(t, "url", rapid.StringMatching(`https://[a-z]{1,8}\.example/[a-z0-9_%&#~=?-]{0,12}`)),
		}
		if x.Type != "article" && x.Type != "manuscript" {
			x.Container = maybe(t, "container", letters)
		}
		if x.Type == "report" {
			x.Number = maybe(t, "number", digits)
		} else {
			x.Issue = maybe(t, "issue", digits)
		}
		if rapid.Bool().Draw(t, "has pages") {
			x.Pages = digits.Draw(t, "first")
			if last := digits.Draw(t, "last"); last != x.Pages {
				x.Pages += "-" + last
			}
		}
		if rapid.Bool().Draw(t, "has date") {
			x.Issued = cite.Date{Year: rapid.IntRange(1500, 2100).Draw(t, "year")}
			if rapid.Bool().Draw(t, "has month") {
				x.Issued.Month = rapid.IntRange(1, 12).Draw(t, "month")
				x.Issued.Day = rapid.IntRange(0, 28).Draw(t, "day")
			}
		}
		if rapid.Bool().Draw(t, "accessed") {
			x.Accessed = cite.Date{Year: 2026, Month: 4, Day: rapid.IntRange(1, 30).Draw(t, "of")}
		}
		if x.Type == "book" {
			x.ISBN = maybe(t, "isbn", rapid.StringMatching(`978-[0-9]-[0-9]{4}-[0-9]{4}-[0-9]`))
		} else {
			x.ISSN = maybe(t, "issn", rapid.StringMatching(`[0-9]{4}-[0-9]{3}[0-9X]`))
		}
		if x.Type == "article" {
			x.ArXiv, x.Class = rapid.SampledFrom([]string{"2604.11666", "hep-th/9901001", "0704.0001"}).Draw(t, "arxiv"), maybe(t, "class", rapid.Just("cs.LG"))
			if x.ArXiv == "" {
				x.Class = ""
			}
		}
		return x
	})
}

// TestNothingIsLost writes works in one format, reads them, writes them in another and
// reads them again: what both formats have is there.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := works().Draw(t, "work")
		for _, a := range roundFormats() {
			once, err := through(a, x)
			if err != nil {
				t.Fatalf("%s: %v", a.Name, err)
			}
			if diff := cmp.Diff(common(a, x), common(a, once)); diff != "" {
				t.Fatalf("through %s (-before +after):\n%s", a.Name, diff)
			}
			if x.Type != once.Type && a.Name != "CSL-JSON" && !slices.Contains([]string{"manuscript"}, x.Type) || x.Key != once.Key {
				t.Fatalf("%s makes of the %s %q the %s %q", a.Name, x.Type, x.Key, once.Type, once.Key)
			}
			b := rapid.SampledFrom(roundFormats()).Draw(t, "then")
			twice, err := through(b, once)
			if err != nil {
				t.Fatalf("%s, then %s: %v", a.Name, b.Name, err)
			}
			if diff := cmp.Diff(common(b, once), common(b, twice)); diff != "" {
				t.Fatalf("through %s, then %s (-before +after):\n%s", a.Name, b.Name, diff)
			}
		}
	})
}

// TestSignsStayApart: two hyphens and two quotes stay two, of which TeX would make one
// sign.
func TestSignsStayApart(t *testing.T) {
	t.Parallel()
	x := &cite.Item{Key: "k", Type: "article", Title: "pages 1--2, ``c'' –-d"}
	again, err := through(cite.Formats()[0], x)
	if err != nil {
		t.Fatal(err)
	}
	if got := common(cite.Formats()[0], again)["title"]; got != common(cite.Formats()[0], x)["title"] {
		t.Errorf("%q became %q", x.Title, again.Title)
	}
}
