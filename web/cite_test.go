package web_test

import (
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/paper"
	"broadsheet/web/webtest"
)

// TestCitations takes papers and lists along in every format.
func TestCitations(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, put := talking(t, d)
		s.edition("2026-04-08", 30)
		s.edition("2026-04-14", 6)
		old := webtest.Papers(1, webtest.Now())[0]
		old.Key, old.Identifiers = "", []paper.Identifier{{Scheme: paper.ArXiv, Value: "hep-th/9901001"}, {Scheme: paper.DOI, Value: "10.1000/old"}}
		put(old)
		for _, c := range []struct {
			path, kind string
			status     int
			mark       string
			count      int
		}{
			{"/papers/2604.14000.bib", "application/x-bibtex; charset=utf-8", 200, "@misc{arXiv:2604.14000,", 1},
			{"/papers/hep-th/9901001.ris", "application/x-research-info-systems; charset=utf-8", 200, "\r\nDO  - 10.1000/old\r\n", 1},
			{"/papers/2604.14000.csl.json", "application/vnd.citationstyles.csl+json; charset=utf-8", 200, `"id":"arXiv:2604.14000"`, 1},
			{"/papers/2604.14000.txt", "text/plain; charset=utf-8", 200, "arXiv:2604.14000.", 1},
			{"/papers/2604.14000v1.bib", "", 301, "", 0},
			{"/papers/10.1000/old.bib", "", 301, "", 0},
			{"/papers/2604.99999.bib", "", 404, "", 0},
			{"/papers/nothing.bib", "", 404, "", 0},
			{"/cite/day/2026-04-08.bib", "application/x-bibtex; charset=utf-8", 200, "\n@misc{", 29},
			{"/cite/month/2026-04.biblatex", "application/x-bibtex; charset=utf-8", 200, "  eprinttype = {arXiv}", 36},
			{"/cite/category/cs.LG.ris", "application/x-research-info-systems; charset=utf-8", 200, "ER  - \r\n", 37},
			{"/cite/search.csl.json?q=cat%3Acs.LG&limit=5", "application/vnd.citationstyles.csl+json; charset=utf-8", 200, `"id":`, 5},
			{"/cite/papers.txt?min=100", "text/plain; charset=utf-8", 200, "\n", -1},
			{"/cite/papers", "", 404, "", 0},
			{"/cite/editions.bib", "", 404, "", 0},
			{"/cite/day/2026-04-09.bib", "", 404, "", 0},
			{"/cite/search.bib", "", 400, "", 0},
		} {
			w := s.get(c.path)
			body := w.Body.String()
			if w.Code != c.status || c.kind != "" && w.Header().Get("Content-Type") != c.kind {
				t.Errorf("%s: status %d, %s: %.200s", c.path, w.Code, w.Header().Get("Content-Type"), body)
			}
			if n := strings.Count(body, c.mark); c.mark != "" && n != c.count && !(c.count < 0 && n > 0) {
				t.Errorf("%s: %q stands there %d times, want %d: %.300s", c.path, c.mark, n, c.count, body)
			}
			if strings.Contains(c.path, "csl.json") {
				var items []map[string]any
				if err := json.Unmarshal(w.Body.Bytes(), &items); err != nil || len(items) != c.count {
					t.Errorf("%s: %d items, %v", c.path, len(items), err)
				}
			}
		}
		packed := s.get("/cite/day/2026-04-08.bib", "Accept-Encoding", "gzip")
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(z); err != nil || string(body) != s.get("/cite/day/2026-04-08.bib").Body.String() {
			t.Errorf("packed it is another file: %v", err)
		}
	})
}

// TestZoteroSavesAnEdition does what Zotero's connector does on a page that names an
// unAPI server: it asks for the formats, takes the best that it can read, and asks for
// each paper that the page names.
func TestZoteroSavesAnEdition(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	s.edition("2026-04-14", 6)
	for _, page := range []string{"/", "/papers/date/2026-04-14", "/papers/trending?window=month"} {
		doc, err := html.Parse(s.get(page).Body)
		if err != nil {
			t.Fatal(err)
		}
		server, ids := "", []string(nil)
		for n := range doc.Descendants() {
			attrs := map[string]string{}
			for _, a := range n.Attr {
				attrs[a.Key] = a.Val
			}
			switch {
			case n.Data == "link" && attrs["rel"] == "unapi-server":
				server = strings.TrimPrefix(attrs["href"], "https://broadsheet.example")
			case n.Data == "abbr" && attrs["class"] == "unapi-id":
				ids = append(ids, attrs["title"])
			}
		}
		if server == "" || len(ids) != 6 {
			t.Fatalf("%s: the server %q has %v", page, server, ids)
		}
		var formats struct {
			Formats []struct {
				Name string `xml:"name,attr"`
			} `xml:"format"`
		}
		if err := xml.Unmarshal(s.get(server).Body.Bytes(), &formats); err != nil || len(formats.Formats) != 2 || formats.Formats[1].Name != "ris" {
			t.Fatalf("the formats are %v, %v", formats, err)
		}
		for _, id := range ids {
			w := s.get(server + "?id=" + id + "&format=ris")
			ris := s.get(w.Header().Get("Location")).Body.String()
			if !strings.HasPrefix(ris, "TY  - ") || !strings.Contains(ris, "AN  - arXiv:"+id) || !strings.Contains(ris, "\r\nAU  - ") {
				t.Errorf("%s is %s", id, ris)
			}
		}
		if w := s.get(server + "?id=" + ids[0]); !strings.Contains(w.Body.String(), `<formats id="`+ids[0]+`">`) {
			t.Errorf("the formats of one are %s", w.Body)
		}
		for path, want := range map[string]int{"?id=2604.99999&format=ris": 404, "?id=x&format=ris": 404, "?id=" + ids[0] + "&format=marc": 400, "?format=ris": 400} {
			if w := s.get(server + path); w.Code != want {
				t.Errorf("%s: status %d, want %d", path, w.Code, want)
			}
		}
	}
}
