// Package mcp lets language models read the paper, over the Model Context Protocol: as
// tools, as resources with stable addresses, and as prompts. It stores nothing, and asks
// version 1 of the API for everything, with the token of whoever asks; so it says and may
// no more than that. Answers are Markdown, and short unless more is asked for.
package mcp

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"broadsheet/account"
	"broadsheet/api/client"
)

// Config is what the server is made with.
type Config struct {
	Client  *client.Client // asked without a token, or with that of who asks
	Base    string         // the public address, for links; "" for that of the request
	Version string         // of the program
	Log     *slog.Logger
}

// Server answers models. It is safe for concurrent use.
type Server struct {
	Config
	read, act *sdk.Server // for those without a token, and with one
}

// New returns the server.
func New(c Config) *Server {
	s := &Server{Config: c}
	s.read, s.act = s.build(false), s.build(true)
	return s
}

const instructions = `Broadsheet is a daily paper of research papers: each day has one edition, in which papers stand by votes.
Begin with get_edition for what is new, search_papers for a subject, trending_papers for what rises.
Lists give each paper's identifier; read_paper takes it. Cite papers by identifier and page.`

func (s *Server) build(acts bool) *sdk.Server {
	out := sdk.NewServer(&sdk.Implementation{Name: "broadsheet", Title: "Broadsheet", Version: s.Version},
		&sdk.ServerOptions{Instructions: instructions})
	s.addReading(out)
	if acts {
		s.addActs(out)
	}
	s.addResources(out)
	s.addPrompts(out)
	return out
}

// Routes are the addresses of the server, each with the act that a request to it is: what
// a tool may do beyond reading is decided when it asks the API.
func (s *Server) Routes() []account.Route {
	return []account.Route{{Pattern: "POST /mcp", Act: account.Look}, {Pattern: "GET /mcp", Act: account.Look}, {Pattern: "DELETE /mcp", Act: account.Look}}
}

// Handler answers over streamable HTTP. It keeps no sessions, so any of several servers
// can answer any request.
func (s *Server) Handler() http.Handler {
	return sdk.NewStreamableHTTPHandler(func(r *http.Request) *sdk.Server {
		if bearer(r.Header) != "" {
			return s.act
		}
		return s.read
	}, &sdk.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, PropagateRequestCancellation: true,
		DisableLocalhostProtection: s.Base != "", // then it stands behind a proxy, and requests come from there
	})
}

// Run answers one model over a pair of streams until the input or ctx ends.
func (s *Server) Run(ctx context.Context, in io.ReadCloser, out io.WriteCloser) error {
	return s.act.Run(ctx, &sdk.IOTransport{Reader: in, Writer: out})
}

// bearer returns the token in the headers of a request, "" for none.
func bearer(h http.Header) string {
	scheme, token, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// as returns the client that speaks for whoever sent a request.
func (s *Server) as(extra *sdk.RequestExtra) *client.Client {
	if extra == nil || bearer(extra.Header) == "" {
		return s.Client
	}
	return s.Client.With(bearer(extra.Header))
}

// text is an answer in words.
func text(words string) *sdk.CallToolResult {
	return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: words}}}
}
