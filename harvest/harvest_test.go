package harvest_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"broadsheet/db/dbtest"
	"broadsheet/harvest"
	"broadsheet/harvest/oaitest"
)

// TestHarvestThroughFaults harvests 50,000 records from an arXiv that shows every
// fault it has, in a process that is killed again and again. In the end exactly the
// announced papers are held, each once.
func TestHarvestThroughFaults(t *testing.T) {
	t.Parallel()
	n, kills := 50_000, 6
	if testing.Short() {
		n, kills = 5_000, 3
	}
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 1))
		arxiv := oaitest.New(t, oaitest.Papers(seed, n, noon.AddDate(0, 0, -118), noon.AddDate(0, 0, -5)), oaitest.Faults{
			Seed: seed, Busy: .04, TooMany: .03, RetryPage: .03, Drop: .03, Cut: .08, Malformed: .05, Expire: .03, Repeat: .08, Move: .05,
			OldTokens: r.IntN(2) == 0,
		})
		store := open(t, dsn)
		for range kills {
			if killed(t, dsn, arxiv, 20+r.IntN(60)) {
				break
			}
		}
		killed(t, dsn, arxiv, 1<<30)
		// What changed behind the back of the last harvest comes with the next one.
		arxiv.SetFaults(oaitest.Faults{})
		h := harvester(store.DB(), arxiv.URL, archives, noon.AddDate(0, 0, -120))
		if err := run(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		// What was malformed three times in a row is in quarantine, and asked for by name.
		if _, _, err := h.Fill(t.Context(), h.Settings.Since, true); err != nil {
			t.Fatal(err)
		}
		compare(t, store, arxiv)
		l, err := harvest.LedgerOf(t.Context(), store.DB(), noon, "2025-01-01", day)
		if err != nil {
			t.Fatal(err)
		}
		if l.Total.Held != l.Total.Announced || l.Total.Announced < n*9/10 || !l.Rebuilt {
			t.Errorf("ledger %+v", l.Total)
		}
		asked, _, crowd := arxiv.Asked()
		t.Logf("%d questions", asked)
		if crowd > 1 {
			t.Errorf("%d questions at one time", crowd)
		}
	})
}

// killed harvests in a process of its own, which is killed after some questions, and
// reports whether it came to its end before.
func killed(t *testing.T, dsn string, arxiv *oaitest.Server, after int) bool {
	t.Helper()
	before, _, _ := arxiv.Asked()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childDSN+"="+dsn, childAsks+"="+arxiv.URL)
	var says bytes.Buffer
	c.Stdout, c.Stderr = &says, &says
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v: %s", err, says.String())
			}
			return true
		case <-time.After(2 * time.Millisecond):
			if asked, _, _ := arxiv.Asked(); asked >= before+after {
				c.Process.Kill()
				<-ended
				return false
			}
		}
	}
}
