package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	"broadsheet/db"
	"broadsheet/paper"
	"broadsheet/web/webtest"
)

// modelHouse is a house with two editions, found by words.
func modelHouse(t *testing.T) *House {
	t.Helper()
	h := openHouse(t, func(c *Config) { c.Index = t.TempDir() })
	for _, day := range []time.Time{time.Date(2026, 4, 13, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 14, 0, 0, 0, 0, time.UTC)} {
		papers := webtest.Papers(6, day)
		for _, p := range papers {
			p.ID, p.Key, p.Featured = 0, "", &paper.Feature{Source: "upstream", At: day.Add(time.Hour), Submitter: "ada"}
		}
		if err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
			_, err := h.Papers.Put(t.Context(), tx, "upstream", day, papers...)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n := 1; n > 0; {
		var err error
		if n, err = h.Search.Update(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// withToken sends a token along.
type withToken string

func (t withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if t != "" {
		r.Header.Set("Authorization", "Bearer "+string(t))
	}
	return http.DefaultTransport.RoundTrip(r)
}

func connect(t *testing.T, address, token string) *sdk.ClientSession {
	t.Helper()
	c := sdk.NewClient(&sdk.Implementation{Name: "a test", Version: "1"}, nil)
	s, err := c.Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: address + "/mcp", HTTPClient: &http.Client{Transport: withToken(token)}, DisableStandaloneSSE: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func call(t *testing.T, s *sdk.ClientSession, tool string, with map[string]any) (string, bool) {
	t.Helper()
	r, err := s.CallTool(context.WithoutCancel(t.Context()), &sdk.CallToolParams{Name: tool, Arguments: with})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	var words string
	for _, c := range r.Content {
		if x, ok := c.(*sdk.TextContent); ok {
			words += x.Text
		}
	}
	return words, r.IsError
}

// TestModelsRead asks as a model does for a visitor: tools, resources, prompts.
func TestModelsRead(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(modelHouse(t).Handler())
	defer server.Close()
	s := connect(t, server.URL, "")
	for _, c := range []struct {
		tool string
		with map[string]any
		has  string
	}{
		{"search_papers", map[string]any{"query": "category:cs.LG", "by": "words", "limit": 2}, "2 of 12 are shown"},
		{"search_papers", map[string]any{"query": "nothingofthesort"}, "No paper"},
		{"read_paper", map[string]any{"id": "2604.14000"}, "## Abstract"},
		{"get_edition", map[string]any{}, "Tuesday 14 April 2026, No. 2"},
		{"get_edition", map[string]any{"date": "2026-04-13", "limit": 1}, "1 of 6 are shown"},
		{"get_edition", map[string]any{"week": "2026-W16"}, "12 papers from"},
		{"get_edition", map[string]any{"month": "2026-04"}, "12 papers from"},
		{"trending_papers", map[string]any{"window": "day"}, "# Trending"},
		{"similar_papers", map[string]any{"text": "averages that arrive late", "limit": 3}, "1. **"},
		{"compare_dates", map[string]any{"date": "2026-04-13", "other_date": "2026-04-14"}, "## 2026-04-14: 6 papers"},
		{"compare_dates", map[string]any{"date": "2026-04", "other_date": "2026-04-14"}, "## 2026-04: 12 papers\n\nMore than on 2026-04-14: "},
	} {
		if words, wrong := call(t, s, c.tool, c.with); wrong || !strings.Contains(words, c.has) || len(words) > 6000 {
			t.Errorf("%s %v (error %t) has no %q:\n%s", c.tool, c.with, wrong, c.has, words)
		}
	}
	for tool, with := range map[string]map[string]any{"read_paper": {"id": "2604.99999"}, "get_edition": {"date": "14.4.2026"}, "search_papers": {"query": "x", "by": "smell"}} {
		if words, wrong := call(t, s, tool, with); !wrong || words == "" {
			t.Errorf("%s %v is answered with %q", tool, with, words)
		}
	}
	for uri, has := range map[string]string{"broadsheet://edition/today": "No. 2", "broadsheet://edition/2026-04-13": "No. 1", "broadsheet://paper/2604.14000": "## Abstract", "broadsheet://trending/week": "# Trending"} {
		r, err := s.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: uri})
		if err != nil || len(r.Contents) != 1 || r.Contents[0].URI != uri || !strings.Contains(r.Contents[0].Text, has) {
			t.Errorf("%s: %v, %+v", uri, err, r)
		}
	}
	if _, err := s.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: "broadsheet://paper/2604.99999"}); err == nil {
		t.Error("a paper that is not here is read")
	}
	for name, with := range map[string]map[string]string{"whats_new": {"subject": "category:cs.LG"}, "todays_paper": nil, "related_work": {"id": "2604.14000"}} {
		p, err := s.GetPrompt(t.Context(), &sdk.GetPromptParams{Name: name, Arguments: with})
		if err != nil || len(p.Messages) != 1 || !strings.Contains(p.Messages[0].Content.(*sdk.TextContent).Text, "2604.1") {
			t.Errorf("the prompt %s: %v, %+v", name, err, p)
		}
	}
}

// TestModelsAct votes and saves with tokens of several scopes; a visitor's model is not
// offered it.
func TestModelsAct(t *testing.T) {
	t.Parallel()
	h := modelHouse(t)
	server := httptest.NewServer(h.Handler())
	defer server.Close()
	ada := accounttest.Create(t, h.Accounts, h.DB, "ada", account.Reader)
	token := func(scopes ...account.Scope) string {
		secret, err := h.Accounts.MakeToken(t.Context(), ada.ID, "a model", scopes, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	tools, err := connect(t, server.URL, "").ListTools(t.Context(), nil)
	if err != nil || len(tools.Tools) != 6 {
		t.Fatalf("a visitor's tools: %v, %v", tools, err)
	}
	may := connect(t, server.URL, token(account.ScopeRead, account.ScopeVote, account.ScopeWrite))
	for _, c := range []struct {
		tool string
		with map[string]any
		has  string
	}{
		{"vote_paper", map[string]any{"id": "2604.14000"}, "is among them: true"},
		{"save_paper", map[string]any{"id": "2604.14000", "note": "for Thursday"}, "is saved"},
		{"list_saved", map[string]any{}, "for Thursday"},
		{"save_paper", map[string]any{"id": "2604.14000", "remove": true}, "not saved any more"},
		{"vote_paper", map[string]any{"id": "2604.14000", "take_back": true}, "is among them: false"},
	} {
		if words, wrong := call(t, may, c.tool, c.with); wrong || !strings.Contains(words, c.has) {
			t.Errorf("%s %v (error %t) has no %q: %s", c.tool, c.with, wrong, c.has, words)
		}
	}
	if words, wrong := call(t, connect(t, server.URL, token(account.ScopeRead)), "vote_paper", map[string]any{"id": "2604.14000"}); !wrong || !strings.Contains(words, "scope") {
		t.Errorf("a vote with a token for reading: %s", words)
	}
	r, _ := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/mcp", strings.NewReader("{}"))
	r.Header.Set("Authorization", "Bearer bs_nothing")
	if res, err := http.DefaultClient.Do(r); err != nil || res.StatusCode != 401 {
		t.Errorf("a token that opens nothing: %v, %v", res, err)
	}
}
