package backtest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/trend/backtest"
)

func TestMeasures(t *testing.T) {
	t.Parallel()
	near := func(name string, got, want float64) {
		if math.Abs(got-want) > 1e-4 {
			t.Errorf("%s: %.4f, want %.4f", name, got, want)
		}
	}
	near("the same order", backtest.Spearman([]float64{1, 2, 3}, []float64{10, 20, 90}), 1)
	near("the opposite", backtest.Spearman([]float64{1, 2, 3}, []float64{9, 2, 1}), -1)
	near("with equals", backtest.Spearman([]float64{1, 2, 2, 4}, []float64{1, 3, 2, 4}), .9487)
	near("all equal", backtest.Spearman([]float64{5, 5, 5}, []float64{1, 2, 3}), 0)
	near("the best order", backtest.NDCG([]float64{9, 5, 1}, []float64{30, 20, 10}), 1)
	near("first and second swapped", backtest.NDCG([]float64{5, 9, 1}, []float64{30, 20, 10}), (20+30/math.Log2(3)+5)/(30+20/math.Log2(3)+5))
	near("no gain", backtest.NDCG([]float64{1, 2}, []float64{0, 0}), 0)
}

// month writes a month's file of n papers a day on three days, whose votes in the end
// are given by end.
func month(t *testing.T, dir, name string, n int, end func(i int) int) {
	t.Helper()
	var b strings.Builder
	for day := 1; day <= 3; day++ {
		for i := range n {
			fmt.Fprintf(&b, `{"paper":{"id":"%[1]s%[2]s.%02[3]d%03[4]d","title":"Paper %[4]d","summary":"We count.","upvotes":%[5]d,"publishedAt":"%[6]s-%02[3]dT00:00:00.000Z","submittedOnDailyAt":"%[6]s-%02[3]dT01:00:00.000Z","authors":[{"name":"A%[4]d","status":"claimed_verified","statusLastChangedAt":"2099-01-01T00:00:00.000Z"}]},"publishedAt":"%[6]s-%02[3]dT00:00:00.000Z"}`+"\n",
				name[2:4], name[5:7], day, i, end(i), name)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, name+".jsonl.zst"), paper.Compress([]byte(b.String())), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRun tries the orders on data made so that the votes in the end are known: one
// month asked for long after, and one whose votes are those of its last reading, which
// must not count.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	month(t, dir, "2025-04", 10, func(i int) int { return 10 * (i + 1) })
	month(t, dir, "2025-05", 10, func(i int) int { return 10 - i })
	var rows bytes.Buffer
	z := gzip.NewWriter(&rows)
	fmt.Fprintln(z, "date\tcaptured_at\tpaper_id\tupvotes\tnum_comments\tgithub_stars\tsource")
	for _, m := range []string{"2025-04", "2025-05"} {
		for day := 1; day <= 3; day++ {
			for i := range 10 {
				votes := i + 1 // in April the order of the end; in May that of the file
				if m == "2025-05" {
					votes = 10 - i
				}
				fmt.Fprintf(z, "%s-%02d\t%[1]s-%02[2]dT09:00:00+00:00\t%[3]s%[4]s.%02[2]d%03[5]d\t%[6]d\t1\t\tx\n", m, day, m[2:4], m[5:7], i, votes)
			}
		}
	}
	z.Close()
	if err := os.WriteFile(filepath.Join(dir, "readings.tsv.gz"), rows.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := backtest.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := backtest.Run(d)
	if err != nil {
		t.Fatal(err)
	}
	if r.Papers != 60 || r.Moments != 6 || r.Readings != [2]int{1, 2} || r.Split != "2025-04-02" {
		t.Errorf("%d papers, %d readings, of them %v, split at %s; want 60, 6, [1 2] and the middle day of April", r.Papers, r.Moments, r.Readings, r.Split)
	}
	for _, row := range r.Later {
		want := 1.
		if row.Name == "as recorded" {
			want = -1
		}
		if math.Abs(row.Spearman.Value-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", row.Name, row.Spearman.Value, want)
		}
	}
	var out strings.Builder
	if err := r.Print(&out); err != nil || !strings.Contains(out.String(), "Later half, from 2025-04-02: 2 readings") {
		t.Errorf("%v:\n%s", err, out.String())
	}
	if r, err = backtest.Run(d, "2025-04"); err != nil || r.Readings[1] != 3 || r.Earlier != nil {
		t.Errorf("of one month: %+v, %v", r, err)
	}
	if _, err = backtest.Run(d, "2025-05"); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("of a month whose end is not known: %v", err)
	}
	if _, err = backtest.Load(t.TempDir()); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("of an empty folder: %v", err)
	}
}

// TestRealReadings holds the trial to the figures that are known of it: the raw count,
// by another program, and what doc/ranking.md says of the forecast.
func TestRealReadings(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	if dir == "" {
		t.Skip("BROADSHEET_TEST_DATA names no folder of real papers")
	}
	d, err := backtest.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := backtest.Run(d)
	if err != nil {
		t.Fatal(err)
	}
	if r.Readings != [2]int{104, 109} {
		t.Fatalf("%v readings, want 104 and 109", r.Readings)
	}
	for name, want := range map[string][3]float64{"raw count": {.760, .912, .585}, "ours, with forecast": {.798, .921, .657}} {
		for _, row := range r.Later {
			if row.Name != name {
				continue
			}
			for i, m := range []backtest.Mean{row.Spearman, row.NDCG, row.Later} {
				if math.Abs(m.Value-want[i]) > .0015 {
					t.Errorf("%s: figure %d is %.4f, want %.3f", name, i+1, m.Value, want[i])
				}
			}
		}
	}
}
