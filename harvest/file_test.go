package harvest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/harvest"
	"broadsheet/paper"
)

// The three kinds of line.
const (
	ourLine      = `{"id":"2604.00001","title":"Ours, $x < y$","abstract":"We show it.","authors":["Ada  Example","Bo Sample"],"categories":["cs.LG","stat.ML"],"published":"2026-04-01T10:00:00Z","listed":"2026-04-02","doi":"10.1000/a 10.1000/b","journal_ref":"J. 1","comment":"9 pages"}`
	snapshotLine = `{"id":"0704.0001","submitter":"Pavel Nadolsky","authors":"C. Bal\\'azs, E. L. Berger","title":"Calculation of prompt\n  diphotons","comments":"37 pages","journal-ref":"Phys.Rev.D76:013009,2007","doi":"10.1103/PhysRevD.76.013009","report-no":"ANL-HEP-PR-07-12","categories":"hep-ph cs.LG","license":null,"abstract":"  A fully differential calculation.\n","versions":[{"version":"v1","created":"Mon, 2 Apr 2007 19:18:42 GMT"},{"version":"v2","created":"Tue, 24 Jul 2007 20:10:27 GMT"}],"update_date":"2008-11-26","authors_parsed":[["Bal\\'azs","C.",""],["Berger","E. L.","Jr.","CERN"]]}`
	itemLine     = `{"paper":{"id":"2604.00003","authors":[{"_id":"a","name":"Cy Third","hidden":false,"status":"claimed_verified","user":{"user":"cy"}}],"publishedAt":"2026-04-10T00:00:00.000Z","submittedOnDailyAt":"2026-04-14T01:30:00.000Z","title":"An item","summary":"Plain.","upvotes":7,"githubRepo":"https://example.org/c","githubStars":12,"organization":{"name":"lab","fullname":"The Lab"}},"publishedAt":"2026-04-09T20:00:00.000Z","title":"An item","numComments":2,"submittedBy":{"name":"zed"}}`
)

func importing(s *paper.Store) *harvest.Importing {
	return &harvest.Importing{Papers: s, Now: func() time.Time { return noon }}
}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(body) // a buffer takes everything
	z.Close()
	return b.Bytes()
}

func zstandard(body []byte) []byte {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err) // no options
	}
	return z.EncodeAll(body, nil)
}

// TestImportFindsOutWhatAFileIs has every kind of line in every kind of wrapping.
func TestImportFindsOutWhatAFileIs(t *testing.T) {
	t.Parallel()
	lines := []byte(ourLine + "\r\n\n" + snapshotLine + "\n" + itemLine) // no line end at the end
	array := []byte(" [" + itemLine + ",\n" + ourLine + "," + snapshotLine + "]")
	for _, c := range []struct {
		name string
		body []byte
	}{
		{"lines", lines},
		{"a byte order mark", append([]byte("\xef\xbb\xbf"), lines...)},
		{"gzip", gzipped(lines)},
		{"zstd", zstandard(lines)},
		{"gzip in zstd", zstandard(gzipped(lines))},
		{"array", array},
		{"array in gzip", gzipped(array)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, dbtest.SQLite(t))
			totals, err := importing(s).Import(t.Context(), bytes.NewReader(c.body), "-")
			if err != nil || totals != (harvest.Totals{Lines: 3, Made: 3}) {
				bad, _, _ := harvest.Quarantine(t.Context(), s.DB(), 10)
				t.Fatalf("%+v, %v; quarantine: %+v", totals, err, bad)
			}
			held := papers(t, s)
			if p := held["2604.00001"]; p.Announced != "2026-04-02" || p.Form != paper.TeX || len(p.Identifiers) != 3 || p.Authors[0].Name != "Ada Example" || p.Comment != "9 pages" {
				t.Errorf("ours: %+v", p)
			}
			want := []paper.Author{{Name: "C. Balázs", Family: "Balázs", Given: "C."}, {Name: "E. L. Berger Jr.", Family: "Berger", Given: "E. L.", Suffix: "Jr.", Affiliations: []string{"CERN"}}}
			if p := held["0704.0001"]; len(p.Versions) != 2 || p.Revised.Year() != 2007 || p.Primary() != "hep-ph" || p.Comment != "37 pages" || !cmp.Equal(p.Authors, want) {
				t.Errorf("snapshot: %+v", p)
			}
			p := held["2604.00003"]
			if p.Form != paper.Plain || p.Featured.Submitter != "zed" || p.Figures.Votes != 7 || !p.Authors[0].Claimed || p.Organisation.FullName != "The Lab" || p.Link(paper.Code).Stars != 12 {
				t.Errorf("item: %+v", p)
			}
			if body, err := s.Received(t.Context(), p.ID, "huggingface"); err != nil || string(body) != itemLine {
				t.Errorf("received %s, %v", body, err)
			}
		})
	}
}

// TestABadLineStopsNothing: it is in quarantine with its place and the reason.
func TestABadLineStopsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		file := filepath.Join(t.TempDir(), "bad.jsonl")
		text := strings.Join([]string{
			ourLine, `{"id":`, `{"id":"2604.00009"}`, `{"title":"T"}`, `{"id":"2604.99","title":"T"}`, "\xff\xfe", `[1]`, `{"id":"2604.00004","title":"T","published":"soon"}`,
			`{"id":"2604.00005","title":"` + strings.Repeat("x", 4<<20) + `"}`, itemLine,
		}, "\n")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := paper.NewStore(d)
		totals, err := importing(s).Import(t.Context(), nil, file)
		if err != nil || totals != (harvest.Totals{Lines: 10, Made: 2, Quarantined: 8}) {
			t.Fatalf("%+v, %v", totals, err)
		}
		bad, total, err := harvest.Quarantine(t.Context(), d, 100)
		if err != nil || total != 8 || len(bad) != 8 {
			t.Fatalf("%d in quarantine, %v", total, err)
		}
		for i, want := range []string{"2 It is not JSON", "3 The paper 2604.00009 has no title", "4 The line has no id", "5 ", "6 It is not JSON", "7 It has not the shape", `8 "soon" is no time`, "9 The line has more than"} {
			if got := fmt.Sprintf("%d %s", bad[i].Line, bad[i].Reason); !strings.HasPrefix(got, want) || bad[i].File != file {
				t.Errorf("%s: %s, want %s", bad[i].File, got, want)
			}
		}
	})
}

// TestAnImportIsHonestAboutItsEnd: a file that breaks off is an error, and what came
// before it is held.
func TestAnImportIsHonestAboutItsEnd(t *testing.T) {
	t.Parallel()
	whole := []byte(ourLine + "\n" + strings.Repeat(`{"id":"bad"}`+"\n", 100_000))
	packed := gzipped(whole)
	for _, c := range []struct {
		name, want string
		body       []byte
	}{
		{"gzip that breaks off", "beyond line", packed[:len(packed)-12]},
		{"an array that breaks off", "beyond element 1", []byte("[" + ourLine + ",")},
		{"an array with an endless element", "more than", []byte("[" + ourLine + `,"` + strings.Repeat("x", 10<<20))},
		{"an array with garbage", "beyond element 1", []byte("[" + ourLine + ",}]")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, dbtest.SQLite(t))
			_, err := importing(s).Import(t.Context(), bytes.NewReader(c.body), "-")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if n, _ := s.Count(t.Context()); n != 1 {
				t.Errorf("%d papers held, want 1", n)
			}
		})
	}
	s := open(t, dbtest.SQLite(t))
	if _, err := importing(s).Import(t.Context(), nil, filepath.Join(t.TempDir(), "absent")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := importing(s).Import(t.Context(), nil, t.TempDir()); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: %v", err)
	}
}

// TestAKilledImportContinues kills a process that imports, again and again; the last
// one does not begin at the beginning, and in the end every line is held.
func TestAKilledImportContinues(t *testing.T) {
	t.Parallel()
	const lines = 12_000
	file := filepath.Join(t.TempDir(), "papers.jsonl.gz")
	var b bytes.Buffer
	for i := range lines {
		fmt.Fprintf(&b, `{"id":"2604.%05d","title":"T %d","abstract":"%s","authors":["A B"],"categories":["cs.LG"]}`+"\n", i, i, strings.Repeat("word ", 100))
	}
	if err := os.WriteFile(file, gzipped(b.Bytes()), 0o600); err != nil {
		t.Fatal(err)
	}
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		s := open(t, dsn)
		for range 3 {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), childDSN+"="+dsn, childFile+"="+file)
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			says := make([]byte, 100)
			for range 1 + rand.IntN(3) { // it says a line after each batch
				if _, err := out.Read(says); err != nil {
					break
				}
			}
			c.Process.Kill()
			c.Wait() // it was killed: that is what its status says
		}
		totals, err := importing(s).Import(t.Context(), nil, file)
		if err != nil {
			t.Fatal(err)
		}
		if totals.Skipped == 0 || totals.Skipped+totals.Lines != lines {
			t.Errorf("%+v: want lines that were done before, and %d together", totals, lines)
		}
		if n, _ := s.Count(t.Context()); n != lines {
			t.Errorf("%d papers held, want %d", n, lines)
		}
		if again, err := importing(s).Import(t.Context(), nil, file); err != nil || again.Same != lines {
			t.Errorf("once more: %+v, %v", again, err)
		}
	})
}

// TestRecordedCollections imports real lines of each kind.
func TestRecordedCollections(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	if dir == "" {
		t.Skip("BROADSHEET_TEST_DATA names no folder of collections")
	}
	for name, lines := range map[string]int{"arxiv_meta/sample-2000.jsonl.gz": 2000, "hf_daily/2024-04.jsonl.zst": 200, "hf_daily/2025-11.jsonl.zst": 412} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, dbtest.SQLite(t))
			totals, err := importing(s).Import(t.Context(), nil, filepath.Join(dir, name))
			if err != nil || totals.Lines != lines || totals.Quarantined > 0 || totals.Made < lines-1 {
				t.Errorf("%+v, %v", totals, err)
			}
		})
	}
	days, err := filepath.Glob(filepath.Join(dir, "hf_daily", "raw_days", "*.json.gz"))
	if err != nil || len(days) < 10 {
		t.Fatalf("%d recorded days, %v", len(days), err)
	}
	s := open(t, dbtest.SQLite(t))
	totals, err := importing(s).Import(t.Context(), nil, days...)
	if err != nil || totals.Quarantined > 0 || totals.Made == 0 {
		t.Errorf("days: %+v, %v", totals, err)
	}
}
