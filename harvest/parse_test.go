package harvest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"broadsheet/fault"
	"broadsheet/harvest/oai"
	"broadsheet/paper"
)

func recorded(tb testing.TB, pattern string, least int) map[string][]byte {
	tb.Helper()
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	if dir == "" {
		tb.Skip("BROADSHEET_TEST_DATA names no folder of recorded answers")
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) < least {
		tb.Fatalf("%d recorded answers in %s, %v", len(files), filepath.Join(dir, pattern), err)
	}
	answers := map[string][]byte{}
	for _, name := range files {
		if answers[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			tb.Fatal(err)
		}
	}
	return answers
}

// TestRecordedAnswersOfTheAPI reads every recorded answer of arXiv's API.
func TestRecordedAnswersOfTheAPI(t *testing.T) {
	t.Parallel()
	for name, body := range recorded(t, "arxiv_atom/*", 20) {
		want := -1 // papers, unless the name says
		if strings.HasSuffix(name, ".json") {
			var answer struct {
				Status int    `json:"status_code"`
				Body   string `json:"body"`
			}
			if err := json.Unmarshal(body, &answer); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			body = []byte(answer.Body)
			want = strings.Count(answer.Body, "<entry>")
			if answer.Status == 400 {
				if _, err := parseAtom(body); !fault.Is(err, fault.KindClash) || !strings.Contains(err.Error(), "incorrect id format for abc") {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
		}
		f, err := parseAtom(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		b := f.batch("", body)
		if len(b.Bad) > 0 || want >= 0 && len(b.Papers) != want || want < 0 && len(b.Papers) == 0 {
			t.Errorf("%s: %d papers of %d, bad %+v", name, len(b.Papers), want, b.Bad)
		}
		for _, p := range b.Papers {
			if p.ArXiv() == "" || p.Title == "" || p.Abstract == "" || len(p.Authors) == 0 || len(p.Categories) == 0 || p.Submitted.IsZero() || p.Revised.Before(p.Submitted) {
				t.Errorf("%s: %+v", name, p)
			}
			for _, c := range p.Categories {
				if !isCategory(c) {
					t.Errorf("%s: category %q", name, c)
				}
			}
		}
	}
	old, err := parseAtom([]byte(bodyOf(t, recorded(t, "arxiv_atom/*", 20)["id_quant-ph_0201082v1_s0_m100_86989fe779ef.json"])))
	if err != nil {
		t.Fatal(err)
	}
	if p := old.batch("", nil).Papers[0]; p.ArXiv() != "quant-ph/0201082" || p.Primary() != "quant-ph" {
		t.Errorf("%+v", p)
	}
}

func bodyOf(t *testing.T, recorded []byte) string {
	t.Helper()
	var answer struct{ Body string }
	if err := json.Unmarshal(recorded, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Body
}

// TestRecordedFeeds reads the recorded daily announcements.
func TestRecordedFeeds(t *testing.T) {
	t.Parallel()
	feeds := recorded(t, "arxiv_feed/*", 2)
	body := feeds["atom-cs.AI-2025-08-20.xml"]
	f, err := parseAnnouncement(body)
	if err != nil {
		t.Fatal(err)
	}
	b := f.batch("cs.AI")
	want := strings.Count(string(body), "<entry>")
	if f.day != "2025-08-20" || len(b.Listings) != want || want == 0 || len(b.Bad) > 0 || b.Days[0] != (ListedDay{"2025-08-20", "cs.AI"}) {
		t.Errorf("day %s, %d listings of %d, bad %+v", f.day, len(b.Listings), want, b.Bad)
	}
	kinds := map[Kind]int{}
	for _, l := range b.Listings {
		kinds[l.Kind]++
	}
	if kinds[New] == 0 || len(b.Papers) != kinds[New]+kinds[Crossed] {
		t.Errorf("%v, %d papers", kinds, len(b.Papers))
	}
	for _, p := range b.Papers {
		if p.Announced != "2025-08-20" || strings.Contains(p.Abstract, "Announce Type") || len(p.Authors) == 0 || p.Authority != paper.FromFeed {
			t.Errorf("%+v", p)
		}
	}
	// The other one is cut: half a list would make a false ledger.
	cut := feeds["rss2-cs.CV-2025-09-22-head.txt"]
	if _, err := parseAnnouncement(cut); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a cut feed: %v", err)
	}
	head, _, _ := strings.Cut(string(cut), "<item>")
	f, err = parseAnnouncement([]byte(head + `<item><title>T</title><link>https://arxiv.org/abs/2509.00001</link><description>arXiv:2509.00001v2 Announce Type: replace-cross
Abstract: A.</description><guid isPermaLink="false">oai:arXiv.org:2509.00001v2</guid><category>cs.CV</category><arxiv:announce_type>replace-cross</arxiv:announce_type><dc:creator>Ada Example, Bo Sample</dc:creator></item></channel></rss>`))
	if err != nil || f.day != "2025-09-22" {
		t.Fatalf("day %q, %v", f.day, err)
	}
	if b := f.batch("cs.CV"); len(b.Listings) != 1 || b.Listings[0].Kind != Replaced || len(b.Papers) != 0 {
		t.Errorf("%+v", b)
	}
}

// TestRecordedRecordsBecomePapers takes every record of the recorded OAI-PMH answers.
func TestRecordedRecordsBecomePapers(t *testing.T) {
	t.Parallel()
	n := 0
	for name, body := range recorded(t, "arxiv_oai/*.xml", 30) {
		page, err := oai.Parse(body)
		if err != nil || strings.HasPrefix(name, "listidentifiers") {
			continue // errors and heads, which have tests of their own
		}
		for i := range page.Records {
			r := &page.Records[i]
			p, err := paperOf(r)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if n++; r.Deleted {
				continue
			}
			if p.ArXiv() == "" || len(p.Authors) == 0 || p.Submitted.IsZero() {
				t.Errorf("%s: %+v", name, p)
			}
			for _, a := range p.Authors {
				if strings.ContainsAny(a.Name, "\\{}\n") || a.Name != strings.TrimSpace(a.Name) {
					t.Errorf("%s: author %q", name, a.Name)
				}
			}
		}
	}
	if n < 30 {
		t.Errorf("%d records", n)
	}
}

func TestAuthorsOf(t *testing.T) {
	t.Parallel()
	at := func(name string, where ...string) paper.Author { return paper.Author{Name: name, Affiliations: where} }
	for _, c := range []struct {
		line string
		want []paper.Author
	}{
		{"Ada Example", []paper.Author{at("Ada Example")}},
		{"Ada Example and Bo Sample", []paper.Author{at("Ada Example"), at("Bo Sample")}},
		{"A. Example, B. Sample,\n  and C. Third", []paper.Author{at("A. Example"), at("B. Sample"), at("C. Third")}},
		{"Ada Example (CERN, Geneva), Bo Sample (DESY)", []paper.Author{at("Ada Example", "CERN, Geneva"), at("Bo Sample", "DESY")}},
		{"Ada Example (1), Bo Sample (1 and 2) ((1) CERN, (2) Univ. of Town, Land)", []paper.Author{at("Ada Example", "CERN"), at("Bo Sample", "CERN", "Univ. of Town, Land")}},
		{`Emile \"Orn, J. Sample, Jr., et al.`, []paper.Author{at("Emile Örn"), at("J. Sample Jr.")}},
		{"The Big Collaboration: A. Example, B. Sample", []paper.Author{at("The Big Collaboration"), at("A. Example"), at("B. Sample")}},
		{"Andrew Sandoval & Hand Ander", []paper.Author{at("Andrew Sandoval"), at("Hand Ander")}},
		{"Ada Example (unclosed", []paper.Author{at("Ada Example", "unclosed")}},
		{"", nil},
	} {
		if diff := cmp.Diff(c.want, authorsOf(c.line)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.line, diff)
		}
	}
}

func TestSets(t *testing.T) {
	t.Parallel()
	for category, set := range map[string]string{
		"cs": "cs", "cs.LG": "cs:cs:LG", "hep-th": "physics:hep-th", "physics": "physics:physics", "nlin.AO": "physics:nlin:AO",
		"physics.flu-dyn": "physics:physics:flu-dyn", "math.AG": "math:math:AG", "q-bio": "q-bio",
	} {
		if got := setOf(category); got != set {
			t.Errorf("%s is the set %s, want %s", category, got, set)
		}
	}
}

// TestNext has the times at which arXiv's servers are asked, around a weekend, a
// holiday and the change of clocks.
func TestNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ source, after, want string }{
		{"arxiv-oai", "2026-04-14T12:00:00Z", "2026-04-15T02:30:00Z"},  // Tuesday noon: that evening
		{"arxiv-oai", "2026-04-15T02:30:00Z", "2026-04-15T10:00:00Z"},  // then the morning
		{"arxiv-feed", "2026-04-14T12:00:00Z", "2026-04-15T04:20:00Z"}, // after midnight in the east
		{"arxiv-oai", "2026-04-17T12:00:00Z", "2026-04-20T02:30:00Z"},  // Friday: Sunday evening
		{"arxiv-oai", "2026-11-26T15:00:00Z", "2026-11-30T03:30:00Z"},  // Thanksgiving, a Thursday: Sunday evening, in winter time
		{"arxiv-oai", "2026-03-06T12:00:00Z", "2026-03-09T02:30:00Z"},  // the clocks change on that Sunday
		{"arxiv-api", "2026-04-14T12:00:00Z", "2026-04-14T13:00:00Z"},
		{"huggingface", "2026-04-14T12:00:00Z", "2026-04-14T15:00:00Z"},
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		if got := Next(c.source, after).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s after %s: %s, want %s", c.source, c.after, got, c.want)
		}
	}
}

// FuzzAtom looks for answers of the API, and for feeds, on which reading breaks.
func FuzzAtom(f *testing.F) {
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><updated>2026-04-14T00:00:00Z</updated><entry><id>http://arxiv.org/abs/2604.00001v2</id><title>T</title><published>2026-04-01T00:00:00Z</published><updated>2026-04-02T00:00:00Z</updated><author><name>A B</name></author><category term="cs.LG"/><arxiv:announce_type>new</arxiv:announce_type></entry></feed>`))
	f.Add([]byte(`<rss xmlns:arxiv="http://arxiv.org/schemas/atom"><channel><pubDate>Mon, 22 Sep 2025 00:00:00 -0400</pubDate><item><guid>oai:arXiv.org:2509.00001v1</guid><title>T</title><arxiv:announce_type>cross</arxiv:announce_type><description>arXiv:2509 Abstract: x</description></item></channel></rss>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if feed, err := parseAtom(body); err == nil {
			for _, p := range feed.batch("", body).Papers {
				if p.ArXiv() == "" || p.Title == "" {
					t.Errorf("%+v", p)
				}
			}
		}
		if feed, err := parseAnnouncement(body); err == nil {
			b := feed.batch("cs.LG")
			if len(b.Listings)+len(b.Bad) != len(feed.entries) || dayTime(feed.day).IsZero() {
				t.Errorf("%+v of %s", b, feed.day)
			}
		}
	})
}

// FuzzAuthors looks for lines of authors on which reading breaks.
func FuzzAuthors(f *testing.F) {
	f.Add("Ada Example (1), Bo Sample (1 and 2) ((1) CERN, (2) DESY)")
	f.Add(`{\'E} \"Orn and ((( & )`)
	f.Fuzz(func(t *testing.T, line string) {
		for _, a := range authorsOf(line) {
			if strings.TrimSpace(a.Name) == "" {
				t.Errorf("%q has an author without a name", line)
			}
		}
	})
}

// FuzzFile looks for files on which reading breaks or does not end.
func FuzzFile(f *testing.F) {
	const ours = `{"id":"2604.00001","title":"T","authors":["A  B"],"categories":["cs.LG"],"published":"2026-04-01","doi":"10.1000/a"}`
	const snapshot = `{"id":"hep-th/9901001","authors_parsed":[["A","B","","CERN"],[]],"title":"T","categories":"hep-th","versions":[{"version":"v1","created":"Mon, 2 Apr 2007 19:18:42 GMT"}]}`
	const hf = `{"paper":{"id":"2604.00003","authors":[{"name":"C","hidden":true}],"submittedOnDailyAt":"2026-04-14T01:30:00.000Z","title":"An item"}}`
	for _, seed := range []string{ours, snapshot, hf, "[" + hf + "," + ours + "]", "\x1f\x8b\x08", "\x28\xb5\x2f\xfd", `{"paper":null}`, "[1,[2]]", "\xef\xbb\xbf\n\n{"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := fileReader{name: "-", size: -1}
		if r.open(bytes.NewReader(body)) != nil {
			return
		}
		defer r.close()
		var b parsedBatch
		for {
			line, err := r.next()
			if err != nil && fault.KindOf(err) != fault.KindInvalid {
				break // the end, or no going on
			}
			if r.number > len(body)+1 && r.lines == nil {
				t.Fatalf("%d elements in %d bytes", r.number, len(body))
			}
			new(Importing).take(&b, r.number, line, err, time.Unix(0, 0))
		}
		for _, p := range b.papers {
			if len(p.Identifiers) == 0 || strings.TrimSpace(p.Title) == "" {
				t.Errorf("%+v", p)
			}
		}
		for _, bad := range b.bad {
			if bad.reason == "" {
				t.Errorf("line %d is bad without a reason", bad.number)
			}
		}
	})
}
