package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/cite"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/syndicate"
	"broadsheet/web"
)

// keeping is a site whose readers keep papers.
func keeping(t *testing.T, d *db.DB) (*site, *account.Viewer) {
	s := open(t, d, func(c *web.Config) {
		var err error
		found, err := search.OpenPapers(t.Context(), t.TempDir(), edition.NewStore(c.Papers, edition.Settings{}), c.Papers)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { found.Close() })
		c.Finder = found
		c.Accounts = account.NewStore(d, account.Settings{}, c.Now, nil)
		c.Talk = discuss.NewStore(c.Papers, c.Accounts, nil)
		c.Library = library.NewStore(c.Papers, c.Accounts)
		c.Library.Ask(library.Sources{Editions: c.Editions, Now: c.Now})
		c.Keys, c.Shelf = syndicate.NewKeys(d), cite.NewShelf(c.Papers)
		c.Accounts.Register(c.Keys)
		c.Accounts.Register(c.Shelf)
	})
	s.edition("2026-04-14", 6)
	finder := s.Finder.(*search.Papers)
	for n := 1; n > 0; {
		var err error
		if n, err = finder.Update(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
	}
	return s, accounttest.Viewer(t, s.Accounts, accounttest.Create(t, s.Accounts, d, "ada", account.Reader))
}

// bring posts a form, with a file when there is one.
func (s *site) bring(v *account.Viewer, path, file string, form url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if file != "" {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		part, err := m.CreateFormFile("file", "library.bib")
		if err != nil {
			s.t.Fatal(err)
		}
		fmt.Fprint(part, file)
		m.Close()
		r = httptest.NewRequest("POST", path, &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
	}
	if v != nil {
		r = r.WithContext(account.With(r.Context(), v))
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

var workOf = regexp.MustCompile(`name="work" value="([^"]+)"`)

// TestImport reads a file with a work of each kind, decides, and reads it again.
func TestImport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ada := keeping(t, d)
		first, err := s.papers.Find(t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: "2604.14000"})
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.papers.Find(t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: "2604.14007"})
		if err != nil {
			t.Fatal(err)
		}
		file := "@misc{byid, title = {" + first.Title + "}, eprint = {2604.14000v2}, archiveprefix = {arXiv}, note = {Read \\emph{twice}}}\n" +
			"@article{bytitle, title = {" + strings.ToUpper(second.Title) + "}, author = {" + second.Authors[0].Name + "}, year = 2026}\n" +
			"@book{another, title = {" + first.Title + "}, author = {Somebody Else}, year = 1999}\n" +
			"@book{knuth, title = {The Art of Computer Programming}, author = {Donald E. Knuth}, year = 1968, volume = 1}\n@misc{broken, title = {"
		w := s.bring(ada, web.ImportPath, file, nil)
		body := w.Body.String()
		for _, want := range []string{"4 works read as BibTeX: 4 new.", "could not be read whole", "The Art of Computer Programming", `value="` + fmt.Sprint(first.ID) + `" aria-label="Take`, "None of these"} {
			if !strings.Contains(body, want) {
				t.Errorf("the page of the import lacks %q (status %d)", want, w.Code)
			}
		}
		_, counts, err := s.Shelf.Waiting(t.Context(), ada.ID, 10)
		if err != nil || counts[cite.Matched] != 2 || counts[cite.Unsure] != 1 || counts[cite.Unknown] != 1 {
			t.Fatalf("found %v, %v", counts, err)
		}
		if saved, _, err := s.Library.Saved(t.Context(), ada.ID, "", 10); err != nil || len(saved) != 0 {
			t.Errorf("%d papers were saved before the reader decided: %v", len(saved), err)
		}
		made, err := s.Library.CreateCollection(t.Context(), now, library.Collection{Account: ada.ID, Title: "Thesis", Public: true})
		if err != nil {
			t.Fatal(err)
		}
		works := workOf.FindAllStringSubmatch(body, -1)
		if len(works) != 3 {
			t.Fatalf("%d works wait for a decision", len(works))
		}
		form := url.Values{"do": {"decide"}, "to": {fmt.Sprint(made.ID)}, "work": {works[0][1], works[1][1], works[2][1]}, "paper-" + works[0][1]: {fmt.Sprint(first.ID)}, "paper-" + works[1][1]: {fmt.Sprint(second.ID)}, "paper-" + works[2][1]: {"none"}}
		for _, sum := range regexp.MustCompile(`name="unknown" value="([^"]+)"`).FindAllStringSubmatch(body, -1) {
			form.Add("unknown", sum[1])
		}
		if w := s.bring(ada, web.ImportPath+"/decide", "", form); w.Code != http.StatusSeeOther {
			t.Fatalf("deciding: status %d, %s", w.Code, w.Body)
		}
		saved, _, err := s.Library.Saved(t.Context(), ada.ID, "", 10)
		if err != nil || len(saved) != 2 || len(saved[0].In) != 1 || saved[0].In[0] != made.ID {
			t.Errorf("saved are %+v, %v", saved, err)
		}
		again := s.bring(ada, web.ImportPath, file, nil).Body.String()
		if !strings.Contains(again, "4 works read as BibTeX: 0 new, 4 here before.") || !strings.Contains(again, "2 taken, 2 set aside") || strings.Contains(again, `name="work"`) {
			t.Errorf("the second time: %s", again)
		}
		library := s.as(ada, "/cite/mine/library.bib").Body.String()
		for _, want := range []string{"@misc{byid,", "note = {Read twice}", "@book{knuth,", "volume = {1}", "@article{bytitle,", "@book{another,"} {
			if !strings.Contains(library, want) {
				t.Errorf("the export lacks %q:\n%s", want, library)
			}
		}
		if strings.Contains(library, "arXiv:2604.14000") {
			t.Errorf("a paper stands twice in the export:\n%s", library)
		}
		if body := s.get("/cite/collection/ada/thesis.ris").Body.String(); strings.Count(body, "ER  - ") != 2 {
			t.Errorf("the collection as RIS: %s", body)
		}
		if ids := s.read("/feed/collection/ada/thesis.atom"); len(ids) != 2 {
			t.Errorf("the collection as a feed: %v", ids)
		}
	})
}

func TestImportOfNothing(t *testing.T) {
	t.Parallel()
	s, ada := keeping(t, dbtest.Open(t, dbtest.SQLite(t)))
	for name, c := range map[string]struct{ file, want string }{
		"no citations": {"Dear all,", "The file is neither BibTeX"}, "broken JSON": {`[{"type":`, "no whole JSON"}, "no entry": {"@comment{x}", "There is no entry"},
	} {
		if w := s.bring(ada, web.ImportPath, c.file, nil); w.Code != 200 || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: status %d without %q", name, w.Code, c.want)
		}
	}
	if w := s.bring(ada, web.ImportPath, "", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "could not be read") {
		t.Errorf("no file: status %d", w.Code)
	}
	if w := s.bring(nil, web.ImportPath, "x", nil); w.Code != http.StatusSeeOther {
		t.Errorf("a visitor: status %d", w.Code)
	}
	for _, form := range []url.Values{{"work": {"x"}, "paper-x": {"1"}}, {"work": {"x"}, "paper-x": {"y"}}, {"to": {"x"}}} {
		if w := s.bring(ada, web.ImportPath+"/decide", "", form); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%v: status %d", form, w.Code)
		}
	}
}

// TestOwnFeeds makes the secret address of a reader's feeds, reads them, and renews it.
func TestOwnFeeds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ada := keeping(t, d)
		p, err := s.papers.Find(t.Context(), paper.Identifier{Scheme: paper.ArXiv, Value: "2604.14000"})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []library.Follow{{Kind: library.Author, Key: p.Authors[0].Name}, {Kind: library.Category, Key: p.Categories[0]}, {Kind: library.Search, Key: "sensors & more"}} {
			if err := s.Library.Follow(t.Context(), now, ada.ID, f, true); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Library.Save(t.Context(), now, ada.ID, p.ID, true); err != nil {
			t.Fatal(err)
		}
		make := func() string {
			t.Helper()
			_, rest, ok := strings.Cut(s.bring(ada, "/feeds/key", "", url.Values{"do": {"make"}}).Body.String(), "https://broadsheet.example/feed/me/")
			key, _, _ := strings.Cut(rest, "/")
			if !ok || len(key) < 30 {
				t.Fatalf("the key is %q", key)
			}
			return key
		}
		key := make()
		if strings.Contains(s.as(ada, "/feeds").Body.String(), key) {
			t.Error("the key is shown a second time")
		}
		for _, name := range []string{"following", "saved"} {
			w := s.get("/feed/me/" + key + "/" + name + ".atom")
			f, err := gofeed.NewParser().Parse(w.Body)
			if err != nil || len(f.Items) == 0 || f.Items[0].GUID != syndicate.PaperID(p) && name == "saved" {
				t.Errorf("%s: status %d, %v, %+v", name, w.Code, err, f)
			}
			if cc := w.Header().Get("Cache-Control"); cc != "private, no-cache" || w.Header().Get("X-Robots-Tag") != "noindex" {
				t.Errorf("%s may be kept: %s", name, cc)
			}
			if w := s.get("/feed/me/"+key+"/"+name+".atom", "If-None-Match", w.Header().Get("Etag")); w.Code != http.StatusNotModified {
				t.Errorf("%s asked again: status %d", name, w.Code)
			}
		}
		if body := s.get("/cite/me/" + key + "/library.ris").Body.String(); !strings.Contains(body, "ID  - arXiv:2604.14000") {
			t.Errorf("the library for Zotero is %s", body)
		}
		opml := s.get("/feed/me/" + key + "/follows.opml").Body.String()
		feeds := regexp.MustCompile(`xmlUrl="https://broadsheet.example([^"]+)"`).FindAllStringSubmatch(opml, -1)
		if len(feeds) != 4 {
			t.Errorf("the list of feeds is %s", opml)
		}
		for _, f := range feeds {
			if w := s.get(strings.ReplaceAll(f[1], "&amp;", "&")); w.Code != 200 {
				t.Errorf("the feed %s in the list: status %d", f[1], w.Code)
			}
		}
		for path, want := range map[string]int{"/feed/me/" + key + "/nothing.atom": 404, "/feed/me/" + key + "/saved": 404, "/feed/me/wrong/saved.atom": 404, "/cite/me/wrong/saved.bib": 404, "/cite/mine/saved.bib": 303, "/feeds.opml": 303} {
			if w := s.get(path); w.Code != want {
				t.Errorf("%s: status %d, want %d", path, w.Code, want)
			}
		}
		next := make()
		if s.get("/feed/me/"+key+"/saved.atom").Code != 404 || s.get("/feed/me/"+next+"/saved.atom").Code != 200 {
			t.Error("renewing does not renew")
		}
		if s.bring(ada, "/feeds/key", "", url.Values{"do": {"drop"}}); s.get("/feed/me/"+next+"/saved.atom").Code != 404 {
			t.Error("the address was not taken away")
		}
	})
}
