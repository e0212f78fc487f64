package server_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/harvest"
	"broadsheet/paper"
	"broadsheet/press"
	"broadsheet/server"
	"broadsheet/web/browsertest"
	"broadsheet/web/webtest"
)

const pressBase = "https://papers.example/old"

// everyDay is the span of all days.
var everyDay = edition.Span{From: "0000-01-01", To: "9999-12-31"}

// openPress opens a house whose pages can be printed.
func openPress(t *testing.T) *server.House {
	t.Helper()
	dir := t.TempDir()
	h, err := server.Open(t.Context(), server.Config{
		DSN: filepath.Join(dir, "broadsheet.db"), Index: filepath.Join(dir, "index"), Base: pressBase, Now: webtest.Now, Pressed: true,
		Edition: edition.Settings{Fill: edition.FillSubmitted}, Version: "1",
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// put holds papers and brings everything up to date.
func put(t *testing.T, h *server.House, list ...*paper.Paper) {
	t.Helper()
	if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		_, err := h.Papers.Put(t.Context(), tx, "test", webtest.Now(), list...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// numbered returns a paper of a day.
func numbered(n int, day time.Time) *paper.Paper {
	p := &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("26%02d.%05d", day.Month(), n)}}, Title: fmt.Sprintf("On the bound $\\ell_{%d}$ of crystals", n), Form: paper.TeX, Authority: paper.FromArXiv,
		Abstract: "We prove a bound. It is sharp.", Categories: []string{"math.CO", "cs.LG"}, Figures: paper.Figures{Votes: n % 7, Comments: n % 3, At: day},
		Record: paper.Record{Authors: []paper.Author{{Name: "Ada Löwe"}, {Name: "Ben O’Hara"}}, Topics: []string{"sharp bounds"}, Featured: &paper.Feature{Source: "test", At: day}},
	}
	if n%10 == 0 {
		p.Identifiers[0].Value = fmt.Sprintf("hep-th/9901%03d", n)
	}
	return p
}

// furnished opens a house with papers of forty days and a discussion.
func furnished(t *testing.T) *server.House {
	h := openPress(t)
	var list []*paper.Paper
	for n := range 120 {
		list = append(list, numbered(n+1, webtest.Now().AddDate(0, 0, -1-n/3)))
	}
	put(t, h, list...)
	noor := accounttest.Create(t, h.Accounts, h.DB, "noor", account.Reader)
	first, err := h.Papers.Find(t.Context(), list[0].Identifiers[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"Is it *sharp* at $n=1$?", "It is. <script>alert(1)</script>"} {
		if _, err := h.Talk.Write(t.Context(), webtest.Now(), discuss.Draft{Paper: first.ID, Body: body, Writer: discuss.Writer{Account: noor.ID, Joined: webtest.Now().AddDate(-1, 0, 0)}}); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func pressed(t *testing.T, h *server.House, c press.Config) *press.Result {
	t.Helper()
	if c.Span == (edition.Span{}) {
		c.Span = everyDay
	}
	r, err := h.Press(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// filesOf reads a printed site, but for its manifest.
func filesOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == "press.json" {
			return err
		}
		b, err := os.ReadFile(filepath.Join(folder, name))
		files[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestAPressedSiteIsWhole follows every link of every page to a file that is there.
func TestAPressedSiteIsWhole(t *testing.T) {
	t.Parallel()
	h, folder := furnished(t), filepath.Join(t.TempDir(), "site")
	r := pressed(t, h, press.Config{Folder: folder})
	files := filesOf(t, folder)
	if r.Editions != 40 || r.Papers != 120 || r.Made != r.Pages || r.Written != len(files) {
		t.Fatalf("printed %+v, and there are %d files", r, len(files))
	}
	for _, want := range []string{
		"index.html", "404.html", "archive/index.html", "papers/index.html", "papers/date/2026-04-13/index.html", "papers/hep-th/9901010/index.html", "papers/trending/window=day/index.html",
		"categories/math.CO/index.html", "feed/papers.atom", "feed/day/2026-04-13.rss", "sitemap.xml", "search/search.js", "search/head.js", "search/w/a-lo.js", "search/p/0.js",
	} {
		if files[want] == "" {
			t.Errorf("there is no %s", want)
		}
	}
	links := 0
	for name, text := range files {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, word := range []string{`method="post"`, "/sign-in", "formaction", `name="vote"`, "<script>alert"} {
			if strings.Contains(text, word) {
				t.Errorf("%s holds %s", name, word)
			}
		}
		for _, to := range linksOf(t, text) {
			links++
			if to := follow(name, to); to != "" && files[to] == "" {
				t.Errorf("%s leads to %s, which is not there", name, to)
			}
		}
	}
	if links < 5000 {
		t.Errorf("only %d links were followed", links)
	}
	if talk := files["papers/2604.00001/index.html"]; !strings.Contains(talk, "<em>sharp</em>") || !strings.Contains(talk, "<math") || !strings.Contains(talk, "2 comments") {
		t.Error("the page of the first paper lacks its discussion")
	}
	if !strings.Contains(files["papers/2604.00001/index.html"], `q=author%3A%22Ada&#43;L%C3%B6we%22`) && !strings.Contains(files["papers/2604.00001/index.html"], `q=author%3A%22Ada+L%C3%B6we%22`) {
		t.Error("an author leads nowhere")
	}
}

// linksOf returns what the elements of a page lead to or load.
func linksOf(t *testing.T, text string) (list []string) {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "href" || a.Key == "src" || a.Key == "action" {
				list = append(list, a.Val)
			}
		}
	}
	return list
}

// follow returns the file that a link of a page leads to, "" for one elsewhere.
func follow(from, link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return "not an address: " + link
	}
	base, _ := url.Parse(pressBase + "/" + from)
	to := base.ResolveReference(u)
	name, ours := strings.CutPrefix(to.Path, "/old/")
	switch {
	case to.Host != base.Host:
		return ""
	case !ours:
		return "outside of the site: " + link
	case to.Path == base.Path:
		return from
	}
	return strings.TrimSuffix(name, "/")
}

// TestPrintingAgain prints what changed in between: the site is then, file by file,
// what a printing from nothing makes.
func TestPrintingAgain(t *testing.T) {
	t.Parallel()
	h, folder := furnished(t), filepath.Join(t.TempDir(), "site")
	first := pressed(t, h, press.Config{Folder: folder})
	if again := pressed(t, h, press.Config{Folder: folder}); again.Made != 0 || again.Written != 0 {
		t.Errorf("nothing changed, and it made %+v", again)
	}
	whole := func(step string, most int) {
		t.Helper()
		other := filepath.Join(t.TempDir(), "other")
		pressed(t, h, press.Config{Folder: other})
		r := pressed(t, h, press.Config{Folder: folder})
		got, want := filesOf(t, folder), filesOf(t, other)
		for name := range maps.Keys(want) {
			if got[name] != want[name] {
				t.Errorf("%s: %s is not as when printed anew", step, name)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: there are %d files, not %d", step, len(got), len(want))
		}
		if r.Made > most {
			t.Errorf("%s: %d of %d pages were made", step, r.Made, first.Pages)
		}
	}
	changed := numbered(50, webtest.Now().AddDate(0, 0, -17))
	changed.Figures = paper.Figures{Votes: 900, At: webtest.Now()}
	put(t, h, changed)
	whole("more votes", 60)
	put(t, h, numbered(200, webtest.Now()))
	whole("an edition more", 400)
	if other := filepath.Join(t.TempDir(), "full"); os.Mkdir(other, 0o755) != nil || os.WriteFile(filepath.Join(other, "mine.txt"), nil, 0o600) != nil {
		t.Fatal("no folder")
	} else if _, err := h.Press(t.Context(), press.Config{Folder: other, Span: everyDay}); err == nil {
		t.Error("printed into a folder that holds something else")
	}
	r := pressed(t, h, press.Config{Folder: folder, Span: edition.Span{From: "2026-04-01", To: "9999-12-31"}})
	files := filesOf(t, folder)
	if r.Removed == 0 || files["papers/date/2026-03-20/index.html"] != "" || files["papers/date/2026-04-02/index.html"] == "" {
		t.Errorf("a shorter span: %+v", r)
	}
	if names := slices.Collect(maps.Keys(files)); slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(n, ".part") }) {
		t.Error("half a file was left")
	}
}

// TestAYearIsReadOffline prints a year of real editions and reads it in a browser from
// a server that serves files and nothing else.
func TestAYearIsReadOffline(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	if dir == "" {
		t.Skip("BROADSHEET_TEST_DATA names no folder of real papers")
	}
	b := browsertest.Open(t)
	months, err := filepath.Glob(filepath.Join(dir, "hf_daily", "202[56]-*.jsonl.zst"))
	if err != nil || len(months) < 12 {
		t.Fatalf("there are only %d months of 2025 and 2026 in %s", len(months), dir)
	}
	months = months[:12]
	h := openPress(t)
	im := harvest.Importing{Papers: h.Papers, Source: "test", Now: webtest.Now}
	if _, err := im.Import(t.Context(), nil, months...); err != nil {
		t.Fatal(err)
	}
	if err := h.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	began := time.Now()
	r := pressed(t, h, press.Config{Folder: folder})
	first := time.Since(began)
	began = time.Now()
	if again := pressed(t, h, press.Config{Folder: folder}); again.Made != 0 || again.Written != 0 || again.Removed != 0 {
		t.Errorf("nothing changed, and the second printing made %+v", again)
	}
	t.Logf("%+v, in %s, and again in %s", r, first.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	whole(t, folder)
	heard := b.Listen()
	site := httptest.NewServer(http.StripPrefix("/old", http.FileServer(http.Dir(folder))))
	defer site.Close()
	b.Go(site.URL + "/old/")
	b.Click(`.nav a[href^="papers/month"]`)
	b.Click(".cal .day a")
	b.Click(".lead .title a")
	title := b.Text("h1")
	b.Click(`.box a[href*="week/"]`)
	b.Click(`.nav a[href*="archive"]`)
	b.Click(`.tags a[href*="2025-06"]`)
	if at := b.Address(); !strings.Contains(at, "/papers/month/2025-06/") {
		t.Errorf("the way led to %s", at)
	}
	b.Type("#q0", title)
	b.Leave("\r")
	b.Wait("#found .hit")
	if got := b.Text("#found .hit .title"); got != title {
		t.Errorf("the search for %q finds %q first", title, got)
	}
	b.Click("#found .hit .title a")
	if got := b.Text("h1"); got != title {
		t.Errorf("the result leads to %q", got)
	}
	b.Go(site.URL + "/old/papers/?q=" + url.QueryEscape(`author:Hinton -zzz`))
	b.Wait("#found .sect")
	for _, at := range heard.Asked() { // nothing that does not lie in the folder
		if rest, ours := strings.CutPrefix(at, site.URL+"/old/"); strings.HasPrefix(at, "data:") {
			continue
		} else if path, _, _ := strings.Cut(rest, "?"); !ours || !there(folder, path) {
			t.Errorf("a page asked for %s", at)
		}
	}
	if len(heard.Asked()) < 30 {
		t.Errorf("only %d requests were heard", len(heard.Asked()))
	}
	for _, c := range heard.Complaints() {
		t.Errorf("the browser complains: %s", c)
	}
	b.Go("file://" + folder + "/index.html") // and from the disk
	b.Click(`.nav a[href^="archive"]`)
	b.Type("#q0", title)
	b.Leave("\r")
	b.Wait("#found .hit")
}

// there reports whether a file server has something for a path.
func there(folder, path string) bool {
	name, err := url.PathUnescape(path)
	if err != nil {
		return false
	}
	st, err := os.Stat(filepath.Join(folder, filepath.FromSlash(name)))
	if err == nil && st.IsDir() {
		_, err = os.Stat(filepath.Join(folder, filepath.FromSlash(name), "index.html"))
	}
	return err == nil
}

// whole checks that each link of a printed site leads to a file of it, that every page of
// a list names feeds that are there, and that these are whole.
func whole(t *testing.T, folder string) {
	t.Helper()
	files := filesOf(t, folder)
	pages, lists, feeds := 0, 0, 0
	for name, text := range files {
		switch path.Ext(name) {
		case ".html":
			pages++
			for _, to := range linksOf(t, text) {
				if to := follow(name, to); to != "" && files[to] == "" {
					t.Errorf("%s leads to %s, which is not there", name, to)
				}
			}
			for _, list := range []string{"papers/date/", "papers/week/", "papers/month/", "categories/", "archive/"} {
				if strings.HasPrefix(name, list) {
					lists++
					if !strings.Contains(text, `type="application/atom+xml"`) && !strings.Contains(text, `type="application/atom&#43;xml"`) {
						t.Errorf("%s names no feed", name)
					}
				}
			}
		case ".atom":
			feeds++
			var feed struct {
				XMLName xml.Name   `xml:"http://www.w3.org/2005/Atom feed"`
				Entries []struct{} `xml:"http://www.w3.org/2005/Atom entry"`
			}
			if err := xml.Unmarshal([]byte(text), &feed); err != nil || len(feed.Entries) == 0 && !strings.Contains(name, "feed/comments/") { // that nobody made
				t.Errorf("%s has %d entries (%v)", name, len(feed.Entries), err)
			}
		}
	}
	if pages < 3000 || lists < 300 || feeds < 200 {
		t.Errorf("only %d pages were read, %d of them lists, and %d feeds", pages, lists, feeds)
	}
}
