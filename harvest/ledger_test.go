package harvest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/fault"
	"broadsheet/harvest"
	"broadsheet/harvest/oaitest"
	"broadsheet/paper"
)

// lastWeek are some papers of the days before the fake's day.
func lastWeek(n int) []oaitest.Paper {
	return oaitest.Papers(7, n, noon.AddDate(0, 0, -9), noon.AddDate(0, 0, -1))
}

// announced counts the papers that were announced on a day, once each.
func announced(list []oaitest.Paper, on string) int {
	n := 0
	for _, p := range list {
		if p.Announced == on && !p.Deleted {
			n++
		}
	}
	return n
}

// TestLedger follows a day: told by the feeds, its papers late, then missing, then
// held; and the days before it, whose feeds nobody read, rebuilt from datestamps.
func TestLedger(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		list := lastWeek(600)
		arxiv := oaitest.New(t, list, oaitest.Faults{})
		h := harvester(d, arxiv.URL, archives, noon.AddDate(0, 0, -10))
		ledger := func(now time.Time, from, to string) harvest.Count {
			t.Helper()
			l, err := harvest.LedgerOf(t.Context(), d, now, from, to)
			if err != nil {
				t.Fatal(err)
			}
			if l == nil {
				return harvest.Count{}
			}
			sum := 0
			for _, c := range l.Counts {
				sum += c.Announced
				if c.Held+c.Late+c.Missing != c.Announced {
					t.Errorf("%+v does not add up", c)
				}
			}
			if sum < l.Total.Announced {
				t.Errorf("%d by category, %d together", sum, l.Total.Announced)
			}
			return l.Total
		}
		if c := ledger(noon, "2026-04-01", day); c != (harvest.Count{}) {
			t.Errorf("before anything was read: %+v", c)
		}
		if err := run(t.Context(), h, "arxiv-feed"); err != nil {
			t.Fatal(err)
		}
		n := announced(list, day)
		if c := ledger(noon, day, day); n == 0 || c != (harvest.Count{Announced: n, Late: n}) {
			t.Errorf("after the feeds: %+v, want %d late", c, n)
		}
		if c := ledger(noon.AddDate(0, 0, 2), day, day); c != (harvest.Count{Announced: n, Missing: n}) {
			t.Errorf("two days later: %+v, want %d missing", c, n)
		}
		absent, total, err := harvest.AllAbsent(t.Context(), d, day, 5)
		if err != nil || total != n || len(absent) != 5 || absent[0].Day != day || absent[0].Category == "" || absent[0].Reason == "" {
			t.Errorf("%d absent, %+v, %v", total, absent, err)
		}
		if err := run(t.Context(), h, "arxiv-oai"); err != nil {
			t.Fatal(err)
		}
		if c := ledger(noon, day, day); c != (harvest.Count{Announced: n, Held: n}) {
			t.Errorf("after the harvest: %+v, want %d held", c, n)
		}
		days, err := harvest.LedgerDays(t.Context(), d, noon, "2026-04-01", day)
		if err != nil || len(days) < 5 {
			t.Fatalf("%d days, %v", len(days), err)
		}
		for _, l := range days {
			if l.Rebuilt != (l.Day != day) {
				t.Errorf("%s: rebuilt %v", l.Day, l.Rebuilt)
			}
			if n := announced(list, l.Day); l.Total != (harvest.Count{Announced: n, Held: n}) {
				t.Errorf("%s: %+v, want %d held", l.Day, l.Total, n)
			}
		}
		if newest, err := harvest.Newest(t.Context(), d); err != nil || newest != day {
			t.Errorf("newest day %s, %v", newest, err)
		}
	})
}

// TestFill closes the gaps that can be closed, and says of the others why they stay
// and when they are tried again.
func TestFill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		list := lastWeek(400)
		arxiv := oaitest.New(t, list, oaitest.Faults{Seed: 1, Busy: .1, TooMany: .1, Cut: .1, Drop: .1})
		h := harvester(d, arxiv.URL, archives, noon.AddDate(0, 0, -10))
		if err := run(t.Context(), h, "arxiv-feed"); err != nil {
			t.Fatal(err)
		}
		// One was announced and then deleted: nobody has it.
		const gone = "2604.99999"
		if err := d.Transact(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO listing (day, category, paper, kind) VALUES ($1, 'cs', $2, 'new')`, day, gone)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		n := announced(list, day)
		asked, came, err := h.Fill(t.Context(), day, false)
		if err != nil || asked != n+1 || came != n {
			t.Fatalf("asked for %d, %d came, %v; want %d and %d", asked, came, err, n+1, n)
		}
		absent, total, err := harvest.AllAbsent(t.Context(), d, day, 5)
		if err != nil || total != 1 || absent[0].Paper != gone || !strings.Contains(absent[0].Reason, "does not know it") || !absent[0].Next.Equal(noon.Add(time.Hour)) || absent[0].Tries != 1 {
			t.Fatalf("%+v, %v", absent, err)
		}
		if asked, _, err := h.Fill(t.Context(), day, false); err != nil || asked != 0 {
			t.Errorf("asked again at once for %d, %v", asked, err)
		}
		if asked, _, err := h.Fill(t.Context(), day, true); err != nil || asked != 1 {
			t.Errorf("told to ask for all, asked for %d, %v", asked, err)
		}
		if absent, _, _ := harvest.AllAbsent(t.Context(), d, day, 5); !absent[0].Next.Equal(noon.Add(2*time.Hour)) || absent[0].Tries != 2 {
			t.Errorf("the second pause is not longer: %+v", absent)
		}
		h.Settings.API = ""
		if _, _, err := h.Fill(t.Context(), day, true); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("without an address: %v", err)
		}
	})
}

// TestAMalformedRecordIsMissingByName: it goes to quarantine, and its paper is asked
// for elsewhere.
func TestAMalformedRecordIsMissingByName(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	arxiv := oaitest.New(t, lastWeek(60), oaitest.Faults{Seed: 1, Malformed: 1})
	h := harvester(d, arxiv.URL, archives, noon.AddDate(0, 0, -10))
	if err := run(t.Context(), h, "arxiv-oai"); err != nil {
		t.Fatal(err)
	}
	_, total, err := harvest.AllAbsent(t.Context(), d, "2026-04-01", 5)
	if err != nil || total == 0 {
		t.Fatalf("%d missing, %v", total, err)
	}
	if bad, n, err := harvest.Quarantine(t.Context(), d, 1); err != nil || n < total || !strings.Contains(bad[0].File, "arxiv-oai") {
		t.Errorf("%d in quarantine, %+v, %v", n, bad, err)
	}
	if asked, came, err := h.Fill(t.Context(), "2026-04-01", false); err != nil || asked != total || came != total {
		t.Errorf("asked for %d, %d came, %v", asked, came, err)
	}
	compare(t, paper.NewStore(d), arxiv)
}

// TestAnAnnouncementTakesTheRebuiltDaysPlace: what arXiv says counts, not what was
// told from datestamps.
func TestAnAnnouncementTakesTheRebuiltDaysPlace(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	list := lastWeek(300)
	arxiv := oaitest.New(t, list, oaitest.Faults{})
	h := harvester(d, arxiv.URL, archives, noon.AddDate(0, 0, -10))
	rebuilt := func() bool {
		t.Helper()
		l, err := harvest.LedgerOf(t.Context(), d, noon, day, day)
		if err != nil || l == nil || l.Total.Announced != announced(list, day) {
			t.Fatalf("%+v, %v", l, err)
		}
		return l.Rebuilt
	}
	for _, step := range []struct {
		source string
		want   bool
	}{{"arxiv-oai", true}, {"arxiv-feed", false}, {"arxiv-oai", false}} {
		if err := run(t.Context(), h, step.source); err != nil {
			t.Fatal(err)
		}
		if got := rebuilt(); got != step.want {
			t.Errorf("after %s rebuilt is %v", step.source, got)
		}
	}
}

// TestBackfill fills in a span of the past through faults, and does it once.
func TestBackfill(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	list := lastWeek(500)
	arxiv := oaitest.New(t, list, oaitest.Faults{Seed: 3, Busy: .1, Cut: .1, Drop: .1})
	h := harvester(d, arxiv.URL, archives, noon.AddDate(0, 0, -10))
	source, err := harvest.Backfill(h.Settings, "2026-04-06", "2026-04-08")
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, p := range list {
		if at := p.Versions[0].Format(time.DateOnly); at >= "2026-04-06" && at <= "2026-04-08" && !p.Deleted {
			want++
		}
	}
	var step harvest.Step
	for range 20 {
		if step, err = h.Run(t.Context(), source); err == nil {
			break
		}
	}
	if n, _ := h.Papers.Count(t.Context()); err != nil || n != want || want == 0 {
		t.Errorf("%d papers, want %d; %v", n, want, err)
	}
	if step, err = h.Run(t.Context(), source); err != nil || step.Got != 0 {
		t.Errorf("once more: %+v, %v", step, err)
	}
	for _, c := range []struct{ from, to string }{{"soon", day}, {day, "2026-04-01"}} {
		if _, err := harvest.Backfill(h.Settings, c.from, c.to); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// TestAnswersAreKept: a field wanted later needs no second download.
func TestAnswersAreKept(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	arxiv := oaitest.New(t, lastWeek(100), oaitest.Faults{})
	h := harvester(d, arxiv.URL, []string{"cs"}, noon.AddDate(0, 0, -10))
	if err := run(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	body, err := harvest.Answer(t.Context(), d, "arxiv-feed", "rss/cs")
	if err != nil || !strings.Contains(string(body), "<rss") || !strings.HasSuffix(strings.TrimSpace(string(body)), "</rss>") {
		t.Errorf("%.200s, %v", body, err)
	}
	body, err = harvest.Answer(t.Context(), d, "arxiv-oai", "from=2026-04-13&metadataPrefix=arXivRaw&set=cs&verb=ListRecords")
	if err != nil || !strings.Contains(string(body), "<arXivRaw") {
		t.Errorf("%.200s, %v", body, err)
	}
	if _, err := harvest.Answer(t.Context(), d, "arxiv-feed", "rss/none"); !fault.Is(err, fault.KindMissing) {
		t.Errorf("an answer that nobody gave: %v", err)
	}
	runs, err := harvest.Runs(t.Context(), d)
	if err != nil || len(runs) != 2 || runs[0].Got == 0 || runs[0].Ended.IsZero() || runs[0].Failed != "" {
		t.Errorf("%+v, %v", runs, err)
	}
	if days, err := harvest.Harvested(t.Context(), d, noon, 30); err != nil || len(days) != 30 || days[29] == 0 {
		t.Errorf("harvested %v, %v", days, err)
	}
}

// TestAFailureIsNamed: the report says which source fails and why.
func TestAFailureIsNamed(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	arxiv := oaitest.New(t, lastWeek(10), oaitest.Faults{Busy: 1})
	h := harvester(d, arxiv.URL, []string{"cs"}, noon.AddDate(0, 0, -10))
	for _, s := range h.Settings.Sources(h.Now) {
		if _, err := h.Run(t.Context(), s); err == nil {
			t.Errorf("%s does not fail", s.Name())
		}
	}
	runs, err := harvest.Runs(t.Context(), d)
	if err != nil || len(runs) != 2 {
		t.Fatal(runs, err)
	}
	for _, r := range runs {
		if !strings.Contains(r.Failed, "503") || strings.Contains(fmt.Sprint(r.Failed), "\x00") {
			t.Errorf("%s: %q", r.Source, r.Failed)
		}
	}
}
