package web_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"broadsheet/web"
	"broadsheet/web/webtest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func templates(t *testing.T) *web.Templates {
	t.Helper()
	files, err := web.NewStatic()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := web.ParseTemplates(files)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

var checksum = regexp.MustCompile(`(/static/[^".]+)\.[A-Za-z0-9_-]{12}\.`)

// TestGolden compares every page in every state with its file in testdata. The
// checksums of static files are left out, so that a change of the style sheet
// changes no golden file.
func TestGolden(t *testing.T) {
	parsed := templates(t)
	all := webtest.All()
	if len(all) < 30 {
		t.Fatalf("only %d fixtures", len(all))
	}
	seen := map[string]bool{}
	for _, f := range all {
		if seen[f.Name+".html"] {
			t.Fatalf("two fixtures are named %s", f.Name)
		}
		seen[f.Name+".html"] = true
		t.Run(f.Name, func(t *testing.T) {
			got, err := parsed.RenderFor(f.View, f.Reader)
			if err != nil {
				t.Fatal(err)
			}
			got = checksum.ReplaceAll(got, []byte("$1.CHECKSUM."))
			name := filepath.Join("testdata", f.Name+".html")
			if *update {
				if err := os.WriteFile(name, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
				t.Errorf("%s differs (-want +got); rewrite it with -update:\n%s", name, diff)
			}
		})
	}
	files, err := filepath.Glob("testdata/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if !seen[filepath.Base(name)] {
			t.Errorf("%s belongs to no fixture", name)
		}
	}
}

// TestPagesKeepTheRules looks at every page for what none may have.
func TestPagesKeepTheRules(t *testing.T) {
	parsed := templates(t)
	for _, f := range webtest.All() {
		t.Run(f.Name, func(t *testing.T) {
			body, err := parsed.RenderFor(f.View, f.Reader)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(body, []byte("ZgotmplZ")) {
				t.Error("the page holds a ZgotmplZ: a value was refused by html/template")
			}
			doc, err := html.Parse(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			check(t, doc)
		})
	}
}

// check walks a page: one h1, no level of heading left out, no id twice, every
// address inside the page leads somewhere, nothing that the policy would stop.
func check(t *testing.T, doc *html.Node) {
	ids, inner, level, first := map[string]bool{}, map[string]bool{}, 0, 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' && !within(n, "dialog") {
			l := int(n.Data[1] - '0')
			if l > level+1 {
				t.Errorf("an h%d follows an h%d", l, level)
			}
			level = l
			if l == 1 {
				first++
			}
		}
		attrs := map[string]string{}
		for _, a := range n.Attr {
			attrs[a.Key] = a.Val
			switch {
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("<%s> has the attribute %s, which the policy stops", n.Data, a.Key)
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("the id %s stands twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
				inner[a.Val[1:]] = true
			case a.Key == "href" && a.Val == "":
				t.Errorf("<%s> has an empty address", n.Data)
			case a.Key == "aria-labelledby":
				inner[a.Val] = true
			}
		}
		if n.Data == "script" && attrs["src"] == "" && attrs["type"] != "application/ld+json" {
			t.Error("there is a script in the page")
		}
		if n.Data == "a" && attrs["href"] == "" {
			t.Error("there is an <a> without an address")
		}
	}
	if first != 1 {
		t.Errorf("the page has %d h1", first)
	}
	for id := range inner {
		if !ids[id] {
			t.Errorf("nothing has the id %q that the page refers to", id)
		}
	}
}

func within(n *html.Node, tag string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == tag {
			return true
		}
	}
	return false
}

func TestStyleSheetIsSmall(t *testing.T) {
	const limit = 30000
	body, err := os.ReadFile("static/broadsheet.css")
	if err != nil {
		t.Fatal(err)
	}
	if len(body) >= limit {
		t.Errorf("the style sheet has %d bytes; the limit is %d", len(body), limit)
	}
}
