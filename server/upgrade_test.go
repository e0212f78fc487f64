package server_test

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"broadsheet/edition"
	"broadsheet/server"
)

// TestUpgrades opens what each released program left with this one: papers, votes, words,
// accounts and subscriptions are there, and the pages show them.
func TestUpgrades(t *testing.T) {
	t.Parallel()
	list, err := filepath.Glob("testdata/released/*.db.zst")
	if err != nil || len(list) == 0 {
		t.Fatalf("there is no released database: %v", err)
	}
	for _, name := range list {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			dsn := unpacked(t, name)
			for range 2 { // a second time there is nothing to migrate
				h, err := server.Open(t.Context(), server.Config{DSN: dsn, Base: "https://papers.test", Edition: edition.Settings{Fill: edition.FillSubmitted}}, slog.New(slog.NewTextHandler(io.Discard, nil)))
				if err != nil {
					t.Fatal(err)
				}
				if err := h.CatchUp(t.Context()); err != nil {
					t.Fatal(err)
				}
				for table, want := range map[string]int{"paper": 185, "vote": 1, "comment": 1, "account": 1, "subscription": 1} {
					var n int
					if err := h.DB.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil || n != want {
						t.Errorf("%d rows of %s, want %d: %v", n, table, want, err)
					}
				}
				for path, want := range map[string][]string{
					"/papers/2604.11784":        {"<em>sharp</em>", "1 comment"},
					"/papers/date/2026-04-14":   {"No. "},
					"/api/daily_papers?limit=1": {`"id":"2604.11784"`},
					"/api/v1/papers/2604.11784": {`"2604.11784"`},
					"/feed/papers.atom":         {"<entry>"},
					"/papers/2604.11784.bib":    {"@"},
				} {
					w := httptest.NewRecorder()
					h.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
					if w.Code != 200 {
						t.Errorf("%s answers %d", path, w.Code)
					}
					for _, words := range want {
						if !strings.Contains(w.Body.String(), words) {
							t.Errorf("%s lacks %q", path, words)
						}
					}
				}
				if err := h.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// unpacked writes a packed database and returns its name.
func unpacked(t *testing.T, packed string) string {
	t.Helper()
	f, err := os.Open(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	name := filepath.Join(t.TempDir(), "broadsheet.db")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, z); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}
