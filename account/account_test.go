package account_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/fault"
)

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 4, 14, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// ask sends a request through Recognise and returns who was recognised, and what
// came back.
func ask(t *testing.T, s *account.Store, header ...string) (*account.Viewer, *httptest.ResponseRecorder) {
	t.Helper()
	var got *account.Viewer
	inner := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = account.From(r.Context()) })
	fail := func(w http.ResponseWriter, _ *http.Request, err error) { w.WriteHeader(fault.KindOf(err).Status()) }
	r := httptest.NewRequest("GET", "/", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Recognise(inner, func(*http.Request) bool { return false }, fail).ServeHTTP(w, r)
	return got, w
}

func TestSessions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := t.Context(), newClock()
		s := account.NewStore(d, account.Settings{}, c.now, nil)
		ada := accounttest.Create(t, s, d, "ada", account.Reader)
		bo := accounttest.Create(t, s, d, "bo", account.Desk)
		one, two := accounttest.SignIn(t, s, ada), accounttest.SignIn(t, s, ada)

		if v, _ := ask(t, s, "Cookie", "theme=dark; session="+one); v == nil || v.ID != ada.ID || v.Role != account.Reader || v.Session == nil || v.Token != nil {
			t.Fatalf("the session of ada is that of %+v", v)
		}
		for _, cookie := range []string{"session=", "session=" + one[1:], "session=x", "other=" + one} {
			if v, w := ask(t, s, "Cookie", cookie); v != nil || w.Code != 200 {
				t.Errorf("%q opens %+v, status %d", cookie, v, w.Code)
			}
		}
		var held int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM session WHERE hash = $1`, []byte(one)).Scan(&held); err != nil || held != 0 {
			t.Errorf("the secret itself is held: %d, %v", held, err)
		}

		// A session lives as long as it is visited.
		for range 3 {
			c.pass(20 * 24 * time.Hour)
			if v, _ := ask(t, s, "Cookie", "session="+one); v == nil {
				t.Fatal("a session that is visited has ended")
			}
		}
		if v, _ := ask(t, s, "Cookie", "session="+two); v != nil {
			t.Error("a session lives after 60 days without a visit")
		}

		three := accounttest.SignIn(t, s, ada)
		list, err := s.Sessions(ctx, ada.ID)
		if err != nil || len(list) != 2 {
			t.Fatalf("sessions %+v, %v", list, err)
		}
		if err := s.EndSession(ctx, bo.ID, list[0].ID); !fault.Is(err, fault.KindMissing) {
			t.Errorf("bo ended a session of ada: %v", err)
		}
		v, _ := ask(t, s, "Cookie", "session="+three)
		if err := s.EndSessions(ctx, ada.ID, v.Session.ID); err != nil {
			t.Fatal(err)
		}
		if v, _ := ask(t, s, "Cookie", "session="+one); v != nil {
			t.Error("an ended session opens")
		}
		if err := s.EndSession(ctx, ada.ID, v.Session.ID); err != nil {
			t.Fatal(err)
		}
		if v, _ := ask(t, s, "Cookie", "session="+three); v != nil {
			t.Error("an ended session opens")
		}
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := t.Context(), newClock()
		s := account.NewStore(d, account.Settings{}, c.now, nil)
		ada := accounttest.Create(t, s, d, "ada", account.Reader)
		secret, err := s.MakeToken(ctx, ada.ID, " a  script ", []account.Scope{account.ScopeVote, account.ScopeRead, account.ScopeVote}, 30*24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		c.pass(time.Hour)
		v, _ := ask(t, s, "Authorization", "Bearer "+secret)
		if v == nil || v.ID != ada.ID || v.Token == nil || v.Session != nil || v.Token.Name != "a script" || len(v.Token.Scopes) != 2 {
			t.Fatalf("the token stands for %+v", v)
		}
		list, err := s.Tokens(ctx, ada.ID)
		if err != nil || len(list) != 1 || !list[0].Used.Equal(c.now()) {
			t.Errorf("tokens %+v, %v", list, err)
		}
		if v, _ := ask(t, s, "Authorization", "bearer "+secret); v == nil {
			t.Error("a scheme in small letters is not understood")
		}
		for bearer, status := range map[string]int{"Bearer bs_nothing": 401, "Bearer hf_of_another_place": 200, "Basic YWRhOng=": 200, "Bearer " + secret + "x": 401} {
			if v, w := ask(t, s, "Authorization", bearer); v != nil || w.Code != status {
				t.Errorf("%q: %+v, status %d, want %d", bearer, v, w.Code, status)
			}
		}
		c.pass(30 * 24 * time.Hour)
		if v, w := ask(t, s, "Authorization", "Bearer "+secret); v != nil || w.Code != 401 {
			t.Error("a token outlives its end")
		}
		if err := s.RevokeToken(ctx, ada.ID, list[0].ID); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []struct {
			name   string
			scopes []account.Scope
			life   time.Duration
		}{{"", account.Scopes(), time.Hour}, {"x", nil, time.Hour}, {"x", []account.Scope{"all"}, time.Hour}, {"x", account.Scopes(), 1000 * 24 * time.Hour}} {
			if _, err := s.MakeToken(ctx, ada.ID, bad.name, bad.scopes, bad.life); !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

func TestHandles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ada": "ada", "Ada Lovelace": "ada-lovelace", "möller.frieda": "moller-frieda", "李": "reader", "": "reader", "--x--": "reader",
		"42answers": "answers", "<script>": "script", "a..b": "a-b", "Supercalifragilisticexpialidocious": "supercalifragilisticexpial",
	} {
		if got := account.HandleOf(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := account.NewStore(d, account.Settings{}, nil, nil)
		for i, want := range []string{"ada", "ada-2", "ada-3"} {
			var a *account.Account
			if err := d.Transact(t.Context(), func(tx *db.Tx) (err error) {
				a, err = s.Create(t.Context(), tx, account.Newcomer{Address: "ada@" + string(rune('a'+i)) + ".test"})
				return err
			}); err != nil || a.Handle != want {
				t.Errorf("the handle is %v, %v; want %s", a, err, want)
			}
		}
		if _, err := s.ByHandle(context.Background(), "Ada-2"); err != nil {
			t.Error(err)
		}
	})
}
