package mcp

import (
	"context"
	"fmt"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"broadsheet/api/client"
	"broadsheet/api/prose"
	v1 "broadsheet/api/v1"
)

type voting struct {
	ID   string `json:"id" jsonschema:"any identifier of the paper"`
	Back bool   `json:"take_back,omitempty" jsonschema:"take the vote back"`
}

type saving struct {
	ID     string `json:"id" jsonschema:"any identifier of the paper"`
	Note   string `json:"note,omitempty" jsonschema:"a private note on it"`
	Remove bool   `json:"remove,omitempty" jsonschema:"let go of it instead"`
}

type savedAsked struct {
	Limit int `json:"limit,omitempty" jsonschema:"the most papers, 8 when not given, at most 100"`
}

// addActs adds the tools that act for a reader: they ask with the reader's token, whose
// scopes say what it may do.
func (s *Server) addActs(to *sdk.Server) {
	tool := func(name, title, description string, reads bool) *sdk.Tool {
		closed := false
		return &sdk.Tool{Name: name, Title: title, Description: description, Annotations: &sdk.ToolAnnotations{
			Title: title, ReadOnlyHint: reads, IdempotentHint: true, DestructiveHint: &closed, OpenWorldHint: &closed,
		}}
	}
	sdk.AddTool(to, tool("list_saved", "Saved papers", "The papers that the reader saved, the newest first, with their notes. Needs a token with the scope read.", true),
		answer(s, func(ctx context.Context, c *client.Client, in savedAsked) (string, error) {
			v, err := client.Get[v1.Saved](ctx, c, "/me/saved", query(in.Limit))
			if err != nil {
				return "", err
			}
			return prose.Saved(v), nil
		}))
	sdk.AddTool(to, tool("save_paper", "Save a paper", "Save a paper to the reader's library, with a note, or let go of it. Needs a token with the scope write.", false),
		answer(s, func(ctx context.Context, c *client.Client, in saving) (string, error) {
			method, body := "PUT", any(v1.Note{Note: in.Note})
			if in.Remove {
				method, body = "DELETE", nil
			}
			var m v1.Mark
			if err := c.Ask(ctx, method, "/me/saved"+client.Paper(in.ID)[len("/papers"):], nil, body, &m); err != nil {
				return "", err
			}
			if !m.Saved {
				return m.ID + " is not saved any more.", nil
			}
			return m.ID + " is saved.", nil
		}))
	sdk.AddTool(to, tool("vote_paper", "Vote for a paper", "Give the reader's vote to a paper, or take it back. Ask the reader first. Needs a token with the scope vote.", false),
		answer(s, func(ctx context.Context, c *client.Client, in voting) (string, error) {
			method := "PUT"
			if in.Back {
				method = "DELETE"
			}
			var v v1.Vote
			if err := c.Ask(ctx, method, client.Paper(in.ID)+"/vote", nil, nil, &v); err != nil {
				return "", err
			}
			return fmt.Sprintf("%s has %d votes; the reader's is among them: %t.", v.ID, v.Votes, v.Yours), nil
		}))
}
