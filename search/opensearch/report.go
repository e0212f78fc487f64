package opensearch

import (
	"context"
	"fmt"
	"net/http"
)

// Report is what an operator wants to know of a cluster.
type Report struct {
	Version string
	Status  string // green, yellow, red
	Nodes   int
	Index   string // that answers; "" when there is none
	Read    int64  // the change up to which the one that answers has read the log
	Docs    int
	Vectors int
}

// Report asks the cluster how it is. It changes nothing.
func (c *Cluster) Report(ctx context.Context) (*Report, error) {
	version, err := c.Version(ctx)
	if err != nil {
		return nil, err
	}
	var health struct {
		Status string `json:"status"`
		Nodes  int    `json:"number_of_nodes"`
	}
	if err := c.do(ctx, request{call: "health", method: http.MethodGet, path: "/_cluster/health", within: askFor}, &health); err != nil {
		return nil, err
	}
	r := &Report{Version: version, Status: health.Status, Nodes: health.Nodes}
	if r.Index, _, err = c.behind(ctx); err != nil || r.Index == "" {
		return r, err
	}
	if r.Read, err = c.cursor(ctx, r.Index); err != nil {
		return r, err
	}
	if err := c.count(ctx, r.Index); err != nil {
		return r, err
	}
	r.Docs, r.Vectors = c.Docs()
	return r, nil
}

// String says it in a sentence.
func (r *Report) String() string {
	s := fmt.Sprintf("OpenSearch %s, %d nodes, %s", r.Version, r.Nodes, r.Status)
	if r.Nodes == 1 {
		s = fmt.Sprintf("OpenSearch %s, one node, %s", r.Version, r.Status)
	}
	if r.Index == "" {
		return s + "; no index yet."
	}
	return fmt.Sprintf("%s; %d papers by words, %d by meaning.", s, r.Docs, r.Vectors)
}
