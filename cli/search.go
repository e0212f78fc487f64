package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"broadsheet/api/client"
	v1 "broadsheet/api/v1"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/search"
	"broadsheet/server"
)

type searchCommand struct {
	store
	engine
	encoder
	By    string   `help:"Find by words, by meaning, or by both." enum:"both,words,meaning" default:"both"`
	Sort  string   `help:"The order: the best match, the newest, the most votes." enum:"best,newest,votes" default:"best"`
	Limit int      `help:"The most papers to print." default:"10"`
	JSON  bool     `name:"json" help:"Print one JSON object a line."`
	At    string   `help:"Ask the server at this address, not the papers that are here." placeholder:"URL" env:"BROADSHEET_AT"`
	Query []string `arg:"" name:"words" help:"What to find."`
}

func (searchCommand) Help() string {
	return `Examples:
  broadsheet search learning theory
  broadsheet search '"learning theory" -survey cat:stat.ML after:2024'
  broadsheet search 'author:"K. He" has:code' --sort votes
  broadsheet search like:2604.11666 --json

Words rank papers; what has a sign or a field binds: "a phrase", -without, this OR that,
transf*, title: abstract: author: category: topic: org: id: has:code, after: before:
2024..2025, votes:>20, edition:2026-04.`
}

func (c *searchCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	if c.Limit < 1 || c.Limit > search.Deepest {
		return fault.Invalid("--limit %d: 1 to %d papers can be printed.", c.Limit, search.Deepest)
	}
	if strings.TrimSpace(strings.Join(c.Query, "")) == "" {
		return fault.Invalid("No words were given: broadsheet search learning theory.")
	}
	if c.At != "" {
		return c.elsewhere(ctx, w)
	}
	dsn, err := c.held()
	if err == nil {
		err = c.check(c.store)
	}
	if err != nil {
		return err
	}
	cluster, err := c.cluster()
	if err != nil {
		return err
	}
	h, err := server.Open(ctx, server.Config{DSN: dsn, Index: filepath.Join(c.Data, "index"), OpenSearch: cluster, Models: c.models(), Model: c.Model}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := c.catchUp(ctx, h, w); err != nil {
		return err
	}
	if c.By != string(search.WordsOnly) {
		if err := h.AttachEncoder(); err != nil {
			return err
		}
	}
	page, err := h.Search.Find(ctx, search.Ask{
		Query: search.Parse(strings.Join(c.Query, " ")), Mode: search.Mode(c.By), Order: search.Order(c.Sort), Limit: c.Limit, Facet: !c.JSON,
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printFoundJSON(w, page)
	}
	printFound(w, page)
	return nil
}

// elsewhere asks a server.
func (c *searchCommand) elsewhere(ctx context.Context, w World) error {
	q, err := listing{Limit: c.Limit}.query()
	if err != nil {
		return err
	}
	at, err := client.New(c.At, "")
	if err != nil {
		return err
	}
	q.Set("q", strings.Join(c.Query, " "))
	q.Set("by", c.By)
	q.Set("sort", c.Sort)
	s, err := client.Get[v1.Search](ctx, at, "/search", q)
	if err != nil {
		return err
	}
	if c.JSON {
		return printElsewhereJSON(w, s)
	}
	if len(s.Papers) == 0 {
		fmt.Fprintln(w.Out, "No paper matches.")
		return nil
	}
	fmt.Fprintf(w.Out, "%s papers; %s have every word.\n", edition.Thousands(s.Total), edition.Thousands(s.All))
	list := make([]v1.Listed, len(s.Papers))
	for i := range s.Papers {
		list[i] = s.Papers[i].Listed
	}
	printListed(w, list)
	return nil
}

// printElsewhereJSON writes what a server found as printFoundJSON writes what is found here.
func printElsewhereJSON(w World, s *v1.Search) error {
	out := json.NewEncoder(w.Out)
	out.SetEscapeHTML(false)
	for _, f := range s.Papers {
		line := foundLine{ID: f.ID, Title: f.Title, Authors: []string{}, Votes: f.Votes, Score: f.Score, ByWords: f.ByWords, ByMeaning: f.ByMeaning, Why: f.Why}
		for _, a := range f.Authors {
			line.Authors = append(line.Authors, a.Name)
		}
		if !f.Submitted.IsZero() {
			line.Submitted = f.Submitted.UTC().Format("2006-01-02T15:04:05Z")
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// catchUp brings the word index up to date, unless a server that runs does so.
func (c *searchCommand) catchUp(ctx context.Context, h *server.House, w World) error {
	bar := newProgress(w, "changes indexed")
	total := 0
	for {
		n, err := h.Search.Update(ctx, 2000)
		if err != nil || n == 0 {
			bar.done()
			return err
		}
		total += n
		bar.show(total, -1)
	}
}

func printFound(w World, page *search.Page) {
	n := edition.Thousands
	if len(page.List) == 0 {
		fmt.Fprintln(w.Out, "No paper matches.")
		return
	}
	fmt.Fprintf(w.Out, "%s papers; %s have every word.\n", n(page.Found), n(page.All))
	for i, f := range page.List {
		fmt.Fprintf(w.Out, "\n%3d  %s\n", i+1, wrap(f.Paper.Form.Text(f.Paper.Title), 75, "     "))
		facts := []string{f.Paper.Key}
		if !f.Paper.Submitted.IsZero() {
			facts = append(facts, f.Paper.Submitted.Format("2 Jan 2006"))
		}
		if c := f.Paper.CountAuthors(); c > 0 && len(f.Paper.Authors) > 0 {
			facts = append(facts, f.Paper.Authors[0].Name+more(c))
		}
		fmt.Fprintf(w.Out, "     %s\n     %s\n", strings.Join(facts, "  "), wrap(f.Reason.String(), 75, "     "))
	}
}

func more(authors int) string {
	if authors == 1 {
		return ""
	}
	return fmt.Sprintf(" and %d more", authors-1)
}

// wrap breaks a text into lines of at most width letters, all but the first behind
// an indent.
func wrap(s string, width int, indent string) string {
	var b strings.Builder
	at := 0
	for _, word := range strings.Fields(s) {
		n := len([]rune(word))
		switch {
		case at == 0:
		case at+1+n > width:
			b.WriteString("\n" + indent)
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

// foundLine is a line of --json.
type foundLine struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Authors   []string `json:"authors"`
	Submitted string   `json:"submitted,omitempty"`
	Votes     int      `json:"votes"`
	Score     float64  `json:"score"`
	ByWords   int      `json:"byWords,omitempty"`
	ByMeaning int      `json:"byMeaning,omitempty"`
	Why       string   `json:"why"`
}

func printFoundJSON(w World, page *search.Page) error {
	out := json.NewEncoder(w.Out)
	out.SetEscapeHTML(false)
	for _, f := range page.List {
		line := foundLine{
			ID: f.Paper.Key, Title: f.Paper.Title, Authors: []string{}, Votes: f.Paper.Figures.Votes,
			Score: f.Score, ByWords: f.ByWords, ByMeaning: f.ByMeaning, Why: f.Reason.String(),
		}
		for _, a := range f.Paper.Authors {
			line.Authors = append(line.Authors, a.Name)
		}
		if !f.Paper.Submitted.IsZero() {
			line.Submitted = f.Paper.Submitted.Format("2006-01-02T15:04:05Z")
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
