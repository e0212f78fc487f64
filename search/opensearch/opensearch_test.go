package opensearch_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"

	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/search"
	"broadsheet/search/opensearch"
	"broadsheet/search/searchtest"
)

// cluster returns the configuration of an index of the test's own on the cluster that
// BROADSHEET_TEST_OPENSEARCH names. Without the variable the test is skipped; with it and
// without a cluster it fails.
func cluster(t *testing.T) opensearch.Config {
	t.Helper()
	address := os.Getenv("BROADSHEET_TEST_OPENSEARCH")
	if address == "" {
		t.Skip("BROADSHEET_TEST_OPENSEARCH names no cluster")
	}
	return opensearch.Config{Nodes: strings.Split(address, ","), Name: "test-" + strings.ToLower(rand.Text()[:12]), Shards: 2}
}

func open(t *testing.T, c opensearch.Config, papers *paper.Store, editions *edition.Store, m search.Encoder) *opensearch.Papers {
	t.Helper()
	p, err := opensearch.OpenPapers(t.Context(), c, m, editions, papers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Delete(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		p.Close()
	})
	return p
}

func TestClusterConforms(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	searchtest.Run(t, func(t *testing.T, papers *paper.Store, editions *edition.Store, m search.Encoder) (searchtest.Searcher, func()) {
		c.Name += "x"
		p := open(t, c, papers, editions, m)
		return p, func() {
			if err := p.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
