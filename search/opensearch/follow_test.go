package opensearch

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/search/lexical"
	"broadsheet/search/searchtest"
)

// counted is an encoder that counts what it encodes.
type counted struct {
	searchtest.Bags
	texts atomic.Int64
}

func (c *counted) EncodeAll(dst []float32, texts []string) []float32 {
	c.texts.Add(int64(len(texts)))
	return c.Bags.EncodeAll(dst, texts)
}

// library is a store of a few papers.
func library(t *testing.T) (*paper.Store, *edition.Store) {
	papers := paper.NewStore(dbtest.Open(t, dbtest.SQLite(t)))
	add(t, papers, 1, 20)
	return papers, edition.NewStore(papers, edition.Settings{Fill: edition.FillSubmitted})
}

func add(t *testing.T, papers *paper.Store, from, to int) {
	t.Helper()
	err := papers.DB().Transact(t.Context(), func(tx *db.Tx) error {
		for n := from; n <= to; n++ {
			if _, err := papers.Put(t.Context(), tx, "test", time.Now(), &paper.Paper{
				Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)}},
				Title:       fmt.Sprintf("Paper number%d", n), Abstract: "On sets.", Form: paper.TeX, Authority: paper.FromArXiv,
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func here(t *testing.T) Config {
	t.Helper()
	address := os.Getenv("BROADSHEET_TEST_OPENSEARCH")
	if address == "" {
		t.Skip("BROADSHEET_TEST_OPENSEARCH names no cluster")
	}
	return Config{Nodes: strings.Split(address, ","), Name: "test-" + strings.ToLower(rand.Text()[:12]), Shards: 1}
}

func opened(t *testing.T, c Config, m search.Encoder, papers *paper.Store, editions *edition.Store) *Papers {
	t.Helper()
	p, err := OpenPapers(t.Context(), c, m, editions, papers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.rests.Store(0)
		if err := p.Delete(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		p.Close()
	})
	return p
}

// settle follows the log to its end.
func settle(t *testing.T, p *Papers) {
	t.Helper()
	for _, step := range []func(context.Context, int) (int, error){p.Update, p.EncodeNext} {
		for n := 1; n > 0; {
			var err error
			if n, err = step(t.Context(), 100); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func finds(t *testing.T, p *Papers, text string) int {
	t.Helper()
	page, err := p.Find(t.Context(), search.Ask{Query: search.Parse(text), Mode: search.WordsOnly, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return len(page.List)
}

func TestLateBatchesDoNoHarm(t *testing.T) {
	t.Parallel()
	c := New(here(t), searchtest.Bags{})
	ctx := t.Context()
	want, name := c.wanted()
	t.Cleanup(func() { c.remove(context.WithoutCancel(ctx), name) })
	if err := c.create(ctx, name, want); err != nil {
		t.Fatal(err)
	}
	doc := func(title string) []search.Document { return []search.Document{{ID: 1, Title: title}} }
	steps := []struct {
		says string
		do   func() error
		tag  string // of the text whose vector there is; "" for none
		gone bool
	}{
		{"a document", func() error { return c.put(ctx, name, doc("new"), nil, 10, name) }, "", false},
		{"an older one", func() error { return c.put(ctx, name, doc("old"), nil, 5, name) }, "", false},
		{"its vector", func() error { return c.encode(ctx, name, doc("new")) }, "new", false},
		{"the same batch again", func() error { return c.put(ctx, name, doc("new"), nil, 10) }, "new", false},
		{"a newer one of the same text", func() error { return c.put(ctx, name, doc("new"), nil, 11, name) }, "new", false},
		{"it from one who knows no vector", func() error { return c.put(ctx, name, doc("new"), nil, 11) }, "new", false},
		{"one of another text", func() error { return c.put(ctx, name, doc("newer"), nil, 12, name) }, "", false},
		{"its end", func() error { return c.put(ctx, name, nil, []int64{1}, 14) }, "", true},
		{"a batch from before", func() error { return c.put(ctx, name, doc("newer"), nil, 13, name) }, "", true},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatalf("%s: %v", s.says, err)
		}
		have, err := c.get(ctx, name, []int64{1})
		if err != nil {
			t.Fatal(err)
		}
		h, there := have[1]
		if there == s.gone {
			t.Fatalf("after %s the document is there: %v", s.says, there)
		}
		switch {
		case s.tag == "" && h.Tag != nil, s.tag != "" && (h.Tag == nil || *h.Tag != *tagOf(s.tag + ". ") || len(h.Vector) == 0):
			t.Errorf("after %s it has the vector of %v", s.says, h.Tag)
		}
	}
	for _, seq := range []int64{7, 9, 8} {
		if err := c.advance(ctx, name, seq); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := c.cursor(ctx, name); at != 9 || err != nil {
		t.Errorf("the cursor stands at %d, %v; it goes back for nobody", at, err)
	}
}

func TestANewIndexIsFilledBesideTheOld(t *testing.T) {
	t.Parallel()
	c := here(t)
	papers, editions := library(t)
	m := &counted{}
	first := opened(t, c, m, papers, editions)
	settle(t, first)
	before, _, err := first.behind(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first.Close(); m.texts.Load() != 20 {
		t.Fatalf("%d texts were encoded", m.texts.Load())
	}
	c.Shards = 2
	second := opened(t, c, m, papers, editions)
	if _, err := second.Update(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	if n := finds(t, second, "sets"); n != 20 {
		t.Errorf("while the new index is filled, %d papers are found", n)
	}
	add(t, papers, 21, 21)
	for range 10 { // the alias moves when the indexes are looked at next
		second.looked = time.Time{}
		settle(t, second)
	}
	after, of, err := second.behind(t.Context())
	if err != nil || after == before || of.Shards != 2 {
		t.Fatalf("the alias leads to %s of %+v, %v; before to %s", after, of, err, before)
	}
	if _, err := second.cursor(t.Context(), before); !missing(err) {
		t.Errorf("the old index is still there: %v", err)
	}
	if n := finds(t, second, "sets"); n != 21 {
		t.Errorf("the new index finds %d papers, want 21", n)
	}
	if n := m.texts.Load(); n > 22 { // the new paper's in both indexes
		t.Errorf("%d texts were encoded: the vectors were not taken over", n)
	}
}

func TestAnIndexOfAnotherDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	c := here(t)
	papers, editions := library(t)
	first := opened(t, c, nil, papers, editions)
	settle(t, first)
	otherPapers, otherEditions := library(t)
	other, err := OpenPapers(t.Context(), c, nil, otherEditions, otherPapers)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Update(t.Context(), 10); !fault.Is(err, fault.KindClash) {
		t.Errorf("the index of another database: %v", err)
	}
	if _, err := other.Find(t.Context(), search.Ask{Query: search.Parse("sets"), Limit: 1}); !fault.Is(err, fault.KindClash) {
		t.Errorf("a question to it: %v", err)
	}
	// An older copy of the database was put back: its log ends before the index.
	_, name := first.wanted()
	if err := first.advance(t.Context(), name, 1_000_000); err != nil {
		t.Fatal(err)
	}
	first.looked = time.Time{}
	if _, err := first.Update(t.Context(), 10); err == nil {
		t.Error("an index that is ahead of its database goes on")
	}
	settle(t, first)
	if n := finds(t, first, "sets"); n != 20 {
		t.Errorf("made anew, the index finds %d", n)
	}
}

func TestOneProcessWrites(t *testing.T) {
	t.Parallel()
	c := here(t)
	papers, editions := library(t)
	first, second := opened(t, c, nil, papers, editions), opened(t, c, nil, papers, editions)
	settle(t, first)
	add(t, papers, 21, 22)
	if n, err := second.Update(t.Context(), 10); n != 0 || err != nil {
		t.Errorf("the second process took %d changes, %v", n, err)
	}
	first.Close() // gives the lease up
	second.tried = time.Time{}
	settle(t, second)
	if n := finds(t, second, "sets"); n != 22 {
		t.Errorf("after the first process ended, %d papers are found", n)
	}
}

// TestTheClusterGoesAndComes: while no node answers, questions are refused at once with a
// sentence; then all is caught up.
func TestTheClusterGoesAndComes(t *testing.T) {
	t.Parallel()
	c := here(t)
	target, err := url.Parse(c.Nodes[0])
	if err != nil {
		t.Fatal(err)
	}
	var away atomic.Bool
	through := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			panic(http.ErrAbortHandler) // the connection breaks
		}
		through.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	c.Nodes = []string{proxy.URL}
	papers, editions := library(t)
	p := opened(t, c, nil, papers, editions)
	settle(t, p)
	t.Cleanup(func() { away.Store(false) })

	away.Store(true)
	add(t, papers, 21, 25)
	if _, err := p.Update(t.Context(), 10); err == nil {
		t.Error("the changes were taken by nobody")
	}
	_, err = p.Find(t.Context(), search.Ask{Query: search.Parse("sets"), Limit: 1})
	if !fault.Is(err, fault.KindBusy) || !strings.Contains(fault.Message(err), "cannot be reached") {
		t.Errorf("a question to a cluster that is away: %v", err)
	}
	away.Store(false)
	p.rests.Store(0)
	settle(t, p)
	if n := finds(t, p, "sets"); n != 25 {
		t.Errorf("after the cluster came back %d papers are found, want 25", n)
	}
}

// TestAFullClusterIsNotAway: one call that was refused for want of room stops no other.
func TestAFullClusterIsNotAway(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	full := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":{"type":"circuit_breaking_exception","reason":"Data too large"},"status":429}`)
	}))
	defer full.Close()
	c := New(Config{Nodes: []string{full.URL}, Name: "x"}, nil)
	for range 2 {
		if _, err := c.Version(t.Context()); !fault.Is(err, fault.KindBusy) || !strings.Contains(err.Error(), "too large") {
			t.Errorf("a cluster without room: %v", err)
		}
	}
	if calls.Load() != 2 {
		t.Errorf("it was asked %d times, want twice", calls.Load())
	}
}

func TestNodesThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	good := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"version":{"number":"3.5.0","distribution":"opensearch"}}`)
	}))
	defer good.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	l.Close()
	c := New(Config{Nodes: []string{nobody, good.URL}, Name: "x"}, nil)
	if v, err := c.Version(t.Context()); v != "3.5.0" || err != nil {
		t.Errorf("with one node of two: %q, %v", v, err)
	}
	hangs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer hangs.Close()
	c = New(Config{Nodes: []string{hangs.URL}, Name: "x"}, nil)
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.Version(short); !fault.Is(err, fault.KindBusy) {
		t.Errorf("a node that hangs: %v", err)
	}
	began := time.Now()
	if _, err := c.Version(t.Context()); !fault.Is(err, fault.KindBusy) || time.Since(began) > askFor/2 {
		t.Errorf("right after, the next question waited %s: %v", time.Since(began), err)
	}
	for _, body := range []string{"", "{", `{"version":{"number":"1.3","distribution":"opensearch"}}`, `{"version":{"number":"8.0.0"}}`} {
		odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) }))
		if _, err := New(Config{Nodes: []string{odd.URL}, Name: "x"}, nil).unit(t.Context()); err == nil {
			t.Errorf("%q was taken for a cluster", body)
		}
		odd.Close()
	}
}

// FuzzTokens: what is sent of a text are the words of search/lexical, at their places.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{"", "k-NN graphs", "GPT-4 of $\\ell_1$", "a|b=c", "日本語 é ﬁ", "x\x1fy", "C++ 3.5-d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got []string
		for _, place := range strings.Fields(tokens(text)) {
			forms := strings.Split(place, "|")
			for i := 1; i < len(forms); i += 2 {
				if lexical.Stem(strings.TrimPrefix(forms[i], "=")) != forms[i-1] {
					t.Fatalf("%q is no stem of %q", forms[i-1], forms[i])
				}
				got = append(got, strings.TrimPrefix(forms[i], "="))
			}
		}
		var want []string
		for _, w := range lexical.Tokens(text) {
			want = append(want, w.Word)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q is sent as %q, want %q", text, got, want)
		}
	})
}
