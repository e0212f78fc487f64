package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"broadsheet/paper"
)

// markdown returns a paper as Markdown.
func (a *API) markdown(ctx context.Context, r *request) (answer, error) {
	p, place, err := a.find(ctx, strings.TrimSuffix(r.id, ".md"))
	if err != nil {
		return answer{}, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", oneLine(plain(p, p.Title)))
	if names := authors(p); names != "" {
		fmt.Fprintf(&b, "%s\n\n", names)
	}
	fact := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- %s: %s\n", name, oneLine(value))
		}
	}
	for _, id := range p.Identifiers {
		if u := id.URL(); u != "" {
			fact(string(id.Scheme), fmt.Sprintf("[%s](%s)", id.Value, u))
		}
	}
	if !p.Submitted.IsZero() {
		fact("submitted", p.Submitted.UTC().Format(time.DateOnly))
	}
	fact("categories", strings.Join(p.Categories, ", "))
	if p.Organisation != nil {
		fact("organisation", p.Organisation.FullName)
	}
	for _, l := range p.Links {
		fact(string(l.Kind), l.URL)
	}
	if place != nil {
		fact("edition", fmt.Sprintf("[%s](%s/papers/date/%s)", place.Day, r.base, place.Day))
	}
	fact("votes", fmt.Sprint(p.Votes()))
	fact("page", r.base+"/papers/"+p.Key)
	heading := "Abstract"
	if p.AbstractBy != "" {
		heading = "Summary by " + p.AbstractBy
	}
	fmt.Fprintf(&b, "\n## %s\n\n%s\n", heading, oneLine(plain(p, p.Abstract)))
	return answer{kind: "text/markdown; charset=utf-8", body: []byte(b.String())}, nil
}

func authors(p *paper.Paper) string {
	names := make([]string, len(p.Authors))
	for i, a := range p.Authors {
		names[i] = a.Name
	}
	return oneLine(strings.Join(names, ", "))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
