package syndicate_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/syndicate"
	"broadsheet/web/webtest"
)

// TestHubIsTold puts papers into an edition and looks what a hub hears: once of each
// feed, again after it was out of order, and nothing while nothing is new.
func TestHubIsTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var heard []string
		down := false
		hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if down {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			if r.PostFormValue("hub.mode") != "publish" || r.PostFormValue("hub.topic") != r.PostFormValue("hub.url") {
				t.Errorf("the hub hears %v", r.PostForm)
			}
			heard = append(heard, strings.TrimPrefix(r.PostFormValue("hub.url"), "https://broadsheet.example"))
			w.WriteHeader(http.StatusNoContent)
		}))
		defer hub.Close()
		papers := paper.NewStore(d)
		editions := edition.NewStore(papers, edition.Settings{})
		h := &syndicate.Hub{URL: hub.URL, Base: "https://broadsheet.example", Client: hub.Client(), DB: d, Now: time.Now}
		tell := func(want int, fails bool) {
			t.Helper()
			heard = nil
			n, err := h.Tell(t.Context())
			if (err != nil) != fails || len(heard) != want || !fails && n != want {
				t.Errorf("told %d, %v; the hub heard %v, want %d", n, err, heard, want)
			}
		}
		put := func(list ...*paper.Paper) {
			t.Helper()
			if err := d.Transact(t.Context(), func(tx *db.Tx) error {
				_, err := papers.Put(t.Context(), tx, "upstream", webtest.Now(), list...)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := editions.Update(t.Context(), webtest.Now(), 1000); err != nil {
				t.Fatal(err)
			}
		}
		tell(0, false)
		list := webtest.Papers(3, webtest.Now())
		for _, p := range list {
			p.ID, p.Key = 0, ""
		}
		put(list[0]) // which stands in no edition
		tell(0, false)
		list[1].Featured = &paper.Feature{Source: "upstream", At: webtest.Now()}
		put(list[1])
		down = true
		tell(0, true)
		down = false
		tell(6, false)
		for _, want := range []string{"/feed/papers.atom", "/feed/editions.json"} {
			if !strings.Contains(strings.Join(heard, " ")+" ", want+" ") {
				t.Errorf("the hub did not hear of %s: %v", want, heard)
			}
		}
		tell(0, false)
	})
}
