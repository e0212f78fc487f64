package digest_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/harvest"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/paper"
)

var yearReaders = flag.Int("year-readers", 12, "readers of the simulated year")

// TestAYear has real editions of a year come in day by day, while readers get mails,
// change their cadence, pause and come back, papers get new versions, and records turn
// out to be one paper. Nobody gets a paper twice, and a reader of everything misses
// none. The clock is synctest's.
func TestAYear(t *testing.T) {
	data := os.Getenv("BROADSHEET_TEST_DATA")
	if data == "" {
		t.Skip("BROADSHEET_TEST_DATA names no folder of real papers")
	}
	files, err := filepath.Glob(filepath.Join(data, "hf_daily", "2025-*.jsonl.zst"))
	if err != nil || len(files) < 10 {
		t.Fatalf("BROADSHEET_TEST_DATA: %d months of 2025, %v", len(files), err)
	}
	path := dbtest.SQLite(t)
	source := dbtest.Open(t, dbtest.SQLite(t))
	days := realDays(t, source, files)
	synctest.Test(t, func(t *testing.T) {
		d, err := db.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		(&year{t: t, db: d, days: days, random: rand.New(rand.NewPCG(7, 7))}).run()
	})
}

// realDays imports months and returns the papers of their editions by day.
func realDays(t *testing.T, d *db.DB, files []string) map[string][]*paper.Paper {
	papers := paper.NewStore(d)
	editions := edition.NewStore(papers, edition.Settings{Fill: edition.FillSubmitted})
	im := harvest.Importing{Papers: papers, Source: "test"}
	if _, err := im.Import(t.Context(), strings.NewReader(""), files...); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := editions.Update(t.Context(), time.Now(), 2000)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	items, _, err := feed.New(papers).List(t.Context(), feed.Query{Span: edition.Span{From: "2025-01-01", To: "2025-12-31"}})
	if err != nil || len(items) < 3000 {
		t.Fatalf("%d papers of 2025, %v", len(items), err)
	}
	days := map[string][]*paper.Paper{}
	for _, it := range items {
		days[it.Day] = append(days[it.Day], it.Paper)
	}
	return days
}

// year is the simulation.
type year struct {
	t        *testing.T
	db       *db.DB
	days     map[string][]*paper.Paper
	random   *rand.Rand
	papers   *paper.Store
	editions *edition.Store
	outbox   *outbox.Outbox
	digests  *digest.Store

	put    []*paper.Paper
	merged map[string]string          // the address of a record → that of the one that stayed
	got    map[string]map[string]bool // reader → addresses of papers
	began  map[string]string          // reader → the first day whose papers they must all get
	mails  int
	twice  int
}

func (y *year) run() {
	t := y.t
	y.papers = paper.NewStore(y.db)
	y.editions = edition.NewStore(y.papers, edition.Settings{Fill: edition.FillSubmitted})
	var err error
	if y.outbox, err = outbox.Open(t.Context(), y.db, outbox.Config{From: mail.Address{Local: "news", Domain: "papers.example"}, Dial: y.dial, Connections: 1}); err != nil {
		t.Fatal(err)
	}
	y.digests = digest.New(digest.Config{Papers: y.papers, Editions: y.editions, Feeds: feed.New(y.papers), Outbox: y.outbox, Base: "https://papers.example"})
	y.merged, y.got, y.began = map[string]string{}, map[string]map[string]bool{}, map[string]string{}
	time.Sleep(time.Until(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)))
	subscriptions := make([]int64, *yearReaders)
	for day := 0; day < 366+40; day++ { // and some weeks for the last monthly mails
		for hour := range 24 {
			if hour%4 == 1 {
				y.arrive(hour)
			}
			if hour == 12 {
				y.readersAct(subscriptions, day)
			}
			y.send()
			time.Sleep(time.Hour)
		}
	}
	y.judge()
}

// arrive brings a part of the day's papers in, and lets older ones change.
func (y *year) arrive(hour int) {
	now := time.Now()
	list := y.days[now.UTC().Format(time.DateOnly)]
	part := list[len(list)*(hour/4)/6 : len(list)*(hour/4+1)/6]
	before := len(y.put)
	if err := y.db.Transact(y.t.Context(), func(tx *db.Tx) error {
		for _, p := range part {
			fresh := *p
			fresh.ID, fresh.Key = 0, ""
			fresh.Featured = &paper.Feature{Source: "test", At: now}
			fresh.Figures.At = now
			y.put = append(y.put, &fresh)
			if _, err := y.papers.Put(y.t.Context(), tx, "test", now, &fresh); err != nil {
				return err
			}
		}
		return y.change(tx, now, y.put[:before])
	}); err != nil {
		y.t.Fatal(err)
	}
	for {
		n, err := y.editions.Update(y.t.Context(), now, 1000)
		if err != nil {
			y.t.Fatal(err)
		}
		m, err := y.digests.Update(y.t.Context(), now, 1000)
		if err != nil {
			y.t.Fatal(err)
		}
		if n+m == 0 {
			return
		}
	}
}

// change gives an old paper, one that is on disk, a new version and another identifier, and now and then
// has two records turn out to be one paper.
func (y *year) change(tx *db.Tx, now time.Time, old []*paper.Paper) error {
	if len(old) < 50 {
		return nil
	}
	again := *old[y.random.IntN(len(old))]
	if y.merged[again.Key] == "" {
		again.Identifiers = append(slices.Clone(again.Identifiers), paper.Identifier{Scheme: paper.DOI, Value: fmt.Sprintf("10.1000/%d", now.Unix())})
		again.Versions = append(slices.Clone(again.Versions), paper.Version{N: len(again.Versions) + 2, At: now})
		again.Featured = &paper.Feature{Source: "test", At: now}
		if _, err := y.papers.Put(y.t.Context(), tx, "test", now, &again); err != nil {
			return err
		}
	}
	if y.random.IntN(6) != 0 {
		return nil
	}
	// A second record of a paper that everybody may have had comes in as if it were new,
	// and is recognised within the hour.
	first := old[y.random.IntN(len(old))]
	if y.merged[first.Key] != "" {
		return nil
	}
	twin := &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.OpenReview, Value: fmt.Sprintf("twin%d", now.Unix())}},
		Title:       first.Title, Form: paper.Plain, Authority: paper.FromUpstream, Abstract: first.Abstract, Figures: paper.Figures{Votes: 500, At: now},
		Record: paper.Record{Featured: &paper.Feature{Source: "test", At: now}},
	}
	if _, err := y.papers.Put(y.t.Context(), tx, "test", now, twin); err != nil {
		return err
	}
	keep := first
	if y.random.IntN(2) == 0 {
		keep = twin
	}
	held, err := y.papers.Find(y.t.Context(), first.Identifiers[0])
	if err != nil {
		return err
	}
	keepID, goneID := held.ID, twin.ID
	if keep == twin {
		keepID, goneID = twin.ID, held.ID
	}
	return y.papers.Merge(y.t.Context(), tx, now, keepID, goneID)
}

// readersAct has readers come, change their minds, pause and go on.
func (y *year) readersAct(subscriptions []int64, day int) {
	ctx := y.t.Context()
	zones := []string{"UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Australia/Lord_Howe"}
	every := []digest.Every{digest.Weekdays, digest.Weekdays, digest.OnDays, digest.Weekly, digest.Monthly}
	choice := func(i int) digest.Choice {
		c := digest.Standard()
		c.Cadence = digest.Cadence{Every: every[y.random.IntN(len(every))], Days: []time.Weekday{time.Weekday(y.random.IntN(7))}, Hour: y.random.IntN(24), Zone: zones[y.random.IntN(len(zones))]}
		if c.Size = digest.Sizes[y.random.IntN(4)]; i%3 == 0 {
			c.Size = 0 // a reader of everything
		}
		c.TextOnly = true
		return c
	}
	for i, id := range subscriptions {
		switch {
		case id == 0 && y.random.IntN(20) == 0 && day < 300:
			to := fmt.Sprintf("r%d@university.example", i)
			a, err := mail.ParseAddress(to)
			if err != nil {
				y.t.Fatal(err)
			}
			if err := y.digests.Subscribe(ctx, a, choice(i), netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 1})); err != nil {
				y.t.Fatal(err)
			}
			held, err := y.digests.Find(ctx, a)
			if err != nil || held == nil {
				y.t.Fatalf("%v, %v", held, err)
			}
			if _, err := y.digests.Confirm(ctx, held.ID); err != nil {
				y.t.Fatal(err)
			}
			subscriptions[i] = held.ID
			if i%3 == 0 {
				y.began[to] = time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
			}
			y.got[to] = map[string]bool{}
		case id != 0 && day < 366 && y.random.IntN(40) == 0:
			if _, err := y.digests.Change(ctx, id, choice(i)); err != nil {
				y.t.Fatal(err)
			}
		case id != 0 && day < 330 && y.random.IntN(150) == 0:
			if _, err := y.digests.Pause(ctx, id, time.Now().AddDate(0, 0, 1+y.random.IntN(21))); err != nil {
				y.t.Fatal(err)
			}
		}
	}
}

func (y *year) send() {
	if _, err := y.digests.Run(y.t.Context()); err != nil {
		y.t.Fatal(err)
	}
	if _, err := y.outbox.Flush(y.t.Context()); err != nil {
		y.t.Fatal(err)
	}
}

// dial returns a session that reads what it is given.
func (y *year) dial(context.Context) (mail.Session, error) { return readingSession{y}, nil }

type readingSession struct{ *year }

func (readingSession) Close() error { return nil }

func (y readingSession) Send(_ context.Context, e mail.Envelope, message []byte, commit func() (*mail.Envelope, error)) error {
	if _, err := commit(); err != nil {
		return err
	}
	m, err := mail.Read(strings.NewReader(string(message)))
	if err != nil {
		return err
	}
	if m.Header.Get("List-Id") == "" {
		return nil
	}
	y.mails++
	for line := range strings.Lines(m.Text) {
		at, ok := strings.CutPrefix(strings.TrimSpace(line), "https://papers.example/papers/")
		if !ok || strings.HasPrefix(at, "date/") {
			continue
		}
		p, err := y.papers.Find(context.Background(), identifier(at))
		if err != nil {
			return err
		}
		number := fmt.Sprint(p.ID)
		if y.got[e.To.Bare()][number] {
			y.twice++
		}
		y.got[e.To.Bare()][number] = true
	}
	return nil
}

func identifier(s string) paper.Identifier {
	id, _, _ := paper.ParseIdentifier(s)
	return id
}

// judge counts what came twice and what a reader of everything missed.
func (y *year) judge() {
	missed, readers := 0, 0
	for to, from := range y.began {
		readers++
		// What was got counts as the paper that it is now.
		now := map[int64]bool{}
		for number := range y.got[to] {
			var id int64
			fmt.Sscan(number, &id)
			var into *int64
			if err := y.db.QueryRow(y.t.Context(), `SELECT merged_into FROM paper WHERE id = $1`, id).Scan(&into); err != nil {
				y.t.Fatal(err)
			}
			if into != nil {
				id = *into
			}
			now[id] = true
		}
		for _, p := range y.put {
			if p.Featured.At.UTC().Format(time.DateOnly) < from {
				continue
			}
			held, err := y.papers.Find(y.t.Context(), p.Identifiers[0])
			if err != nil {
				y.t.Fatal(err)
			}
			if !now[held.ID] {
				missed++
			}
		}
	}
	y.t.Logf("%d readers, %d papers, %d mails: %d repeated, %d missed by the %d readers of everything", len(y.got), len(y.put), y.mails, y.twice, missed, readers)
	if y.twice != 0 || missed != 0 || y.mails < len(y.got)*10 {
		y.t.Errorf("%d repeated, %d missed, %d mails", y.twice, missed, y.mails)
	}
}
