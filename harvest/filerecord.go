package harvest

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
)

// record is what lines about one paper have in common, in any of three shapes:
// arXiv's metadata snapshot, lines of ours as collected from listings, and the lines
// of the built-in sample.
type record struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Abstract string `json:"abstract"`
	DOI      string `json:"doi"`
	Licence  string `json:"license"`
}

// snapshotRecord is a line of arXiv's metadata snapshot.
type snapshotRecord struct {
	record
	Categories string        `json:"categories"`
	Comments   string        `json:"comments"`
	Journal    string        `json:"journal-ref"`
	Versions   []snapVersion `json:"versions"`
	UpdateDate itemTime      `json:"update_date"`
	Authors    [][]string    `json:"authors_parsed"`
}

type snapVersion struct {
	Version string   `json:"version"` // v2
	Created itemTime `json:"created"` // Mon, 2 Apr 2007 19:18:42 GMT
}

// ourRecord is a line as collected from listings, or one of the built-in sample.
type ourRecord struct {
	record
	Authors    []string `json:"authors"`
	Categories []string `json:"categories"`
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
	Comments     int      `json:"comments"`
	Code         string   `json:"code"`
	CodeStars    int      `json:"code_stars"`
	ProjectPage  string   `json:"project_page"`
	Organisation string   `json:"organisation"`
	SeedPosition int      `json:"seed_position"`
}

// parseRecord reads a line of one of the three shapes.
func parseRecord(line []byte) (*paper.Paper, error) {
	if bytes.Contains(line, []byte(`"authors_parsed"`)) || bytes.Contains(line, []byte(`"update_date"`)) {
		var r snapshotRecord
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, notJSON(err)
		}
		return r.paper()
	}
	var r ourRecord
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, notJSON(err)
	}
	return r.paper()
}

func (r *record) paper() (*paper.Paper, error) {
	if r.ID == "" {
		return nil, fault.Invalid("The line has no id.")
	}
	id, _, err := paper.ParseIdentifier(r.ID)
	if err != nil {
		return nil, err
	}
	p := &paper.Paper{Identifiers: []paper.Identifier{id}, Title: r.Title, Abstract: r.Abstract, Form: paper.TeX}
	if strings.TrimSpace(p.Title) == "" {
		return nil, fault.Invalid("The paper %s has no title.", r.ID)
	}
	addDOIs(p, r.DOI)
	p.Licence = r.Licence
	return p, nil
}

func (r *snapshotRecord) paper() (*paper.Paper, error) {
	p, err := r.record.paper()
	if err != nil {
		return nil, err
	}
	p.Authority, p.Comment, p.JournalRef, p.Categories = paper.FromSnapshot, r.Comments, r.Journal, strings.Fields(r.Categories)
	p.Withdrawn = withdrawal.MatchString(p.Comment)
	for i, v := range r.Versions {
		p.Versions = append(p.Versions, paper.Version{N: i + 1, At: v.Created.Time})
	}
	if n := len(p.Versions); n > 0 {
		p.Submitted, p.Revised = p.Versions[0].At, p.Versions[n-1].At
	} else {
		p.Revised = r.UpdateDate.Time
	}
	for _, parts := range r.Authors { // family, given, suffix, perhaps affiliations
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
	return p, nil
}

func (r *ourRecord) paper() (*paper.Paper, error) {
	p, err := r.record.paper()
	if err != nil {
		return nil, err
	}
	p.Authority, p.Categories = paper.FromFile, r.Categories
	p.Submitted, p.Revised, p.Announced = r.Published.Time, r.Updated.Time, r.Listed
	if r.Listed != "" {
		if _, err := time.Parse(time.DateOnly, r.Listed); err != nil {
			return nil, fault.Invalid("%q is no day; write it as 2026-04-14.", r.Listed)
		}
	}
	p.Comment, p.JournalRef, p.AuthorCount = r.Comment, r.JournalRef, r.NumAuthors
	for _, name := range r.Authors {
		if name = strings.Join(strings.Fields(name), " "); name != "" {
			p.Authors = append(p.Authors, paper.Author{Name: name})
		}
	}
	if r.Edition != "" || r.SeedPosition > 0 {
		return p, r.sample(p)
	}
	return p, nil
}

func (r *ourRecord) sample(p *paper.Paper) error {
	p.Authority, p.AbstractBy, p.Topics = paper.FromSample, "Broadsheet", r.Topics
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
	// The figures are those of the last reading of the day.
	p.Figures = paper.Figures{Votes: r.Upvotes, Comments: r.Comments, Stars: r.CodeStars, At: day.AddDate(0, 0, 1)}
	return nil
}
