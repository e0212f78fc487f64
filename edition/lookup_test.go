package edition_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/fetch"
	"broadsheet/paper"
)

func TestIdentify(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2604.00001v2": "arXiv:2604.00001", "arxiv.org/pdf/2604.00001v1#page=3": "arXiv:2604.00001", "10.48550/arXiv.2604.00001": "arXiv:2604.00001",
		"https://doi.org/10.1000/X": "doi:10.1000/x", "openreview.net/forum?id=abcDEF123": "openreview:abcDEF123",
		"example.org/paper/7": "https://example.org/paper/7", "Example.org": "https://example.org", "https://huggingface.co/papers/2604.00001": "arXiv:2604.00001",
		"On the Title of a Paper": "", "transformers": "", "a@b.example": "", "\"a title.\"": "", "": "", "What is this?": "", "x.y z": "",
	} {
		id, ok := edition.Identify(in)
		if got := id.String(); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v", in, got, ok)
		}
	}
}

// TestLookup finds papers by everything that a reader may have.
func TestLookup(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := build(d, edition.Settings{})
		h.put(t, announced(1, "", "cs.LG"))
		tags := func(more ...string) string {
			return `<meta name="citation_title" content="On Pages"><meta name="citation_author" content="Lovelace, Ada"><meta name="citation_abstract" content="We say it."><meta name="citation_date" content="2026/4/1">` + strings.Join(more, "")
		}
		meta := func(name, content string) string {
			return fmt.Sprintf(`<meta name="%s" content="%s">`, name, content)
		}
		pages := map[string]string{
			"/10.1000/a":        tags(),
			"/10.1000/mute":     "<p>Buy it.",
			"/10.1000/preprint": strings.Replace(tags(meta("citation_arxiv_id", "2604.00002")), "On Pages", "t", 1),
			"/10.1000/liar":     tags(meta("citation_arxiv_id", "2604.00002")), // another title
			"/forum":            tags(),
			"/own":              tags(`<link rel=canonical href="https://elsewhere.example/own">`),
			"/knows-arxiv":      tags(meta("citation_arxiv_id", "2604.00002v3")),
			"/knows-held":       tags(meta("citation_doi", "10.48550/arXiv.2604.00001")),
			"/knows-doi":        tags(meta("citation_doi", "10.1000/A")),
			"/knows-no-doi":     tags(meta("citation_doi", "10.1000/none")),
			"/repository":       `<a href="https://arxiv.org/abs/2604.00002">paper</a>`,
			"/blog":             `<a href="https://arxiv.org/abs/2604.00002">one</a><a href="https://arxiv.org/abs/2604.00001">two</a>`,
			"/titled":           meta("citation_title", "No author"),
		}
		asked := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			body, ok := pages[r.URL.Path]
			if !ok {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, body)
		}))
		defer s.Close()
		accounts := account.NewStore(d, account.Settings{}, nil, nil)
		l := &edition.Lookup{
			Papers: h.papers, Accounts: accounts, Client: fetch.New(fetch.Config{Private: true}), DOI: s.URL, OpenReview: s.URL,
			ArXiv: func(_ context.Context, id string) (*paper.Paper, error) {
				if id == "2604.00002" {
					return announced(2, "", "cs.LG"), nil
				}
				return nil, fault.NotFound("arXiv has no %s.", id)
			},
		}
		for in, want := range map[string]string{
			"2604.00001":                       "2604.00001 T held",
			"arxiv.org/abs/2604.00002":         "arXiv:2604.00002 T",
			"2604.00003":                       "arXiv has no 2604.00003.",
			"10.1000/A":                        "doi:10.1000/a On Pages",
			"10.1000/preprint":                 "doi:10.1000/preprint arXiv:2604.00002 T",
			"10.1000/liar":                     "doi:10.1000/liar On Pages",
			"10.1000/mute":                     "does not say which paper",
			"10.1000/none":                     "answers 404",
			"openreview.net/forum?id=abcdef12": "openreview:abcdef12 On Pages",
			s.URL + "/own":                     s.URL + "/own On Pages", // not the address of another server that it gives itself
			s.URL + "/knows-arxiv":             "arXiv:2604.00002 T",
			s.URL + "/knows-held":              "2604.00001 T held",
			s.URL + "/knows-doi":               "doi:10.1000/a On Pages",
			s.URL + "/knows-no-doi":            "answers 404",
			s.URL + "/repository":              "arXiv:2604.00002 T",
			s.URL + "/blog":                    "names no arXiv identifier",
			s.URL + "/titled":                  "names no arXiv identifier",
			"a title":                          "is no identifier",
			"b77":                              "No paper here",
		} {
			p, err := l.Find(t.Context(), zed, in)
			got := fault.Message(err)
			if err == nil {
				var names []string
				for _, id := range p.Identifiers {
					names = append(names, id.String())
				}
				got = strings.Join(append(names, p.Title), " ")
				if p.ID != 0 {
					got = p.Key + " " + p.Title + " held"
				}
			}
			if got != want && (err == nil || !strings.Contains(got, want)) {
				t.Errorf("%s: %s (%v), want %s", in, got, err, want)
			}
		}
		before := asked
		if p, err := l.Find(t.Context(), zed, "doi:10.1000/a"); err != nil || p.Submitted.IsZero() || p.Authors[0].Family != "Lovelace" || p.Authority != paper.FromPage || asked != before {
			t.Errorf("what was found before: %+v, %v, %d questions more", p, err, asked-before)
		}
		replica := func() *edition.Lookup {
			return &edition.Lookup{Papers: h.papers, Accounts: accounts, Client: fetch.New(fetch.Config{})}
		}
		closed, other := replica(), replica()
		if _, err := closed.Find(t.Context(), zed, s.URL+"/own"); !fault.Is(err, fault.KindRefused) {
			t.Errorf("a page inside the network: %v", err)
		}
		for i := range 60 {
			l := closed
			if i%2 == 0 {
				l = other
			}
			if _, err := l.Find(t.Context(), ada, "2604.00009"); fault.Is(err, fault.KindOften) {
				t.Fatalf("lookup %d was too many", i+1)
			}
		}
		for _, l := range []*edition.Lookup{closed, other} {
			if _, err := l.Find(t.Context(), ada, "2604.00009"); !fault.Is(err, fault.KindOften) {
				t.Errorf("two replicas together looked up 61 papers: %v", err)
			}
		}
	})
}
