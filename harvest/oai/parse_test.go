package oai_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"broadsheet/harvest/oai"
)

// recorded returns the recorded answers by name. Without the folder the test is
// skipped; without the answers in it, it fails.
func recorded(tb testing.TB) map[string][]byte {
	tb.Helper()
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	if dir == "" {
		tb.Skip("BROADSHEET_TEST_DATA names no folder of recorded answers")
	}
	files, err := filepath.Glob(filepath.Join(dir, "arxiv_oai", "*.xml*"))
	if err != nil || len(files) < 30 {
		tb.Fatalf("%d recorded answers in %s, %v", len(files), dir, err)
	}
	answers := map[string][]byte{}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		if strings.HasSuffix(name, ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err == nil {
				body, err = io.ReadAll(z)
			}
			if err != nil {
				tb.Fatal(err)
			}
		}
		answers[strings.TrimSuffix(filepath.Base(name), ".gz")] = body
	}
	return answers
}

// TestRecordedAnswers reads every recorded answer: as many records as it has, all of
// them whole.
func TestRecordedAnswers(t *testing.T) {
	t.Parallel()
	for name, body := range recorded(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !bytes.Contains(body[:min(2000, len(body))], []byte("OAI-PMH")) || strings.HasPrefix(name, "record-") { // a record without its envelope
				body = enveloped(body)
			}
			page, err := oai.Parse(body)
			var told *oai.Error
			if strings.HasPrefix(name, "error-") {
				if !errors.As(err, &told) || told.Code != "idDoesNotExist" || told.Text == "" {
					t.Fatalf("error %v, want idDoesNotExist", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Count(string(body), "</record>")
			if strings.HasPrefix(name, "listidentifiers") {
				want = strings.Count(string(body), "</header>")
			}
			if len(page.Records) != want || want == 0 || len(page.Bad) > 0 || page.Cut {
				t.Fatalf("%d records of %d, %d bad, cut %v", len(page.Records), want, len(page.Bad), page.Cut)
			}
			for _, r := range page.Records {
				if r.ID == "" || strings.Contains(r.ID, "oai:") {
					t.Errorf("identifier %q", r.ID)
				}
				if strings.HasPrefix(name, "listidentifiers") || r.Deleted {
					continue
				}
				if r.Title == "" || r.Abstract == "" || len(r.Authors) == 0 && r.AuthorLine == "" {
					t.Errorf("%s lacks something: %+v", r.ID, r)
				}
			}
		})
	}
}

// enveloped puts a record that stands alone into an envelope.
func enveloped(record []byte) []byte {
	if bytes.HasPrefix(record, []byte("<?xml")) {
		_, record, _ = bytes.Cut(record, []byte("?>"))
	}
	return fmt.Appendf(nil, "<OAI-PMH>%s</OAI-PMH>", record)
}

// TestRecordedRecord compares one record of each format with what stands in it.
func TestRecordedRecord(t *testing.T) {
	t.Parallel()
	answers := recorded(t)
	page := func(name string) *oai.Page {
		t.Helper()
		p, err := oai.Parse(answers[name])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return p
	}
	raw := page("listrecords-arXivRaw-2014-01-16.xml")
	if raw.Token != "496549|96001" || raw.Size != 907096 || raw.Cursor != 95000 || len(raw.Records) != 1000 || !raw.Date.Equal(time.Date(2014, 1, 16, 11, 10, 55, 0, time.UTC)) {
		t.Errorf("token %q, size %d, cursor %d, %d records, of %s", raw.Token, raw.Size, raw.Cursor, len(raw.Records), raw.Date)
	}
	present := page("abridged-listrecords-arXiv-token-deleted-2026-09-25.xml")
	if !strings.Contains(present.Token, "skip%3D") || present.Size != -1 || !present.Records[len(present.Records)-1].Deleted && !present.Records[0].Deleted {
		t.Errorf("token %q, size %d, records %+v", present.Token, present.Size, present.Records)
	}
	adam := page("abridged-getrecord-arXivRaw-1412.6980-2026-09-14.xml").Records[0]
	if adam.ID != "1412.6980" || len(adam.Versions) < 2 || adam.Versions[0].Number != 1 || adam.Versions[0].Date.IsZero() || adam.Submitter == "" {
		t.Errorf("%+v", adam)
	}
	old := page("getrecord-arXiv-physics_0112006-2016-04-26.xml").Records[0]
	if old.ID != "physics/0112006" || old.Authors[0].Family == "" || old.Created == "" {
		t.Errorf("%+v", old)
	}
	dc := page("listrecords-oai_dc-2023-01-25.xml").Records[0]
	if dc.Created == "" || dc.Authors[0].Name == "" || dc.Abstract == "" || strings.HasPrefix(dc.Abstract, "Comment:") {
		t.Errorf("%+v", dc)
	}
}

const head = `<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-04-14T00:00:00Z</responseDate><ListRecords>`

func record(id, inside string) string {
	return `<record><header><identifier>oai:arXiv.org:` + id + `</identifier><datestamp>2026-04-14</datestamp></header><metadata><arXivRaw>` + inside + `</arXivRaw></metadata></record>`
}

// TestParseWhatIsNotAsItShouldBe has answers that a strict reader refuses.
func TestParseWhatIsNotAsItShouldBe(t *testing.T) {
	t.Parallel()
	const end = `</ListRecords></OAI-PMH>`
	for _, c := range []struct {
		name, body string
		ids        string
		title      string
		bad        int
		cut        bool
	}{
		{name: "whole", body: head + record("2604.00001", "<title>A</title>") + record("2604.00002", "<title>B</title>") + end, ids: "2604.00001 2604.00002", title: "A"},
		{name: "a byte order mark", body: "\xef\xbb\xbf" + head + record("2604.00001", "<title>A</title>") + end, ids: "2604.00001", title: "A"},
		{name: "entities", body: head + record("2604.00001", "<title>a &lt; b &amp; c & d &eacute; &#233; &nonsense;</title>") + end, ids: "2604.00001", title: "a < b & c & d é é &nonsense;"},
		{name: "CDATA and comments", body: head + record("2604.00001", "<title>x <!-- no --><![CDATA[a < b]]></title>") + end, ids: "2604.00001", title: "x a < b"},
		{name: "a bare less-than", body: head + record("2604.00001", "<title>a < b</title>") + end, ids: "2604.00001", title: "a < b"},
		{name: "control characters and broken UTF-8", body: head + record("2604.00001", "<title>a\x01b\xffc\r\nd</title>") + end, ids: "2604.00001", title: "ab\uFFFDc\nd"},
		{name: "prefixes", body: strings.NewReplacer("<record", "<o:record", "</record", "</o:record").Replace(head + record("2604.00001", "<title>A</title>") + end), ids: "2604.00001", title: "A"},
		{name: "one malformed record among whole ones", body: head + record("2604.00001", "<title>A</title>") + record("2604.00002", "<title>B</tit le>") + record("2604.00003", "") + end, ids: "2604.00001 2604.00003", title: "A", bad: 1},
		{name: "a record without its end", body: head + strings.TrimSuffix(record("2604.00001", ""), "</record>") + record("2604.00002", "<title>B</title>") + end, ids: "2604.00002", title: "B", bad: 1},
		{name: "a record without identifier", body: head + strings.Replace(record("", "<title>A</title>"), "oai:arXiv.org:", "", 1) + record("2604.00002", "<title>B</title>") + end, ids: "2604.00002", title: "B", bad: 1},
		{name: "too deep", body: head + record("2604.00001", strings.Repeat("<a>", 20)+strings.Repeat("</a>", 20)) + record("2604.00002", "<title>B</title>") + end, ids: "2604.00002", title: "B", bad: 1},
		{name: "an empty record", body: head + "<record/>" + record("2604.00002", "<title>B</title>") + end, ids: "2604.00002", title: "B"},
		{name: "cut behind a record", body: head + record("2604.00001", "<title>A</title>"), ids: "2604.00001", title: "A", cut: true},
		{name: "cut within a record", body: head + record("2604.00001", "<title>A</title>") + "<record><header><identifier>oai:arXiv.org:2604.0000", ids: "2604.00001", title: "A", cut: true},
		{name: "cut within a tag", body: head + record("2604.00001", "<title>A</title>") + "<resumptionToken comple", ids: "2604.00001", title: "A", cut: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := oai.Parse([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, r := range p.Records {
				ids = append(ids, r.ID)
			}
			if got := strings.Join(ids, " "); got != c.ids || p.Records[0].Title != c.title || len(p.Bad) != c.bad || p.Cut != c.cut {
				t.Errorf("%s, title %q, bad %q, cut %v", got, p.Records[0].Title, p.Bad, p.Cut)
			}
		})
	}
}

// TestAnAnswerMayEndAnywhere cuts an answer at every byte: never is a record that is
// not whole taken for one.
func TestAnAnswerMayEndAnywhere(t *testing.T) {
	t.Parallel()
	body := head + record("2604.00001", "<title>A</title>") + record("2604.00002", "<title>B</title>") + `<resumptionToken>more</resumptionToken></ListRecords></OAI-PMH>`
	for n := len(head); n < len(body); n++ {
		p, err := oai.Parse([]byte(body[:n]))
		if err != nil {
			t.Fatalf("at %d: %v", n, err)
		}
		want := strings.Count(body[:n], "</record>")
		if len(p.Records) != want || len(p.Bad) > 0 || !p.Cut {
			t.Fatalf("cut at %d: %d records of %d, %d bad, cut %v", n, len(p.Records), want, len(p.Bad), p.Cut)
		}
	}
}

func TestErrorsOfTheServer(t *testing.T) {
	t.Parallel()
	_, err := oai.Parse([]byte(head + `</ListRecords><error code='badResumptionToken'>The value is invalid or expired.</error></OAI-PMH>`))
	var told *oai.Error
	if !errors.As(err, &told) || !cmp.Equal(*told, oai.Error{Code: "badResumptionToken", Text: "The value is invalid or expired."}) {
		t.Errorf("error %v", err)
	}
	_, err = oai.Parse([]byte("<html><body>\n<h1>Retry after 17 seconds</h1></body></html>"))
	var later *oai.RetryError
	if !errors.As(err, &later) || later.After != 17*time.Second {
		t.Errorf("the page for people: %v", err)
	}
	if _, err = oai.Parse([]byte("<html>It works!</html>")); err == nil {
		t.Error("a page of another kind is no error")
	}
}

// FuzzParse looks for answers on which Parse breaks or makes texts that cannot be
// stored.
func FuzzParse(f *testing.F) {
	f.Add([]byte(head + record("2604.00001", "<title>a &lt; b</title><version version='v1'><date>Mon, 15 Apr 2013 19:33:21 GMT</date></version>") + `<resumptionToken cursor="1" completeListSize='9'>x</resumptionToken></ListRecords></OAI-PMH>`))
	f.Add([]byte(head + `<record><header status="deleted"><identifier>oai:arXiv.org:hep-th/9901001</identifier></header></record>`))
	f.Add([]byte(`<OAI-PMH><error code="noRecordsMatch">none</error></OAI-PMH>`))
	f.Add([]byte(`<OAI-PMH><header><identifier>a</identifier></header><record><![CDATA[<!--`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := oai.Parse(body)
		if err != nil {
			return
		}
		for _, r := range p.Records {
			if r.ID == "" {
				t.Error("a record without identifier")
			}
			for _, s := range []string{r.ID, r.Title, r.Abstract, r.AuthorLine} {
				if strings.ToValidUTF8(s, "") != s || strings.ContainsAny(s, "\x00\x01\x1f") {
					t.Errorf("%q cannot be stored", s)
				}
			}
		}
	})
}
