package server

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/paper"
	"broadsheet/search/opensearch"
)

// TestTheSearchHangs: while the search cluster takes every call and answers none, pages
// and votes are answered as ever, and the search says that it is away. Those who ask
// something else do not wait for the one who searches.
func TestTheSearchHangs(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	asked := make(chan struct{}, 1000)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				conn.Read(make([]byte, 1))
				asked <- struct{}{}
				io.Copy(io.Discard, conn)
			}()
		}
	}()
	h := openHouse(t, func(c *Config) {
		c.OpenSearch = opensearch.Config{Nodes: []string{"http://" + l.Addr().String()}, Name: "hangs"}
		c.Account.Join = account.Anyone
	})
	p := &paper.Paper{Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: "2604.00001"}}, Title: "T", Form: paper.TeX}
	if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		_, err := h.Papers.Put(t.Context(), tx, "test", time.Now(), p)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	session := "session=" + accounttest.SignIn(t, h.Accounts, accounttest.Create(t, h.Accounts, h.DB, "ada", account.Reader))
	ask := func(method, path string) (int, string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, path, strings.NewReader(""))
		r.Header.Set("Cookie", session)
		h.Handler().ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	searched := make(chan string, 1)
	go func() {
		_, said := ask("GET", "/papers?q=anything")
		searched <- said
	}()
	<-asked // it waits now
	for _, r := range []struct{ method, path string }{{"POST", "/api/papers/2604.00001/upvote"}, {"GET", "/"}, {"GET", "/archive"}, {"GET", "/papers/2604.00001"}, {"DELETE", "/api/papers/2604.00001/upvote"}} {
		if code, body := ask(r.method, r.path); code != http.StatusOK {
			t.Errorf("%s %s: %d\n%.500s", r.method, r.path, code, body)
		}
	}
	select {
	case <-searched:
		t.Error("the others waited for as long as the search")
	default:
		if said := <-searched; !strings.Contains(said, "The search cannot be reached at the moment") {
			t.Errorf("the search says:\n%.500s", said)
		}
	}
}
