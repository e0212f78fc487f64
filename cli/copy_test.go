package cli

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/mirror"
	"broadsheet/paper"
	"broadsheet/server"
)

// putIn puts numbered papers in.
func putIn(t *testing.T, h *server.House, from, to int) {
	t.Helper()
	if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		for n := from; n <= to; n++ {
			if _, err := h.Papers.Put(t.Context(), tx, "up", demoDay, &paper.Paper{
				Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)}}, Title: fmt.Sprintf("On the number %d", n), Abstract: "We count.",
				Form: paper.TeX, Authority: paper.FromArXiv,
			}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	catchUp(t, h)
}

// TestAMirrorSeesThatItsPeerWasPutBack: a server that is followed goes back to an earlier
// point, by a restore or by an import, and has told more changes than were read of it when
// it is asked again. What stands under the numbers that were read is read all the same.
func TestAMirrorSeesThatItsPeerWasPutBack(t *testing.T) {
	t.Parallel()
	for name, engine := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn, vault := engine(t), t.TempDir()
			public, lab := sampleHouse(t, dsn), sampleHouse(t, engine(t))
			var at atomic.Pointer[server.House]
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { at.Load().Handler().ServeHTTP(w, r) }))
			defer s.Close()
			p, err := mirror.NewPeer(s.URL, "test", func() time.Time { return demoDay }, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			p.Client.Pace.Gap, p.Client.Tries = 0, 1
			must := func(args ...string) {
				t.Helper()
				if status, says := command(t, args...); status != 0 {
					t.Fatalf("%v: %s", args, says)
				}
			}
			follow := func(anew bool, papers int) {
				t.Helper()
				step, err := lab.Mirror.CatchUp(t.Context(), p, nil)
				if err != nil || step.Anew != anew || step.Seq != step.Latest {
					t.Fatalf("%+v, %v; want anew: %t", step, err, anew)
				}
				if n, err := lab.Papers.Count(t.Context()); err != nil || n != papers {
					t.Errorf("%d papers are held, want %d, %v", n, papers, err)
				}
			}
			where := func(dsn string) []string {
				if name == "postgres" {
					return []string{"--data", t.TempDir(), "--db", dsn}
				}
				return []string{"--data", filepath.Dir(dsn)}
			}
			at.Store(public)
			putIn(t, public, 1, 10)
			follow(false, 10) // so that what is put back had a name
			must(append([]string{"backup", "take", vault}, where(dsn)...)...)
			lines := filepath.Join(t.TempDir(), "all.jsonl")
			must(append([]string{"export", "--secrets", "-o", lines}, where(dsn)...)...)
			putIn(t, public, 11, 20)
			follow(false, 20)

			back := dsnOf(t, name)
			must(append([]string{"restore", vault}, where(back)...)...)
			restored := sampleHouse(t, back)
			putIn(t, restored, 31, 50)
			at.Store(restored)
			follow(true, 40)
			follow(false, 40)

			into := dsnOf(t, name)
			must(append([]string{"import", lines}, where(into)...)...)
			imported := sampleHouse(t, into)
			putIn(t, imported, 51, 90)
			at.Store(imported)
			follow(true, 80)
		})
	}
}

// dsnOf names an empty place of an engine.
func dsnOf(t *testing.T, engine string) string {
	t.Helper()
	if engine == "postgres" {
		return dbtest.Postgres(t)
	}
	return filepath.Join(t.TempDir(), "broadsheet.db")
}
