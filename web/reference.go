package web

import (
	"fmt"
	"net/http"
	"strings"

	"broadsheet/api"
)

// ReferencePage is the page that describes the API.
type ReferencePage struct {
	Page
	Base   string // of all its addresses
	Shown  []EndpointGroup
	All    []Endpoint
	Agents bool // there is a server of the Model Context Protocol
	Server string
}

func (*ReferencePage) template() string { return "api" }

// EndpointGroup is some of what the API can be asked for, at length.
type EndpointGroup struct {
	ID, Name, Note string
	Endpoints      []Endpoint
}

// Endpoint is something that the API can be asked for.
type Endpoint struct {
	ID, Method, Path string
	Summary, Says    []Phrase
	Parameters       []Told
	Scope            string // of the token; "" when none is needed
	Try, Answer      string
}

// Told is a parameter and what it is.
type Told struct {
	Name string
	Says []Phrase
}

// Phrase is a run of text, in the letters of code or not.
type Phrase struct {
	Text string
	Code bool
}

// phrases cuts a text at its backticks.
func phrases(s string) []Phrase {
	var list []Phrase
	for i, part := range strings.Split(s, "`") {
		if part != "" {
			list = append(list, Phrase{part, i%2 == 1})
		}
	}
	return list
}

// ReferencePageOf makes the page that describes the API.
func ReferencePageOf(s Site, r *api.Reference, agents bool) *ReferencePage {
	v := &ReferencePage{Page: s.page("API and agents", "reference"), Base: s.Base + "/api/v1", Server: s.Base, Agents: agents}
	v.describe(s, "/api", "website", "Everything a page shows, as data: the API, and the server for agents.")
	for _, g := range r.Groups {
		shown := EndpointGroup{ID: "g-" + strings.ToLower(strings.ReplaceAll(g.Name, " ", "-")), Name: g.Name, Note: g.Note}
		for _, o := range g.Operations {
			e := endpoint(s, o)
			if v.All = append(v.All, e); e.Try != "" {
				shown.Endpoints = append(shown.Endpoints, e)
			}
		}
		if len(shown.Endpoints) > 0 {
			v.Shown = append(v.Shown, shown)
		}
	}
	return v
}

func endpoint(s Site, o api.Operation) Endpoint {
	e := Endpoint{ID: o.ID, Method: o.Method, Path: strings.TrimPrefix(o.Path, "/api/v1"), Summary: phrases(o.Summary), Says: phrases(o.Says), Scope: o.Scope, Answer: o.Answer}
	if e.Path == "" {
		e.Path = "/"
	}
	if len(e.Says) == 0 {
		e.Says = append(phrases(o.Summary), Phrase{Text: "."})
	}
	for _, p := range o.Parameters {
		e.Parameters = append(e.Parameters, Told{p.Name, phrases(p.Says)})
	}
	if o.Try == "" {
		return e
	}
	what, body, _ := strings.Cut(o.Try, " ")
	e.Try = fmt.Sprintf(`curl "$B/%s"`, what)
	if o.Method != http.MethodGet {
		e.Try = fmt.Sprintf(`curl -X %s "$B/%s"`, o.Method, what)
	}
	if o.Scope != "" {
		e.Try += " \\\n     -H \"Authorization: Bearer $TOKEN\""
	}
	if body != "" {
		e.Try += " \\\n     --json '" + body + "'"
	}
	return e
}

// reference shows the description of the API.
func (h *Handler) reference(w http.ResponseWriter, r *http.Request) error {
	state := h.State()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	return h.show(w, r, askAgain, state, ReferencePageOf(site, h.Reference, h.Agents))
}
