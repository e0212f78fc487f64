package press

import (
	"bytes"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"broadsheet/fault"
)

// Where a page stands. A page of the server at /papers/2604.11666 is the file
// papers/2604.11666/index.html, which any file server sends for the same address. A
// page with a query, such as /papers/trending?window=day, stands one folder deeper,
// under the query's own words: papers/trending/window=day/index.html. The page of the
// search, /papers?q=, takes its query in the browser and is papers/index.html.

// searchAt is the address of the page of the search.
const searchAt = "/papers?q="

// asFiles are the endings of addresses that are files already.
var asFiles = map[string]bool{".atom": true, ".rss": true, ".json": true, ".xml": true, ".txt": true, ".html": true, ".css": true, ".js": true, ".svg": true, ".woff2": true, ".bib": true, ".ris": true}

// fileOf returns the file of a page, with slashes.
func fileOf(at string) string {
	if at == searchAt {
		return "papers/index.html"
	}
	at, query, _ := strings.Cut(at, "?")
	name := strings.TrimPrefix(at, "/")
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	if query == "" && asFiles[path.Ext(name)] {
		return name
	}
	return path.Join(name, query, "index.html")
}

// isHTML reports whether a page of that type has links to be rewritten.
func isHTML(contentType string) bool { return strings.HasPrefix(contentType, "text/html") }

// relative returns the way from a page's file to another file of the site.
func relative(from, to string) string {
	here := strings.Split(path.Dir(from), "/")
	if here[0] == "." {
		here = nil
	}
	there := strings.Split(to, "/")
	for len(here) > 0 && len(there) > 1 && here[0] == there[0] {
		here, there = here[1:], there[1:]
	}
	way := strings.Repeat("../", len(here)) + (&url.URL{Path: strings.Join(there, "/")}).EscapedPath()
	if head, _, _ := strings.Cut(way, "/"); strings.Contains(head, ":") {
		return "./" + way // or it would be taken for a scheme
	}
	return way
}

// way returns how a page leads to a file of the site. The page for what is missing is
// sent for addresses of any depth, so from there it is the whole path.
func (p *printing) way(from, to string) string {
	if from == fileOf(missing) {
		base, err := url.Parse(p.Base)
		if err != nil {
			base = &url.URL{}
		}
		return base.EscapedPath() + "/" + (&url.URL{Path: to}).EscapedPath()
	}
	return relative(from, to)
}

// leads returns what a link of a page becomes: the way to a page of the site; to the
// search, for what the server would have looked up; "" for what needs a server. A
// link to elsewhere stays.
func (p *printing) leads(from, link string) string {
	if local, ours := strings.CutPrefix(link, p.Base+"/"); ours {
		link = "/" + local
	}
	if !strings.HasPrefix(link, "/") || strings.HasPrefix(link, "//") {
		return link
	}
	at, fragment, _ := strings.Cut(link, "#")
	if fragment != "" {
		fragment = "#" + fragment
	}
	if at != searchAt {
		at = strings.TrimSuffix(at, "?")
	}
	if _, there := p.site[at]; there {
		return p.way(from, fileOf(at)) + fragment
	}
	u, err := url.Parse(at)
	if err != nil {
		return ""
	}
	if words := asked(u); words != "" {
		return p.way(from, fileOf(searchAt)) + "?" + url.Values{"q": {words}}.Encode()
	}
	return ""
}

// asked returns what the search has to be asked in place of a page that is no part of
// the site, "" for nothing.
func asked(u *url.URL) string {
	q := u.Query()
	quoted := func(field, value string) string {
		if value == "" {
			return ""
		}
		return field + `:"` + strings.ReplaceAll(value, `"`, "") + `"`
	}
	if name, ok := strings.CutPrefix(u.Path, "/authors/"); ok {
		return quoted("author", name)
	}
	if name, ok := strings.CutPrefix(u.Path, "/categories/"); ok {
		return quoted("category", name)
	}
	if strings.HasPrefix(u.Path, "/papers/trending") {
		if topic := q.Get("topic"); topic != "" {
			return quoted("topic", topic)
		}
		return quoted("category", q.Get("category"))
	}
	if u.Path == "/papers" {
		return q.Get("q")
	}
	return ""
}

// addresses are the attributes that hold one.
var addresses = map[string]bool{"href": true, "src": true, "action": true, "data-day": true, "data-week": true, "data-month": true, "data-trending": true, "data-search": true}

// rewrite makes the links of a page lead within the site. A link to what needs a
// server becomes a text; a <link> to it goes, and so do forms.
func (p *printing) rewrite(at string, page []byte) ([]byte, error) {
	from := fileOf(at)
	out := bytes.NewBuffer(make([]byte, 0, len(page)))
	gone := 0 // open elements that are left out
	z := html.NewTokenizer(bytes.NewReader(page))
	texts := 0 // open <a> that are texts now
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.Bytes(), nil // of a reader in memory: the end
		}
		raw := z.Raw()
		if gone > 0 { // within a form
			if kind == html.EndTagToken && bytes.EqualFold(raw, []byte("</form>")) {
				gone--
			}
			continue
		}
		if kind == html.EndTagToken && at == searchAt && bytes.EqualFold(raw, []byte("</body>")) {
			out.WriteString(`<script src="../search/search.js" defer></script>`)
		}
		if kind == html.EndTagToken && texts > 0 && bytes.EqualFold(raw, []byte("</a>")) {
			texts--
			continue
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken || !bytes.Contains(raw, []byte(`="`)) {
			out.Write(raw)
			continue
		}
		start := out.Len()
		out.Write(raw)
		t := z.Token()
		changed := false
		for i, a := range t.Attr {
			if !addresses[a.Key] {
				continue
			}
			to := p.leads(from, a.Val)
			if t.DataAtom == atom.Form { // forms need a server, but for that of the search
				if a.Val != "/papers" {
					out.Truncate(start)
					gone++
					changed = false
					break
				}
				to = p.leads(from, searchAt)
			}
			if to == "" && (t.DataAtom == atom.A || t.DataAtom == atom.Link) {
				out.Truncate(start)
				if t.DataAtom == atom.A {
					texts++
				}
				changed = false
				break
			}
			if to != a.Val {
				t.Attr[i].Val, changed = to, true
			}
		}
		if changed {
			out.Truncate(start)
			out.WriteString(t.String())
		}
	}
}

// ParseBase reads where a site will stand: an address with a path or without, without a
// slash at the end.
func ParseBase(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return "", fault.Invalid("%q: an address such as https://papers.example.org is wanted.", s)
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.Path, "/"), nil
}
