package harvest

import (
	"encoding/json"
	"strings"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
)

// record is a line about one paper, in any of three shapes: arXiv's metadata
// snapshot (authors as one text, versions, update_date), lines of ours as
// collected from listings (authors as a list, published, listed), and the lines of
// the built-in sample (edition, submitted, topics).
type record struct {
	ID         string          `json:"id"`
	Title      string          `json:"title"`
	Abstract   string          `json:"abstract"`
	Authors    json.RawMessage `json:"authors"` // a list, or one text in the snapshot
	Categories json.RawMessage `json:"categories"`
	DOI        string          `json:"doi"`

	// The snapshot's.
	Comments     json.RawMessage `json:"comments"` // a text there, a number in the sample
	Journal      string          `json:"journal-ref"`
	Licence      string          `json:"license"`
	Versions     []snapVersion   `json:"versions"`
	UpdateDate   itemTime        `json:"update_date"`
	AuthorsParts [][]string      `json:"authors_parsed"`

	// Ours.
	Published  itemTime `json:"published"`
	Updated    itemTime `json:"updated"`
	Listed     string   `json:"listed"`
	JournalRef string   `json:"journal_ref"`
	Comment    string   `json:"comment"`

	// The sample's.
	Edition      string   `json:"edition"`
	Submitted    itemTime `json:"submitted"`
	Topics       []string `json:"topics"`
	Claimed      []int    `json:"claimed_authors"`
	NumAuthors   int      `json:"num_authors"`
	Upvotes      int      `json:"upvotes"`
	Code         string   `json:"code"`
	CodeStars    int      `json:"code_stars"`
	ProjectPage  string   `json:"project_page"`
	Organisation string   `json:"organisation"`
	ShownDate    string   `json:"shown_date"`
	SeedPosition int      `json:"seed_position"`
}

type snapVersion struct {
	Version string   `json:"version"` // v2
	Created itemTime `json:"created"` // Mon, 2 Apr 2007 19:18:42 GMT
}

// parseRecord reads a line of one of the three shapes.
func parseRecord(line []byte) (*paper.Paper, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, notJSON(err)
	}
	if r.ID == "" {
		return nil, fault.Invalid("The line has no id.")
	}
	id, _, err := paper.ParseIdentifier(r.ID)
	if err != nil {
		return nil, err
	}
	p := &paper.Paper{
		Identifiers: []paper.Identifier{id}, Title: r.Title, Abstract: r.Abstract, Form: paper.TeX, Authority: paper.FromFile,
		Submitted: r.Published.Time, Revised: r.Updated.Time, Announced: r.Listed,
	}
	if strings.TrimSpace(p.Title) == "" {
		return nil, fault.Invalid("The paper %s has no title.", r.ID)
	}
	if r.Listed != "" {
		if _, err := time.Parse(time.DateOnly, r.Listed); err != nil {
			return nil, fault.Invalid("%q is no day; write it as 2026-04-14.", r.Listed)
		}
	}
	addDOIs(p, r.DOI)
	p.Comment, p.JournalRef, p.Licence, p.AuthorCount = r.Comment, r.JournalRef, r.Licence, r.NumAuthors
	if err := r.lists(p); err != nil {
		return nil, err
	}
	switch {
	case r.Versions != nil || r.AuthorsParts != nil:
		return p, r.snapshot(p)
	case r.Edition != "" || r.SeedPosition > 0:
		return p, r.sample(p)
	}
	return p, nil
}

// lists reads what is a list in our lines and a text in the snapshot.
func (r *record) lists(p *paper.Paper) error {
	var names []string
	if len(r.Authors) > 0 && r.Authors[0] == '[' {
		if err := json.Unmarshal(r.Authors, &names); err != nil {
			return notJSON(err)
		}
	}
	for _, n := range names {
		if n = strings.Join(strings.Fields(n), " "); n != "" {
			p.Authors = append(p.Authors, paper.Author{Name: n})
		}
	}
	if len(r.Categories) == 0 || string(r.Categories) == "null" {
		return nil
	}
	if r.Categories[0] == '"' {
		var text string
		if err := json.Unmarshal(r.Categories, &text); err != nil {
			return notJSON(err)
		}
		p.Categories = strings.Fields(text)
		return nil
	}
	if err := json.Unmarshal(r.Categories, &p.Categories); err != nil {
		return notJSON(err)
	}
	return nil
}

func (r *record) snapshot(p *paper.Paper) error {
	p.Authority, p.JournalRef = paper.FromSnapshot, r.Journal
	if len(r.Comments) > 0 && r.Comments[0] == '"' {
		if err := json.Unmarshal(r.Comments, &p.Comment); err != nil {
			return notJSON(err)
		}
	}
	for i, v := range r.Versions {
		p.Versions = append(p.Versions, paper.Version{N: i + 1, At: v.Created.Time})
	}
	if n := len(p.Versions); n > 0 {
		p.Submitted, p.Revised = p.Versions[0].At, p.Versions[n-1].At
	}
	for _, parts := range r.AuthorsParts { // family, given, suffix, perhaps affiliations
		part := func(i int) string {
			if i < len(parts) {
				return tidy(parts[i])
			}
			return ""
		}
		a := paper.Author{Family: part(0), Given: part(1), Suffix: part(2)}
		a.Name = strings.Join(strings.Fields(a.Given+" "+a.Family+" "+a.Suffix), " ")
		if at := part(3); at != "" {
			a.Affiliations = []string{at}
		}
		if a.Name != "" {
			p.Authors = append(p.Authors, a)
		}
	}
	return nil
}

func (r *record) sample(p *paper.Paper) error {
	p.Authority, p.AbstractBy, p.Form, p.Topics = paper.FromSample, "Broadsheet", paper.Plain, r.Topics
	for _, i := range r.Claimed {
		if i < 0 || i >= len(p.Authors) {
			return fault.Invalid("The paper %s has no author %d.", r.ID, i)
		}
		p.Authors[i].Claimed = true
	}
	if r.Organisation != "" {
		p.Organisation = &paper.Organisation{Name: r.Organisation, FullName: r.Organisation}
	}
	if r.Code != "" {
		p.Links = append(p.Links, paper.Link{Kind: paper.Code, URL: r.Code, Stars: r.CodeStars})
	}
	if r.ProjectPage != "" {
		p.Links = append(p.Links, paper.Link{Kind: paper.Project, URL: r.ProjectPage})
	}
	if r.Edition == "" {
		return nil
	}
	day, err := parseTime(r.Edition)
	if err != nil {
		return err
	}
	at := day
	if s := r.Submitted.Time; s.Format(time.DateOnly) == r.Edition {
		at = s
	}
	p.Featured = &paper.Feature{Source: "sample", At: at}
	comments := 0
	if len(r.Comments) > 0 {
		if err := json.Unmarshal(r.Comments, &comments); err != nil {
			return notJSON(err)
		}
	}
	// The figures are those of the last reading of the day.
	p.Figures = paper.Figures{Votes: r.Upvotes, Comments: comments, Stars: r.CodeStars, At: day.AddDate(0, 0, 1)}
	return nil
}
