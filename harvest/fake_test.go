package harvest_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/harvest"
	"broadsheet/harvest/oaitest"
	"broadsheet/paper"
)

// The day of the fake arXiv, and noon on it.
const day = "2026-04-14"

var noon = time.Date(2026, 4, 14, 16, 0, 0, 0, time.UTC)

// archives are those of the invented papers.
var archives = []string{"cs", "eess", "hep-th", "math", "nlin", "physics", "q-bio", "quant-ph", "stat"}

// harvester returns a harvester of the fake arXiv that waits for nothing.
func harvester(d *db.DB, address string, categories []string, since time.Time) *harvest.Harvester {
	return &harvest.Harvester{
		Papers: paper.NewStore(d), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon },
		Settings: harvest.Settings{
			Categories: categories, Since: since.Format(time.DateOnly),
			OAI: address + "/oai", Feed: address, API: address + "/api/query",
			Arxiv: harvest.NewPace("test (mailto:a@example.org)", 0), Other: harvest.NewPace("test (mailto:a@example.org)", 0),
			Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		},
	}
}

// run runs the sources whose names are given, all when none is, until each has come
// to its end.
func run(ctx context.Context, h *harvest.Harvester, names ...string) error {
	for _, s := range h.Settings.Sources(h.Now) {
		if len(names) > 0 && s.Name() != names[0] {
			continue
		}
		var err error
		for range 30 {
			if _, err = h.Run(ctx, s); err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// papers returns every paper that is held, by its arXiv identifier.
func papers(t *testing.T, s *paper.Store) map[string]*paper.Paper {
	t.Helper()
	held := map[string]*paper.Paper{}
	for before := int64(0); ; {
		list, err := s.Newest(t.Context(), before, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return held
		}
		for _, p := range list {
			if held[p.ArXiv()] != nil {
				t.Errorf("%s is held twice", p.ArXiv())
			}
			held[p.ArXiv()] = p
		}
		before = list[len(list)-1].ID
	}
}

// compare fails unless exactly the announced papers are held, each as arXiv has it.
func compare(t *testing.T, s *paper.Store, arxiv *oaitest.Server) {
	t.Helper()
	held := papers(t, s)
	announced, wrong := 0, 0
	for _, p := range arxiv.Papers() {
		if p.Deleted {
			continue
		}
		announced++
		got := held[p.ID]
		if got == nil || len(got.Versions) != len(p.Versions) || got.Title != p.Title || got.Authority != paper.FromArXiv || fmt.Sprint(got.Categories) != fmt.Sprint(p.Categories) {
			if wrong++; wrong < 10 {
				t.Errorf("announced %+v\n     held %+v", p, got)
			}
		}
	}
	if len(held) != announced || wrong > 0 {
		t.Errorf("%d papers held, %d announced, %d of them missing or not as announced", len(held), announced, wrong)
	}
}

// The environment variables that make this test binary a process that harvests or
// imports, to be killed.
const (
	childDSN  = "BROADSHEET_TEST_CHILD_DSN"
	childAsks = "BROADSHEET_TEST_CHILD_ASKS" // the fake arXiv's address
	childFile = "BROADSHEET_TEST_CHILD_FILE"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		os.Exit(child(dsn))
	}
	os.Exit(m.Run())
}

func child(dsn string) int {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err == nil {
		defer d.Close()
		if file := os.Getenv(childFile); file != "" {
			im := harvest.Importing{Papers: paper.NewStore(d), Progress: func(p harvest.Progress) { fmt.Println(p.Lines) }}
			_, err = im.Import(ctx, nil, file)
		} else {
			err = run(ctx, harvester(d, os.Getenv(childAsks), archives, noon.AddDate(0, 0, -120)))
		}
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// open opens a store for the time of the test.
func open(t *testing.T, dsn string) *paper.Store { return paper.NewStore(dbtest.Open(t, dsn)) }

// newBudget returns a context that ends after so many batches, and what counts them.
func newBudget(ctx context.Context, batches int) (context.Context, func(harvest.Step)) {
	ctx, stop := context.WithCancel(ctx)
	return ctx, func(harvest.Step) {
		if batches--; batches == 0 {
			stop()
		}
	}
}
