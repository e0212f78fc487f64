package webtest

import (
	"broadsheet/api"
	"broadsheet/web"
)

func references() []Fixture {
	r := &api.Reference{Groups: []api.Group{
		{Name: "Reading", Note: "GET, no token", Operations: []api.Operation{
			{
				ID: "edition", Method: "GET", Path: "/api/v1/editions/{date}", Summary: "A day’s edition in its order", Says: "Each paper comes with its rank.", Try: "editions/today?limit=1",
				Answer: "{\n  \"date\": \"2026-04-14\", \"number\": 655\n}", Parameters: []api.Parameter{{Name: "date", Says: "`2026-04-14`, `today`, or `no-655`"}},
			},
			{ID: "week", Method: "GET", Path: "/api/v1/weeks/{week}", Summary: "A week"},
		}},
		{Name: "Acts", Note: "a token that may do it", Operations: []api.Operation{
			{ID: "write", Method: "POST", Path: "/api/v1/papers/{id}/comments", Summary: "Write a comment", Scope: "write", Try: `papers/2604.05015/comments {"body": "Well done."}`},
		}},
	}}
	site := Site("/api")
	site.API = true
	return []Fixture{{Name: "api", Says: "the API, described", View: web.ReferencePageOf(site, r, true)}}
}
