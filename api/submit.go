package api

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"broadsheet/account"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/paper"
)

// mountSubmit adds what puts papers in, as the upstream's clients do.
func (a *API) mountSubmit() {
	a.route("POST /api/papers/submit", account.Submit, a.personal(a.submit))
	a.route("POST /api/papers/index", account.Submit, a.personal(a.index))
}

// submission is the body of either: paperId and arxivId as upstream names them, and in
// their place url for anything else that names a paper.
type submission struct {
	PaperID     string   `json:"paperId"`
	ArXivID     string   `json:"arxivId"`
	URL         string   `json:"url"`
	Comment     string   `json:"comment"` // why it should be read
	MediaURLs   []string `json:"mediaUrls"`
	GitHubRepo  string   `json:"githubRepo"`
	ProjectPage string   `json:"projectPage"`
	DataURL     string   `json:"dataUrl"` // ours
}

// submitted reads which paper is named, and finds it.
func (a *API) submitted(ctx context.Context, v *account.Viewer, r *http.Request) (*submission, *paper.Paper, error) {
	const most = 64 << 10
	var s submission
	body := http.MaxBytesReader(nil, r.Body, most)
	err := json.NewDecoder(body).Decode(&s)
	name := cmp.Or(s.PaperID, s.ArXivID, s.URL)
	if err != nil || name == "" {
		return nil, nil, fault.Invalid(`The body is JSON: {"paperId": "2604.05015"}, or {"url": "an address of the paper"}.`)
	}
	io.Copy(io.Discard, body)
	p, err := a.Lookup.Find(ctx, v.ID, name)
	return &s, p, err
}

// submit puts a paper in, and says what becomes of it: id, state (waiting or printed)
// and the edition for which it waits or in which it stands.
func (a *API) submit(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	s, p, err := a.submitted(ctx, v, r)
	if err != nil {
		return answer{}, err
	}
	e := edition.Entry{Paper: p, By: edition.Submitter{Account: v.ID, Handle: v.Handle, Role: v.Role}, Note: s.Comment}
	for _, l := range append([]paper.Link{{Kind: paper.Code, URL: s.GitHubRepo}, {Kind: paper.Project, URL: s.ProjectPage}, {Kind: paper.Data, URL: s.DataURL}}, media(s.MediaURLs)...) {
		if l.URL != "" {
			e.Links = append(e.Links, l)
		}
	}
	x, err := a.Editions.Submit(ctx, a.Now(), e)
	if err != nil {
		return answer{}, err
	}
	held, err := a.papers.List(ctx, a.papers.DB(), []int64{x.Paper})
	if err != nil {
		return answer{}, err
	}
	var o object
	o.set("success", true)
	for _, p := range held {
		o.set("id", p.Key)
	}
	o.set("state", x.State)
	o.set("edition", x.Day)
	return answer{status: http.StatusCreated, body: mustMarshal(o)}, nil
}

func media(addresses []string) []paper.Link {
	var list []paper.Link
	for _, address := range addresses {
		list = append(list, paper.Link{Kind: paper.Media, URL: address})
	}
	return list
}

// index takes a paper into the record, into no edition. Its answer is empty, as
// upstream's is.
func (a *API) index(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	_, p, err := a.submitted(ctx, v, r)
	if err != nil {
		return answer{}, err
	}
	_, err = a.Editions.Hold(ctx, a.Now(), p)
	return answer{body: []byte("{}")}, err
}
