package api_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/web/webtest"

	"github.com/klauspost/compress/zstd"
)

// What the clients read without asking whether it is there.
var (
	ofItem   = strings.Fields("paper publishedAt title summary thumbnail numComments submittedBy isAuthorParticipating")
	ofPaper  = strings.Fields("id authors publishedAt title summary upvotes discussionId")
	ofPerson = strings.Fields("_id avatar avatarUrl fullname isPro name user type")
	ofGroup  = strings.Fields("_id avatar avatarUrl fullname name")
	ofAuthor = strings.Fields("_id name hidden")
)

type tree = map[string]any

func branch(t tree, key string) tree {
	b, _ := t[key].(tree)
	return b
}

// complete reports what an item lacks, and what in it has the wrong form.
func complete(t *testing.T, name string, item tree) {
	t.Helper()
	wants := func(what string, o tree, keys []string) {
		t.Helper()
		for _, k := range keys {
			if o[k] == nil {
				t.Errorf("%s: %s has no %s", name, what, k)
			}
		}
	}
	p := branch(item, "paper")
	wants("the item", item, ofItem)
	wants("the paper", p, ofPaper)
	wants("submittedBy", branch(item, "submittedBy"), ofPerson)
	for _, o := range []tree{item, p} {
		if g, there := o["organization"]; there && g != nil {
			wants("organization", branch(o, "organization"), ofGroup)
		}
		for key, v := range o {
			if s, _ := v.(string); strings.HasSuffix(key, "At") && !strings.HasSuffix(s, "Z") {
				t.Errorf("%s: %s is %q, which does not end in Z", name, key, s)
			}
		}
	}
	authors, _ := p["authors"].([]any)
	for i, a := range authors {
		wants(fmt.Sprintf("author %d", i), a.(tree), ofAuthor)
		if u := branch(a.(tree), "user"); u != nil {
			wants(fmt.Sprintf("the user of author %d", i), u, ofPerson)
		}
	}
}

// lost names what of want is not in got: a key that is missing, another value.
func lost(path string, want, got any) []string {
	var list []string
	switch w := want.(type) {
	case nil: // null may be filled in
	case tree:
		g, _ := got.(tree)
		for k, v := range w {
			list = append(list, lost(path+"."+k, v, g[k])...)
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			return append(list, fmt.Sprintf("%s has %d, not %d", path, len(g), len(w)))
		}
		for i := range w {
			list = append(list, lost(fmt.Sprintf("%s[%d]", path, i), w[i], g[i])...)
		}
	default:
		if !reflect.DeepEqual(want, got) {
			list = append(list, fmt.Sprintf("%s is %v, not %v", path, got, want))
		}
	}
	return list
}

// realData opens a file of the folder that BROADSHEET_TEST_DATA names.
func realData(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	if dir == "" {
		t.Skip("BROADSHEET_TEST_DATA names no folder with real papers")
	}
	packed, err := os.ReadFile(filepath.Join(dir, "hf_daily", name))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	switch filepath.Ext(name) {
	case ".gz":
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err == nil {
			_, err = b.ReadFrom(z)
		}
		if err != nil {
			t.Fatal(err)
		}
	case ".zst":
		z, err := zstd.NewReader(bytes.NewReader(packed))
		if err == nil {
			_, err = b.ReadFrom(z)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// lines parses JSON lines, by whatever key names them.
func lines(t *testing.T, body []byte) []tree {
	t.Helper()
	var list []tree
	s := bufio.NewScanner(bytes.NewReader(body))
	s.Buffer(nil, 8<<20)
	for s.Scan() {
		var v tree
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
	return list
}

// TestEveryShape takes in one item of each set of keys that was seen from 2023 to
// 2026: all come out complete, with all that they came with.
func TestEveryShape(t *testing.T) {
	t.Parallel()
	shapes := lines(t, realData(t, "api_shapes.jsonl.gz"))
	if len(shapes) < 140 {
		t.Fatalf("only %d shapes", len(shapes))
	}
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	for _, shape := range shapes {
		want := branch(shape, "item")
		line, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		id := branch(want, "paper")["id"].(string)
		if total := s.load(string(line)); total.Quarantined > 0 {
			t.Errorf("%s is not taken in", id)
			continue
		}
		var found []tree
		s.read("/api/papers/search?q="+id, &found)
		if len(found) != 1 {
			t.Errorf("%s is not found", id)
			continue
		}
		complete(t, id, found[0])
		for _, l := range lost("item", want, found[0]) {
			if !strings.Contains(l, "upvotes") && !strings.Contains(l, "numComments") { // a paper that has two shapes has the figures of one
				t.Errorf("%s: %s", id, l)
			}
		}
	}
}

// TestAMonthComesOutAsItCameIn takes in whole months and asks for each day.
func TestAMonthComesOutAsItCameIn(t *testing.T) {
	t.Parallel()
	for _, month := range []string{"2023-05", "2024-11", "2025-11", "2026-04"} {
		t.Run(month, func(t *testing.T) {
			t.Parallel()
			body := realData(t, month+".jsonl.zst")
			want := map[string]tree{}
			for _, item := range lines(t, body) {
				want[branch(item, "paper")["id"].(string)] = item
			}
			s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
			if total := s.load(string(body)); total.Quarantined > 0 || total.Made != len(want) {
				t.Fatalf("of %d items %+v", len(want), total)
			}
			days, err := s.editions.Days(t.Context(), edition.Span{From: "0", To: "9"})
			if err != nil {
				t.Fatal(err)
			}
			count := 0
			for _, d := range days {
				var list []tree
				s.read("/api/daily_papers?limit=100&date="+d.Day, &list)
				for _, got := range list {
					count++
					id := branch(got, "paper")["id"].(string)
					complete(t, id, got)
					for _, l := range lost("item", want[id], got) {
						t.Errorf("%s: %s", id, l)
					}
					if at, _ := branch(want[id], "paper")["submittedOnDailyAt"].(string); at != "" && at[:10] != d.Day {
						t.Errorf("%s was put in at %s and stands on %s", id, at, d.Day)
					}
				}
			}
			if count != len(want) {
				t.Errorf("the days hold %d papers; want %d", count, len(want))
			}
		})
	}
}

// TestAnItemMadeHere: a paper that came from arXiv has the same shape.
func TestAnItemMadeHere(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.Open(t, dbtest.SQLite(t)), nil)
	p := webtest.Papers(7, now)[6]
	p.Submitted = time.Date(2026, 1, 13, 2, 30, 0, 0, time.UTC)
	p.Organisation = &paper.Organisation{Name: "coast", FullName: "Institute of the Coast"}
	p.Featured = &paper.Feature{Source: "reader", At: now, Submitter: "ada"}
	s.put(p)
	var list []tree
	s.read("/api/daily_papers", &list)
	if len(list) != 1 {
		t.Fatalf("%d items", len(list))
	}
	complete(t, "made", list[0])
	inner := branch(list[0], "paper")
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"outer publishedAt, five hours earlier in winter", list[0]["publishedAt"], "2026-01-12T21:30:00.000Z"},
		{"inner publishedAt", inner["publishedAt"], "2026-01-13T02:30:00.000Z"},
		{"submittedOnDailyAt", inner["submittedOnDailyAt"], "2026-04-16T10:00:00.000Z"},
		{"submitter", branch(list[0], "submittedBy")["user"], "ada"},
		{"summary without TeX", strings.Contains(inner["summary"].(string), "σ√(2/n)"), true},
		{"code", inner["githubRepo"], p.Links[0].URL},
		{"organisation", branch(inner, "organization")["fullname"], "Institute of the Coast"},
		{"votes", inner["upvotes"], float64(p.Figures.Votes)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v; want %v", c.name, c.got, c.want)
		}
	}
	var flat tree
	s.read("/api/papers/"+p.Identifiers[0].Value, &flat)
	for _, k := range append(strings.Fields("linkedModels linkedDatasets linkedSpaces numTotalModels numTotalDatasets numTotalSpaces numComments"), ofPaper...) {
		if flat[k] == nil {
			t.Errorf("the flat paper has no %s", k)
		}
	}
	var summer []tree
	q := webtest.Papers(1, now)[0]
	q.Submitted, q.Featured = time.Date(2026, 7, 13, 2, 30, 0, 0, time.UTC), &paper.Feature{Source: "reader", At: now.AddDate(0, 0, 1)}
	s.put(q)
	if s.read("/api/daily_papers?date=2026-04-17", &summer); len(summer) != 1 || summer[0]["publishedAt"] != "2026-07-12T22:30:00.000Z" {
		t.Errorf("in summer: %v", summer)
	}
}
