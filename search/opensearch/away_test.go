package opensearch_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/fault"
	"broadsheet/search"
	"broadsheet/search/opensearch"
)

// hanging returns the address of a node that takes every call and answers none, as one
// does that is stopped and not dead, and how many it took.
func hanging(t *testing.T) (string, *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var taken atomic.Int32
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			taken.Add(1)
			go io.Copy(io.Discard, conn)
		}
	}()
	return "http://" + l.Addr().String(), &taken
}

var anything = search.Ask{Query: search.Parse("anything"), Limit: 20}

// TestNobodyWaitsForAClusterThatHangs: who asks while another waits for the answer goes by
// their own time, and once one has waited in vain the next ones are told so at once.
func TestNobodyWaitsForAClusterThatHangs(t *testing.T) {
	t.Parallel()
	node, taken := hanging(t)
	c := opensearch.New(opensearch.Config{Nodes: []string{node}, Name: "hangs"}, nil)
	defer c.Close()
	first := make(chan error, 1)
	go func() {
		_, err := c.Search(t.Context(), anything)
		first <- err
	}()
	for taken.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	brief, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Search(brief, anything); !fault.Is(err, fault.KindBusy) {
		t.Errorf("a question of 20 ms: %v", err)
	}
	select {
	case <-first:
		t.Error("a question of 20 ms waited for another's answer")
	default:
	}
	before := taken.Load()
	for range 1000 {
		if _, err := c.Search(t.Context(), anything); !fault.Is(err, fault.KindBusy) {
			t.Fatal(err)
		}
	}
	if n := taken.Load() - before; n > 50 { // once a second, for however long this takes
		t.Errorf("%d of 1,000 questions waited for a node that hangs", n)
	}
	if err := <-first; !fault.Is(err, fault.KindBusy) {
		t.Error(err)
	}
}

// TestANodeThatHangsIsAskedLast: the others answer for it.
func TestANodeThatHangsIsAskedLast(t *testing.T) {
	t.Parallel()
	node, _ := hanging(t)
	good := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			io.WriteString(w, `{"version":{"number":"3.5.0","distribution":"opensearch"}}`)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"error":{"type":"index_not_found_exception"}}`)
	}))
	defer good.Close()
	c := opensearch.New(opensearch.Config{Nodes: []string{node, good.URL}, Name: "hangs"}, nil)
	defer c.Close()
	brief, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Search(brief, anything); !fault.Is(err, fault.KindBusy) {
		t.Errorf("a question that a node took and did not answer: %v", err)
	}
	var said string
	for said == "" || strings.Contains(said, "cannot be reached") {
		_, err := c.Search(t.Context(), anything)
		said = fault.Message(err)
	}
	if said != "The search index is still being made." {
		t.Errorf("the other node was not asked: %s", said)
	}
}
