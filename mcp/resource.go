package mcp

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"broadsheet/api/client"
	"broadsheet/api/prose"
	v1 "broadsheet/api/v1"
	"broadsheet/fault"
)

// The addresses of resources stay: what an address names is always the same thing, as it
// stands at the moment.
const (
	papersAt   = "broadsheet://paper/"
	editionsAt = "broadsheet://edition/"
	trendingAt = "broadsheet://trending/"
)

const markdown = "text/markdown"

func (s *Server) addResources(to *sdk.Server) {
	whole := func(at string, f func(context.Context, *client.Client, string) (string, error)) sdk.ResourceHandler {
		return func(ctx context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
			uri := r.Params.URI
			name, err := url.PathUnescape(strings.TrimPrefix(uri, at))
			if err != nil {
				return nil, sdk.ResourceNotFoundError(uri)
			}
			words, err := f(ctx, s.as(r.Extra), name)
			if fault.Is(err, fault.KindMissing) || fault.Is(err, fault.KindInvalid) {
				return nil, sdk.ResourceNotFoundError(uri)
			}
			if err != nil {
				return nil, err
			}
			return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: uri, MIMEType: markdown, Text: words}}}, nil
		}
	}
	paper := whole(papersAt, func(ctx context.Context, c *client.Client, id string) (string, error) {
		return s.readPaper(ctx, c, reading{ID: id, Comments: true})
	})
	edition := whole(editionsAt, func(ctx context.Context, c *client.Client, day string) (string, error) {
		return getEdition(ctx, c, editionAsked{Date: day, Limit: 100})
	})
	trending := whole(trendingAt, func(ctx context.Context, c *client.Client, window string) (string, error) {
		v, err := client.Get[v1.Trending](ctx, c, "/trending", query(50, "window", window))
		if err != nil {
			return "", err
		}
		return prose.Trending(v), nil
	})
	to.AddResource(&sdk.Resource{Name: "today", Title: "The newest edition", Description: "All its papers in their order.", MIMEType: markdown, URI: editionsAt + "today"}, edition)
	to.AddResource(&sdk.Resource{Name: "trending", Title: "What is rising this week", MIMEType: markdown, URI: trendingAt + "week"}, trending)
	to.AddResourceTemplate(&sdk.ResourceTemplate{Name: "paper", Title: "A paper", Description: "By any of its identifiers, with its comments.", MIMEType: markdown, URITemplate: papersAt + "{+id}"}, paper)
	to.AddResourceTemplate(&sdk.ResourceTemplate{Name: "edition", Title: "The edition of a day", Description: "By its day, 2026-04-14.", MIMEType: markdown, URITemplate: editionsAt + "{date}"}, edition)
	to.AddResourceTemplate(&sdk.ResourceTemplate{Name: "rising", Title: "What is rising", Description: "In a window: day, week, month.", MIMEType: markdown, URITemplate: trendingAt + "{window}"}, trending)
}

// addPrompts adds questions that readers ask often. Each brings along what is needed to
// begin, so that the model answers from the paper and not from memory.
func (s *Server) addPrompts(to *sdk.Server) {
	prompt := func(p *sdk.Prompt, f func(context.Context, *client.Client, map[string]string) (string, error)) {
		to.AddPrompt(p, func(ctx context.Context, r *sdk.GetPromptRequest) (*sdk.GetPromptResult, error) {
			words, err := f(ctx, s.as(r.Extra), r.Params.Arguments)
			if err != nil {
				return nil, err
			}
			return &sdk.GetPromptResult{Description: p.Description, Messages: []*sdk.PromptMessage{{Role: "user", Content: &sdk.TextContent{Text: words}}}}, nil
		})
	}
	prompt(&sdk.Prompt{
		Name: "whats_new", Title: "What’s new in …", Description: "What’s new in a subject, from the newest papers on it.",
		Arguments: []*sdk.PromptArgument{{Name: "subject", Description: "such as diffusion models, or category:math.CO", Required: true}},
	},
		func(ctx context.Context, c *client.Client, with map[string]string) (string, error) {
			v, err := client.Get[v1.Search](ctx, c, "/search", query(15, "q", with["subject"], "sort", "newest"))
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("What’s new in %s? Here are the newest papers on it. Group what belongs together, say in a sentence each what is new, name the papers by identifier, and read those that matter with read_paper before you judge them.\n\n%s", with["subject"], prose.Search(v)), nil
		})
	prompt(&sdk.Prompt{Name: "todays_paper", Title: "Today’s paper", Description: "The newest edition in two minutes."},
		func(ctx context.Context, c *client.Client, _ map[string]string) (string, error) {
			words, err := getEdition(ctx, c, editionAsked{Limit: 30})
			return "Tell me today’s edition in two minutes: the three papers to know, what they have in common or argue about, and one from the lower ranks that deserves a look. Name papers by identifier.\n\n" + words, err
		})
	prompt(&sdk.Prompt{
		Name: "related_work", Title: "Related work", Description: "What stands near a paper, and how it differs.",
		Arguments: []*sdk.PromptArgument{{Name: "id", Description: "an identifier of the paper", Required: true}},
	},
		func(ctx context.Context, c *client.Client, with map[string]string) (string, error) {
			paper, err := s.readPaper(ctx, c, reading{ID: with["id"]})
			if err != nil {
				return "", err
			}
			v, err := client.Get[v1.Similar](ctx, c, client.Paper(with["id"])+"/similar", query(10))
			if err != nil {
				return "", err
			}
			return fmt.Sprintf("How does this paper stand to those near it? Say for each what it shares and where they differ; leave out what is near by words alone.\n\n%s\n%s", paper, prose.Similar(v)), nil
		})
}
