package cli

import (
	"context"
	"io"
	"log/slog"

	"broadsheet/api/client"
	"broadsheet/mcp"
	"broadsheet/server"
)

type mcpCommand struct {
	asking
}

func (mcpCommand) Help() string {
	return `A program that speaks the Model Context Protocol starts this command and talks to it over its
input and output. Its settings, for the papers that are here and for a server elsewhere:

  {"mcpServers": {"broadsheet": {"command": "broadsheet", "args": ["mcp", "--data", "/srv/broadsheet"]}}}
  {"mcpServers": {"broadsheet": {"command": "broadsheet", "args": ["mcp", "--at", "https://papers.example.org"]}}}

With a token (--token, or BROADSHEET_TOKEN) it can vote and save, as far as its scopes go.
A server offers the same over HTTP at /mcp.`
}

func (c *mcpCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	return c.ask(ctx, log, func(at *client.Client, h *server.House) error {
		conf := mcp.Config{Client: at, Version: Version(), Log: log}
		if h == nil {
			conf.Base = at.Base()
			return mcp.New(conf).Run(ctx, io.NopCloser(w.In), keepOpen{w.Out})
		}
		return h.During(ctx, func(ctx context.Context) error {
			return mcp.New(conf).Run(ctx, io.NopCloser(w.In), keepOpen{w.Out})
		})
	})
}

// keepOpen is an output that is not ours to close.
type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }
