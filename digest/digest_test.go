package digest_test

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/mail"
	"broadsheet/mail/mailtest"
	"broadsheet/outbox"
	"broadsheet/paper"
)

// house is the rooms that a digest needs, at a moment that tests move.
type house struct {
	t        testing.TB
	db       *db.DB
	papers   *paper.Store
	editions *edition.Store
	outbox   *outbox.Outbox
	digests  *digest.Store
	server   *mailtest.Server

	mu  sync.Mutex
	now time.Time
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) at(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = now
}

// monday is the day on which the tests begin, in the morning.
var monday = time.Date(2026, 4, 13, 5, 0, 0, 0, time.UTC)

func open(t testing.TB, d *db.DB, change ...func(*digest.Config)) *house {
	t.Helper()
	h := &house{t: t, db: d, papers: paper.NewStore(d), now: monday, server: mailtest.Start(t, nil)}
	h.editions = edition.NewStore(h.papers, edition.Settings{Fill: edition.FillSubmitted})
	var err error
	h.outbox, err = outbox.Open(t.Context(), d, outbox.Config{
		From: mail.Address{Name: "Broadsheet", Local: "news", Domain: "papers.example"},
		Dial: (&mail.Server{Address: h.server.Address}).Dial, Now: h.clock, Postal: "1 Library Square, Uppsala",
	})
	if err != nil {
		t.Fatal(err)
	}
	c := digest.Config{Papers: h.papers, Editions: h.editions, Feeds: feed.New(h.papers), Outbox: h.outbox, Base: "https://papers.example", Now: h.clock}
	for _, f := range change {
		f(&c)
	}
	h.digests = digest.New(c)
	return h
}

// put puts papers into the edition of a day.
func (h *house) put(day time.Time, list ...*paper.Paper) {
	h.t.Helper()
	for _, p := range list {
		p.Featured = &paper.Feature{Source: "test", At: day}
		if p.Figures.At.IsZero() {
			p.Figures.At = day
		}
	}
	if err := h.db.Transact(h.t.Context(), func(tx *db.Tx) error {
		_, err := h.papers.Put(h.t.Context(), tx, "test", day, list...)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	h.catchUp()
}

func (h *house) catchUp() {
	h.t.Helper()
	for {
		n, err := h.editions.Update(h.t.Context(), h.clock(), 1000)
		if err != nil {
			h.t.Fatal(err)
		}
		m, err := h.digests.Update(h.t.Context(), h.clock(), 1000)
		if err != nil {
			h.t.Fatal(err)
		}
		if n+m == 0 {
			return
		}
	}
}

var nth atomic.Int64

func newPaper(title string, votes int, topics ...string) *paper.Paper {
	return &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", 10000+nth.Add(1))}},
		Title:       title, Form: paper.TeX, Authority: paper.FromArXiv, Categories: []string{"cs.LG"},
		Abstract: "Much is unknown. We show that $x^2 \\le 4$ holds for é and ∑. It matters.",
		Figures:  paper.Figures{Votes: votes},
		Record:   paper.Record{Authors: []paper.Author{{Name: "Ada Byron"}}, Topics: topics},
	}
}

func address(t testing.TB, s string) mail.Address {
	t.Helper()
	a, err := mail.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var from = netip.MustParseAddr("192.0.2.7")

// subscribe begins a subscription as its owner would.
func (h *house) subscribe(to string, c digest.Choice) *digest.Subscription {
	h.t.Helper()
	a := address(h.t, to)
	if err := h.digests.Subscribe(h.t.Context(), a, c, from); err != nil {
		h.t.Fatal(err)
	}
	held, err := h.digests.Find(h.t.Context(), a)
	if err != nil || held == nil {
		h.t.Fatalf("find %s: %v, %v", to, held, err)
	}
	if held, err = h.digests.Confirm(h.t.Context(), held.ID); err != nil {
		h.t.Fatal(err)
	}
	return held
}

// run composes and sends what is due, and returns the digests that arrived by it.
func (h *house) run() []mailtest.Letter {
	h.t.Helper()
	before := len(h.server.Letters())
	if _, err := h.digests.Run(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.outbox.Flush(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	var digests []mailtest.Letter
	for _, l := range h.server.Letters()[before:] {
		if strings.Contains(string(l.Body), "List-Id:") {
			digests = append(digests, l)
		}
	}
	return digests
}

var titleForm = regexp.MustCompile(`(?m)^\d+\. (.*)\r?$`)

// titles returns the titles in the plain part of a digest.
func titles(l mailtest.Letter) []string {
	plain, _, _ := strings.Cut(string(l.Body), "text/html")
	var list []string
	for _, m := range titleForm.FindAllStringSubmatch(plain, -1) {
		list = append(list, strings.TrimSuffix(m[1], "\r"))
	}
	return list
}

func TestNothingIsMailedWithoutAConfirmation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.put(monday, newPaper("One", 5))
		a := address(t, "reader@university.example")
		if err := h.digests.Subscribe(t.Context(), a, digest.Standard(), from); err != nil {
			t.Fatal(err)
		}
		h.outbox.Flush(t.Context())
		asked := h.server.Letters()
		if len(asked) != 1 || !strings.Contains(string(asked[0].Body), "/mail/confirm?t=") {
			t.Fatalf("the owner got %v", asked)
		}
		h.at(monday.AddDate(0, 0, 1))
		if got := h.run(); len(got) != 0 {
			t.Error("a digest went to an address that nobody confirmed")
		}
		link := regexp.MustCompile(`https://\S+confirm\?t=\S+`).FindString(strings.ReplaceAll(string(asked[0].Body), "=\r\n", ""))
		u, err := url.Parse(strings.ReplaceAll(link, "=3D", "="))
		if err != nil {
			t.Fatal(err)
		}
		id, err := h.digests.Open(u.Query().Get("t"), digest.ActConfirm)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.digests.Confirm(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		h.at(monday.AddDate(0, 0, 2))
		if got := h.run(); len(got) != 1 {
			t.Errorf("%d digests arrived, want 1", len(got))
		}
	})
}

// TestAskingTellsTheOwnerAlone: three mails a day at most, and every way of asking
// returns the same.
func TestAskingTellsTheOwnerAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.subscribe("known@university.example", digest.Standard())
		for range 6 {
			for _, to := range []string{"known@university.example", "unknown@university.example"} {
				if err := h.digests.Subscribe(t.Context(), address(t, to), digest.Standard(), from); err != nil {
					t.Fatalf("%s: %v", to, err)
				}
			}
		}
		h.outbox.Flush(t.Context())
		mails := map[string]int{}
		for _, l := range h.server.Letters() {
			mails[l.To]++
		}
		if mails["known@university.example"] != 3 || mails["unknown@university.example"] != 3 {
			t.Errorf("mails: %v", mails)
		}
		h.at(monday.AddDate(0, 0, 2))
		for i := range 50 {
			if err := h.digests.Subscribe(t.Context(), address(t, fmt.Sprintf("r%d@other.example", i)), digest.Standard(), from); err != nil {
				t.Fatal(err)
			}
		}
		before := len(h.server.Letters())
		h.outbox.Flush(t.Context())
		if n := len(h.server.Letters()) - before; n != 30 {
			t.Errorf("one network had %d mails sent in a day", n)
		}
	})
}

func TestNothingTwiceAndNothingBetween(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		all := digest.Standard()
		all.Size = 0
		one, two := newPaper("One", 5), newPaper("Two", 3)
		h.put(monday, one, two)
		sub := h.subscribe("reader@university.example", all)
		h.at(monday.AddDate(0, 0, 1).Add(3 * time.Hour))
		got := h.run()
		if len(got) != 1 || strings.Join(titles(got[0]), " ") != "One Two" {
			t.Fatalf("the first mail has %v", got)
		}
		// The day's paper comes in, then a new version and another identifier of an old one.
		tuesday := h.clock()
		old := newPaper("Two", 9)
		old.Identifiers = two.Identifiers
		three := newPaper("Three", 1)
		h.put(tuesday, three)
		again := *old
		again.Revised, again.Versions = tuesday, []paper.Version{{N: 2, At: tuesday}}
		again.Identifiers = append([]paper.Identifier{{Scheme: paper.DOI, Value: "10.1000/182"}}, old.Identifiers...)
		h.put(tuesday, &again)
		weekly := all
		weekly.Cadence = digest.Cadence{Every: digest.Weekly, Days: []time.Weekday{time.Thursday}, Hour: 9, Zone: "Europe/Stockholm"}
		if _, err := h.digests.Change(t.Context(), sub.ID, weekly); err != nil {
			t.Fatal(err)
		}
		h.at(monday.AddDate(0, 0, 3).Add(10 * time.Hour))
		if got = h.run(); len(got) != 1 || strings.Join(titles(got[0]), " ") != "Three" {
			t.Fatalf("the second mail has %v", titles(got[0]))
		}
		// Two records turn out to be one paper that was sent.
		twin := newPaper("One, under another name", 50)
		h.put(h.clock(), twin)
		if err := d.Transact(t.Context(), func(tx *db.Tx) error {
			return h.papers.Merge(t.Context(), tx, h.clock(), twin.ID, one.ID)
		}); err != nil {
			t.Fatal(err)
		}
		h.catchUp()
		h.at(monday.AddDate(0, 0, 10).Add(10 * time.Hour))
		if got = h.run(); len(got) != 0 {
			t.Errorf("a paper that was sent came again after a merge: %v", titles(got[0]))
		}
	})
}

func TestLeavingIsForGood(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.put(monday, newPaper("One", 5))
		sub := h.subscribe("reader@university.example", digest.Standard())
		for range 2 {
			if err := h.digests.Leave(t.Context(), sub.ID); err != nil {
				t.Fatal(err)
			}
		}
		h.at(monday.AddDate(0, 0, 1).Add(3 * time.Hour))
		if got := h.run(); len(got) != 0 {
			t.Error("a digest went to a reader who had left")
		}
		for _, table := range []string{"subscription", "suppression", "outbox"} {
			rows, err := d.Query(t.Context(), `SELECT count(*) FROM `+table+` WHERE CAST(hash AS TEXT) LIKE '%university%'`)
			if table != "outbox" && err != nil {
				t.Fatal(err)
			}
			if err == nil {
				for rows.Next() {
					var n int
					if rows.Scan(&n); n != 0 {
						t.Errorf("%s still names the address", table)
					}
				}
				rows.Close()
			}
		}
		if held, err := h.digests.Find(t.Context(), sub.Address); err != nil || held != nil {
			t.Errorf("the address is still held: %v, %v", held, err)
		}
		if r, err := h.outbox.Suppressed(t.Context(), d, sub.Address); err != nil || r != outbox.Left {
			t.Errorf("the address is %q, %v", r, err)
		}
		h.subscribe("reader@university.example", digest.Standard()) // the owner may come back
		h.at(monday.AddDate(0, 0, 2).Add(3 * time.Hour))
		if got := h.run(); len(got) != 1 {
			t.Error("a reader who came back got nothing")
		}
	})
}

func TestFarewellByMail(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		h.put(monday, newPaper("One", 5))
		for i, c := range []struct {
			header, subject, text string
			left                  bool
		}{
			{"Reply-To", "Re: Broadsheet", "Stop!\n\n> old text", true},
			{"Reply-To", "unsubscribe", "", true},
			{"Reply-To", "Re: Broadsheet", "I like it. Never stop", false},
			{"Reply-To", "Re: Broadsheet", "> unsubscribe\nno", false},
			{"List-Unsubscribe", "anything", "anything", true},
		} {
			h.at(monday)
			sub := h.subscribe(fmt.Sprintf("r%d@university.example", i), digest.Standard())
			h.at(monday.AddDate(0, 0, 1).Add(3 * time.Hour))
			got := h.run()
			if len(got) != 1 {
				t.Fatalf("%d digests", len(got))
			}
			to := regexp.MustCompile(`(?:reply|leave)\+[a-z0-9-]+@papers.example`).FindAllString(string(got[0].Body), -1)
			pick := to[0]
			for _, a := range to {
				if strings.HasPrefix(a, "leave") == (c.header == "List-Unsubscribe") {
					pick = a
				}
			}
			if _, err := h.digests.Heard(t.Context(), pick, c.subject, c.text); err != nil {
				t.Fatal(err)
			}
			if _, err := h.digests.Get(t.Context(), sub.ID); fault.Is(err, fault.KindMissing) != c.left {
				t.Errorf("%q, %q: %v", c.subject, c.text, err)
			}
		}
	})
}

func TestPausingKeepsWhatComesIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		sub := h.subscribe("reader@university.example", digest.Standard())
		if _, err := h.digests.Pause(t.Context(), sub.ID, monday.AddDate(0, 0, 7)); err != nil {
			t.Fatal(err)
		}
		h.put(monday, newPaper("In the pause", 5))
		for day := 1; day < 7; day++ {
			h.at(monday.AddDate(0, 0, day).Add(5 * time.Hour))
			if got := h.run(); len(got) != 0 {
				t.Errorf("a mail came on day %d of a pause", day)
			}
		}
		h.at(monday.AddDate(0, 0, 7).Add(5 * time.Hour))
		if got := h.run(); len(got) != 1 || strings.Join(titles(got[0]), "") != "In the pause" {
			t.Errorf("after the pause: %v", got)
		}
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		token := h.digests.Token(digest.ActStop, 77, time.Time{})
		if id, err := h.digests.Open(token, digest.ActStop); err != nil || id != 77 {
			t.Errorf("%d, %v", id, err)
		}
		for _, bad := range []string{"", "a", token[:len(token)-1], token + "a", token[:len(token)-3] + "aaa", strings.Repeat("a", 200), "é"} {
			if _, err := h.digests.Open(bad, digest.ActStop); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if _, err := h.digests.Open(token, digest.ActChange, digest.ActConfirm); err == nil {
			t.Error("a link to unsubscribe opens the settings")
		}
		old := h.digests.Token(digest.ActConfirm, 5, h.clock().Add(time.Hour))
		h.at(h.clock().Add(2 * time.Hour))
		if _, err := h.digests.Open(old, digest.ActConfirm); err == nil {
			t.Error("a link opens after its end")
		}
	})
}
