package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"broadsheet/api/client"
	"broadsheet/api/prose"
	v1 "broadsheet/api/v1"
	"broadsheet/fault"
	"broadsheet/server"
)

// asking are the flags of commands that ask a server: one that is elsewhere, or this
// program over the papers that are here.
type asking struct {
	store
	At    string `help:"Ask the server at this address, not the papers that are here." placeholder:"URL" env:"BROADSHEET_AT"`
	Token string `help:"A token of yours, for what is not for everybody." placeholder:"TOKEN" env:"BROADSHEET_TOKEN"`
}

// ask calls f with a client of whoever is asked, and with the house when that is this
// program, else nil.
func (a *asking) ask(ctx context.Context, log *slog.Logger, f func(*client.Client, *server.House) error) error {
	if a.At != "" {
		c, err := client.New(a.At, a.Token)
		if err != nil {
			return err
		}
		return f(c, nil)
	}
	dsn, err := a.held()
	if err != nil {
		return err
	}
	h, err := server.Open(ctx, server.Config{DSN: dsn, Index: filepath.Join(a.Data, "index"), Version: Version()}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.CatchUp(ctx); err != nil { // no server may have run since papers came in
		return err
	}
	return f(h.Ask(a.Token), h)
}

// listing are the flags of commands that print a list.
type listing struct {
	Limit int  `help:"The most papers to print, at most 100." default:"20"`
	JSON  bool `name:"json" help:"Print the answer of the API, as JSON."`
}

func (l listing) query() (url.Values, error) {
	if l.Limit < 1 || l.Limit > 100 {
		return nil, fault.Invalid("--limit %d: 1 to 100 papers can be printed.", l.Limit)
	}
	return url.Values{"limit": {strconv.Itoa(l.Limit)}}, nil
}

func printJSON(w World, v any) error {
	out := json.NewEncoder(w.Out)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// printListed writes papers of a list for a terminal of 80 columns.
func printListed(w World, list []v1.Listed) {
	for i := range list {
		p := &list[i]
		fmt.Fprintf(w.Out, "\n%3d  %s\n", p.Rank, wrap(p.Title, 75, "     "))
		facts := []string{p.ID, prose.Count(p.Votes, "vote")}
		if len(p.Authors) > 0 {
			facts = append(facts, p.Authors[0].Name+more(max(p.AuthorCount, len(p.Authors))))
		}
		fmt.Fprintf(w.Out, "     %s\n", wrap(strings.Join(facts, " · "), 75, "     "))
		if p.Why != "" {
			fmt.Fprintf(w.Out, "     %s\n", wrap(p.Why, 75, "     "))
		}
	}
}

type todayCommand struct {
	asking
	listing
	Day string `arg:"" optional:"" help:"Another day, 2026-04-14, or the number of an edition, no-655." default:"today"`
}

func (todayCommand) Help() string {
	return `Examples:
  broadsheet today
  broadsheet today 2026-04-14 --limit 5
  broadsheet today --at https://papers.example.org --json`
}

func (c *todayCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	q, err := c.query()
	if err != nil {
		return err
	}
	return c.ask(ctx, log, func(at *client.Client, _ *server.House) error {
		e, err := client.Get[v1.EditionPapers](ctx, at, "/editions/"+url.PathEscape(c.Day), q)
		if err != nil || c.JSON {
			return or(err, w, e)
		}
		fmt.Fprintf(w.Out, "%s, No. %d. %s.\n", prose.Day(e.Date), e.Number, prose.Count(e.Total, "paper"))
		printListed(w, e.Papers)
		return nil
	})
}

// or prints an answer as JSON unless there was an error.
func or(err error, w World, v any) error {
	if err != nil {
		return err
	}
	return printJSON(w, v)
}

type trendingCommand struct {
	asking
	listing
	Window   string `help:"day, week, month, or two days: 2026-04-01..2026-04-14." default:"week"`
	Category string `help:"Of a category, cs.LG, or a whole archive, math." placeholder:"CATEGORY"`
	Topic    string `help:"Of a topic, as papers name it." placeholder:"TOPIC"`
}

func (c *trendingCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	q, err := c.query()
	if err != nil {
		return err
	}
	q.Set("window", c.Window)
	q.Set("category", c.Category)
	q.Set("topic", c.Topic)
	return c.ask(ctx, log, func(at *client.Client, _ *server.House) error {
		t, err := client.Get[v1.Trending](ctx, at, "/trending", q)
		if err != nil || c.JSON {
			return or(err, w, t)
		}
		if len(t.Papers) == 0 {
			fmt.Fprintf(w.Out, "No votes came from %s to %s.\n", t.From.Format("2 Jan 2006"), t.To.Format("2 Jan 2006"))
			return nil
		}
		fmt.Fprintf(w.Out, "%s gained votes from %s to %s.\n", prose.Count(t.Total, "paper"), t.From.Format("2 Jan 2006"), t.To.Format("2 Jan 2006"))
		list := make([]v1.Listed, len(t.Papers))
		for i := range t.Papers {
			list[i] = t.Papers[i].Listed
		}
		printListed(w, list)
		return nil
	})
}

type readCommand struct {
	asking
	ID   string `arg:"" help:"Any identifier of the paper: 2604.05015, hep-th/9901001, 10.1234/abc."`
	JSON bool   `name:"json" help:"Print the answer of the API, as JSON."`
}

func (readCommand) Help() string {
	return `Examples:
  broadsheet read 2604.05015
  broadsheet read https://arxiv.org/abs/2604.05015v2 --at https://papers.example.org`
}

func (c *readCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	return c.ask(ctx, log, func(at *client.Client, h *server.House) error {
		p, err := client.Get[v1.Paper](ctx, at, client.Paper(c.ID), nil)
		if err != nil || c.JSON {
			return or(err, w, p)
		}
		base := ""
		if h == nil {
			base = at.Base()
		}
		text := prose.Paper(p, base)
		if p.Here.Comments > 0 {
			talk, err := client.Get[v1.Comments](ctx, at, client.Paper(c.ID)+"/comments", url.Values{"limit": {"100"}})
			if err != nil {
				return err
			}
			text += prose.Talk(talk.Comments)
		}
		for line := range strings.Lines(text) {
			indent := ""
			if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "> ") {
				indent = map[byte]string{'-': "  ", '>': "> "}[line[0]]
			}
			fmt.Fprintln(w.Out, wrap(line, 79-len(indent), indent))
		}
		return nil
	})
}
