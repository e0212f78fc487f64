package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestModelsTalkToTheCommand starts broadsheet mcp over papers that are here, and talks
// to it over its input and output.
func TestModelsTalkToTheCommand(t *testing.T) {
	t.Parallel()
	data, papers := t.TempDir(), filepath.Join(t.TempDir(), "papers.jsonl")
	if err := os.WriteFile(papers, []byte(`{"id":"2604.00001","title":"Ours","abstract":"We show it.","authors":["Ada Example"],"categories":["cs.LG"],"listed":"2026-04-02"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	says := &strings.Builder{}
	w := World{In: in, Out: out, Err: says, Env: func(string) (string, bool) { return "", false }}
	if code := run(t.Context(), []string{"import", "--data", data, papers}, World{Out: io.Discard, Err: says, Env: w.Env}); code != 0 {
		t.Fatalf("import: %d %s", code, says)
	}
	ended := make(chan int)
	go func() { ended <- run(context.WithoutCancel(t.Context()), []string{"mcp", "--data", data}, w) }()
	s, err := sdk.NewClient(&sdk.Implementation{Name: "a test", Version: "1"}, nil).Connect(t.Context(), &sdk.IOTransport{Reader: fromServer, Writer: toServer}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: "get_edition", Arguments: map[string]any{}})
	if err != nil || r.IsError || !strings.Contains(r.Content[0].(*sdk.TextContent).Text, "**Ours**") {
		t.Errorf("get_edition: %+v, %v", r, err)
	}
	toServer.Close()
	if code := <-ended; code != 0 {
		t.Errorf("at the end of the talk: %d %s", code, says)
	}
}
