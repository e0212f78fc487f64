package harvest

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
)

// item is an entry of a Hugging Face-compatible daily-papers answer, as far as it
// is understood. The shape grew from 2023 to 2026; whatever is not named here is
// kept with the item as received.
type item struct {
	Paper       itemPaper  `json:"paper"`
	PublishedAt itemTime   `json:"publishedAt"` // the paper's, shifted to US Eastern
	Title       string     `json:"title"`
	NumComments int        `json:"numComments"`
	SubmittedBy itemPerson `json:"submittedBy"`
	Thumbnail   string     `json:"thumbnail"`
	MediaURLs   []string   `json:"mediaUrls"`
}

type itemPaper struct {
	ID                 string            `json:"id"`
	Title              string            `json:"title"`
	Summary            string            `json:"summary"`
	Authors            []itemAuthor      `json:"authors"`
	PublishedAt        itemTime          `json:"publishedAt"`
	WithdrawnAt        itemTime          `json:"withdrawnAt"`
	SubmittedOnDailyAt itemTime          `json:"submittedOnDailyAt"`
	SubmittedOnDailyBy itemPerson        `json:"submittedOnDailyBy"`
	Upvotes            int               `json:"upvotes"`
	Keywords           []string          `json:"ai_keywords"`
	GitHub             string            `json:"githubRepo"`
	GitHubStars        int               `json:"githubStars"`
	ProjectPage        string            `json:"projectPage"`
	MediaURLs          []string          `json:"mediaUrls"`
	Organisation       *itemOrganisation `json:"organization"`
}

type itemAuthor struct {
	Name   string     `json:"name"`
	Hidden bool       `json:"hidden"`
	Status string     `json:"status"`
	User   itemPerson `json:"user"`
}

type itemPerson struct {
	User string `json:"user"`
	Name string `json:"name"`
}

func (p itemPerson) handle() string { return cmp.Or(p.User, p.Name) }

type itemOrganisation struct {
	Name     string `json:"name"`
	FullName string `json:"fullname"`
}

// itemTime is a time that may be absent, null or empty.
type itemTime struct{ time.Time }

func (t *itemTime) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil || s == nil || *s == "" {
		return err
	}
	at, err := parseTime(*s)
	t.Time = at
	return err
}

// parseTime reads a date, or a date and time, in the forms that the sources use.
func parseTime(s string) (time.Time, error) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, time.DateOnly, "Mon, 2 Jan 2006 15:04:05 MST"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.Invalid("%q is no time; write it as 2026-04-14 or 2026-04-14T09:30:00Z.", s)
}

// paper returns what the item says. source is the name of the upstream, read the
// time of reading, day the edition that was asked for, "" when unknown.
func (it *item) paper(source string, read time.Time, day string) (*paper.Paper, error) {
	q := &it.Paper
	id, _, err := paper.ParseIdentifier(q.ID)
	if err != nil {
		return nil, err
	}
	p := &paper.Paper{
		Identifiers: []paper.Identifier{id}, Title: cmp.Or(q.Title, it.Title), Abstract: q.Summary, Form: paper.Plain,
		Authority: paper.FromUpstream, Submitted: q.PublishedAt.Time, Withdrawn: !q.WithdrawnAt.IsZero(),
		Figures: paper.Figures{Votes: q.Upvotes, Comments: it.NumComments, Stars: q.GitHubStars, At: read},
	}
	if strings.TrimSpace(p.Title) == "" {
		return nil, fault.Invalid("The item %s has no title.", q.ID)
	}
	for _, a := range q.Authors {
		if a.Hidden || a.Name == "" {
			continue
		}
		p.Authors = append(p.Authors, paper.Author{Name: a.Name, Claimed: strings.HasPrefix(a.Status, "claimed"), User: a.User.handle()})
	}
	const topics = 6 // of the keywords, the first say most
	p.Topics = q.Keywords[:min(len(q.Keywords), topics)]
	if o := q.Organisation; o != nil {
		p.Organisation = &paper.Organisation{Name: o.Name, FullName: o.FullName}
	}
	p.Links = it.links()
	at := firstTime(q.SubmittedOnDailyAt, it.PublishedAt, q.PublishedAt)
	if q.SubmittedOnDailyAt.IsZero() && day != "" {
		if at, err = parseTime(day); err != nil {
			return nil, err
		}
	}
	if at.IsZero() {
		return nil, fault.Invalid("The item %s does not say when it was put in.", q.ID)
	}
	p.Featured = &paper.Feature{Source: source, At: at, Submitter: cmp.Or(it.SubmittedBy.handle(), q.SubmittedOnDailyBy.handle())}
	return p, nil
}

func (it *item) links() []paper.Link {
	var links []paper.Link
	add := func(kind paper.LinkKind, url string, stars int) {
		if strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") {
			links = append(links, paper.Link{Kind: kind, URL: url, Stars: stars})
		}
	}
	add(paper.Code, it.Paper.GitHub, it.Paper.GitHubStars)
	add(paper.Project, it.Paper.ProjectPage, 0)
	media := it.Paper.MediaURLs
	if len(media) == 0 {
		media = it.MediaURLs
	}
	for _, u := range media {
		add(paper.Media, u, 0)
	}
	return links
}

// firstTime returns the first time that is not zero.
func firstTime(list ...itemTime) time.Time {
	for _, t := range list {
		if !t.IsZero() {
			return t.Time
		}
	}
	return time.Time{}
}
