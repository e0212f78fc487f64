package mcp

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"broadsheet/api/client"
	"broadsheet/api/prose"
	v1 "broadsheet/api/v1"
	"broadsheet/fault"
)

// few is how many papers a list has when nothing is said.
const few = 8

// query makes the parameters of a request; those that are empty are left out.
func query(limit int, pairs ...string) url.Values {
	if limit <= 0 {
		limit = few
	}
	q := url.Values{"limit": {strconv.Itoa(min(limit, 100))}}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

// answer makes a tool of a function that asks the API and answers in Markdown. What the
// request made wrong is said to the model, which can mend it.
func answer[In any](s *Server, f func(context.Context, *client.Client, In) (string, error)) sdk.ToolHandlerFor[In, any] {
	return func(ctx context.Context, r *sdk.CallToolRequest, in In) (*sdk.CallToolResult, any, error) {
		words, err := f(ctx, s.as(r.Extra), in)
		if err == nil {
			return text(words), nil, nil
		}
		says := fault.Message(err)
		if says == "" {
			s.Log.Error("a tool failed", "tool", r.Params.Name, "error", err)
			says = "Something broke here. Nothing was lost."
		}
		out := text(says)
		out.IsError = true
		return out, nil, nil
	}
}

type searching struct {
	Query string `json:"query" jsonschema:"what to find: words, \"a phrase\", -without, author:name, category:cs.LG, after:2026-01, votes:>20"`
	By    string `json:"by,omitempty" jsonschema:"find by words, by meaning, or by both (when not given)"`
	Sort  string `json:"sort,omitempty" jsonschema:"best (when not given), newest, or votes"`
	Limit int    `json:"limit,omitempty" jsonschema:"the most papers, 8 when not given, at most 100"`
}

type reading struct {
	ID       string `json:"id" jsonschema:"any identifier of the paper: 2604.05015, hep-th/9901001, 10.1234/abc"`
	Comments bool   `json:"comments,omitempty" jsonschema:"with the readers' comments"`
}

type editionAsked struct {
	Date  string `json:"date,omitempty" jsonschema:"a day, 2026-04-14; the newest edition when nothing is given"`
	Week  string `json:"week,omitempty" jsonschema:"or an ISO week, 2026-W16"`
	Month string `json:"month,omitempty" jsonschema:"or a month, 2026-04"`
	Limit int    `json:"limit,omitempty" jsonschema:"the most papers, 8 when not given, at most 100"`
}

type trendingAsked struct {
	Window   string `json:"window,omitempty" jsonschema:"day, week (when not given), month, or two days, 2026-04-01..2026-04-14"`
	Category string `json:"category,omitempty" jsonschema:"cs.LG, or a whole archive, math"`
	Topic    string `json:"topic,omitempty" jsonschema:"a topic as papers name it"`
	Limit    int    `json:"limit,omitempty" jsonschema:"the most papers, 8 when not given, at most 100"`
}

type similarAsked struct {
	ID    string   `json:"id,omitempty" jsonschema:"an identifier of a paper"`
	IDs   []string `json:"ids,omitempty" jsonschema:"or several, up to 10"`
	Text  string   `json:"text,omitempty" jsonschema:"or a text, such as an abstract"`
	Limit int      `json:"limit,omitempty" jsonschema:"the most papers, 8 when not given, at most 100"`
}

type comparing struct {
	Date  string `json:"date" jsonschema:"a day, 2026-04-13, or a month, 2026-03"`
	Other string `json:"other_date" jsonschema:"a day or a month to hold against it"`
	Limit int    `json:"limit,omitempty" jsonschema:"the most papers of each, 5 when not given, at most 20"`
}

// addReading adds the tools that change nothing.
func (s *Server) addReading(to *sdk.Server) {
	tool := func(name, title, description string) *sdk.Tool {
		closed := false
		return &sdk.Tool{Name: name, Title: title, Description: description, Annotations: &sdk.ToolAnnotations{Title: title, ReadOnlyHint: true, OpenWorldHint: &closed}}
	}
	sdk.AddTool(to, tool("search_papers", "Search papers", "Find papers by words and by meaning, each with the reason and the sentence that says most of what was asked."),
		answer(s, func(ctx context.Context, c *client.Client, in searching) (string, error) {
			v, err := client.Get[v1.Search](ctx, c, "/search", query(in.Limit, "q", in.Query, "by", in.By, "sort", in.Sort))
			if err != nil {
				return "", err
			}
			return prose.Search(v), nil
		}))
	sdk.AddTool(to, tool("read_paper", "Read a paper", "Read what is held of one paper: title, authors, abstract, links, votes, the edition in which it stands."),
		answer(s, s.readPaper))
	sdk.AddTool(to, tool("get_edition", "Get an edition", "The papers of a day in their order, the newest day when none is given; or those of a week or a month, by votes."),
		answer(s, getEdition))
	sdk.AddTool(to, tool("trending_papers", "What is rising", "The papers to which most votes came in a window of time, measured by what is usual in their field."),
		answer(s, func(ctx context.Context, c *client.Client, in trendingAsked) (string, error) {
			v, err := client.Get[v1.Trending](ctx, c, "/trending", query(in.Limit, "window", in.Window, "category", in.Category, "topic", in.Topic))
			if err != nil {
				return "", err
			}
			return prose.Trending(v), nil
		}))
	sdk.AddTool(to, tool("similar_papers", "Similar papers", "Papers like one paper, like several at once, or like a text."),
		answer(s, func(ctx context.Context, c *client.Client, in similarAsked) (string, error) {
			asked := v1.Text{Text: in.Text, IDs: in.IDs, Limit: in.Limit}
			if in.ID != "" {
				asked.IDs = append(asked.IDs, in.ID)
			}
			if asked.Limit <= 0 {
				asked.Limit = few
			}
			var v v1.Similar
			if err := c.Ask(ctx, "POST", "/similar", nil, asked, &v); err != nil {
				return "", err
			}
			return prose.Similar(&v), nil
		}))
	sdk.AddTool(to, tool("compare_dates", "Compare two dates", "Two days, or two months, side by side: how many papers, on what, and the first of each."),
		answer(s, compareDates))
}

func (s *Server) readPaper(ctx context.Context, c *client.Client, in reading) (string, error) {
	p, err := client.Get[v1.Paper](ctx, c, client.Paper(in.ID), nil)
	if err != nil {
		return "", err
	}
	words := prose.Paper(p, s.Base)
	if in.Comments {
		v, err := client.Get[v1.Comments](ctx, c, client.Paper(in.ID)+"/comments", url.Values{"limit": {"100"}})
		if err != nil {
			return "", err
		}
		words += prose.Talk(v.Comments)
	}
	return words, nil
}

func getEdition(ctx context.Context, c *client.Client, in editionAsked) (string, error) {
	q := query(in.Limit)
	if in.Week != "" || in.Month != "" {
		address := "/weeks/" + url.PathEscape(in.Week)
		if in.Month != "" {
			address = "/months/" + url.PathEscape(in.Month)
		}
		v, err := client.Get[v1.Period](ctx, c, address, q)
		if err != nil {
			return "", err
		}
		return prose.Period(v), nil
	}
	if in.Date == "" {
		in.Date = "today"
	}
	v, err := client.Get[v1.EditionPapers](ctx, c, "/editions/"+url.PathEscape(in.Date), q)
	if err != nil {
		return "", err
	}
	return prose.Edition(v), nil
}

// side is one of the two dates that are compared.
type side struct {
	name   string
	total  int
	papers []v1.Listed
	topics map[string]int
}

func compareDates(ctx context.Context, c *client.Client, in comparing) (string, error) {
	const usual, most = 5, 20
	show := in.Limit
	if show <= 0 {
		show = usual
	}
	show = min(show, most)
	a, err := look(ctx, c, in.Date)
	if err != nil {
		return "", err
	}
	b, err := look(ctx, c, in.Other)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "# %s and %s\n", a.name, b.name)
	for _, x := range [][2]side{{a, b}, {b, a}} {
		this, other := x[0], x[1]
		fmt.Fprintf(&out, "\n## %s: %d papers\n\n", this.name, this.total)
		if more := risen(this, other); len(more) > 0 {
			fmt.Fprintf(&out, "More than on %s: %s.\n\n", other.name, strings.Join(more, ", "))
		}
		for i := range this.papers[:min(show, len(this.papers))] {
			out.WriteString(prose.Item(&this.papers[i]))
		}
	}
	return out.String(), nil
}

// look reads the papers of a day or a month: the first hundred.
func look(ctx context.Context, c *client.Client, date string) (side, error) {
	q := url.Values{"limit": {"100"}}
	out := side{name: date, topics: map[string]int{}}
	if len(date) == len("2026-04") {
		v, err := client.Get[v1.Period](ctx, c, "/months/"+url.PathEscape(date), q)
		if err != nil {
			return out, err
		}
		out.papers, out.total = v.Papers, v.Total
	} else {
		v, err := client.Get[v1.EditionPapers](ctx, c, "/editions/"+url.PathEscape(date), q)
		if err != nil {
			return out, err
		}
		out.papers, out.total = v.Papers, v.Total
	}
	for _, p := range out.papers {
		for _, t := range p.Topics {
			out.topics[strings.ToLower(t)]++
		}
	}
	return out, nil
}

// risen names the topics of which one side has most more papers than the other, with the
// two numbers.
func risen(this, other side) []string {
	const named = 5
	more := func(topic string) int { return this.topics[topic] - other.topics[topic] }
	topics := slices.DeleteFunc(slices.Collect(maps.Keys(this.topics)), func(t string) bool { return more(t) <= 0 })
	slices.SortFunc(topics, func(a, b string) int { return cmp.Or(more(b)-more(a), strings.Compare(a, b)) })
	var list []string
	for _, t := range topics[:min(named, len(topics))] {
		list = append(list, fmt.Sprintf("%s (%d, not %d)", t, this.topics[t], other.topics[t]))
	}
	return list
}
