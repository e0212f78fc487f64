// Package opensearch is the search on a cluster of OpenSearch, 2.19 or newer: the second
// engine beside that of package search, for an instance of several replicas. It finds
// the same papers for the same query, and explains, marks and suggests alike: package
// searchtest has the tests that both pass.
//
// One index holds words and vectors. Texts are sent as the tokens that search/lexical
// makes of them, so that both engines know the same words; a query's tree in the language
// of search/lexical becomes OpenSearch's own. What both legs found is blended by package
// search, and not by the cluster.
//
// An index is called after what it is made of (form, model, shards), and an alias leads
// to the one that answers. When something of that changes, a new index is filled beside
// the old one, and the alias moves once all is in it. How far an index has read the
// change log stands in the index itself, under the ID "cursor". A document is written
// under the number of a change as its version, so that a batch that comes late or twice
// does no harm; several replicas may write at once.
//
// Every call has a time limit. While the cluster is away, questions are answered with
// fault.Busy at once, and the index catches up later.
package opensearch

import (
	"context"
	"crypto/tls"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"broadsheet/search"
)

// Config says where a cluster is and how its index is made.
type Config struct {
	Nodes          []string // addresses of nodes, without a slash at the end
	User, Password string   // "" for none
	TLS            *tls.Config
	Name           string // of the alias
	Owner          string // whose documents these are; an index of another's is refused
	Shards, Copies int
	// Models opens the encoder of a name, for an index whose vectors another one made than
	// the one that is wanted now; nil for none.
	Models func(name string) (search.Encoder, error)
	// Told, if not nil, is told of each call: what it was, how long it took, and whether
	// it failed.
	Told func(call string, took time.Duration, failed bool)
}

// Cluster is an index on a cluster. It is safe for concurrent use.
type Cluster struct {
	*client
	Config
	model search.Encoder // nil: words alone

	mu      sync.Mutex // never held over a call
	view    view
	looked  time.Time
	looking bool                    // somebody looks anew
	turn    int                     // counts lookSoon
	known   atomic.Pointer[figures] // what Docs says
	shown   atomic.Int64            // the change up to which searches surely see all

	remembered weights
}

// view is what the cluster looks like.
type view struct {
	unit  float64        // what a score is multiplied with to be one of BM25 as we write it
	live  string         // the index behind the alias; "" when there is none
	made  made           // of what it is made
	model search.Encoder // that made its vectors; nil while it has none
	whole bool           // every document has a vector
}

type figures struct{ words, meaning int }

// New returns the index of a cluster, which need not be there yet. m makes the vectors;
// nil for none.
func New(c Config, m search.Encoder) *Cluster {
	c.Shards = max(1, c.Shards)
	return &Cluster{client: newClient(c), Config: c, model: m}
}

// Close ends the connections.
func (c *Cluster) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Docs returns how many documents can be found by words, and how many of them by
// meaning, as it was when the index was last written.
func (c *Cluster) Docs() (words, meaning int) {
	if f := c.known.Load(); f != nil {
		return f.words, f.meaning
	}
	return 0, 0
}

// wanted is of what the index shall be made, and its name.
func (c *Cluster) wanted() (made, string) {
	m := made{Form: form, Owner: c.Owner, Shards: c.Shards}
	if c.model != nil {
		m.Model = c.model.Name()
	}
	sum := crc32.ChecksumIEEE(fmt.Appendf(nil, "%+v", m))
	return m, fmt.Sprintf("%s-%08x", c.Name, sum)
}

// How old the view of a cluster may be, and how old it may be for those who ask while
// another looks anew.
const (
	lookAgain = 2 * time.Second
	lookOld   = 10 * time.Second
)

// look returns the view of the cluster.
func (c *Cluster) look(ctx context.Context) (view, error) {
	c.mu.Lock()
	v, turn, age := c.view, c.turn, time.Since(c.looked)
	if age < lookAgain || c.looking && age < lookOld {
		c.mu.Unlock()
		return v, nil
	}
	c.looking = true
	c.mu.Unlock()
	v, err := c.lookFrom(ctx, v)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looking = false
	if err == nil && turn == c.turn {
		c.view, c.looked = v, time.Now()
	}
	return v, err
}

// lookFrom looks at the cluster anew; was is how it looked before.
func (c *Cluster) lookFrom(ctx context.Context, was view) (v view, err error) {
	v = was
	if v.unit == 0 {
		if v.unit, err = c.unit(ctx); err != nil {
			return was, err
		}
	}
	if v.live, v.made, err = c.behind(ctx); err != nil {
		return was, err
	}
	if v.live != was.live || v.model == nil {
		if v.model, err = c.madeBy(ctx, v); err != nil {
			return was, err
		}
	}
	v.whole = false
	if v.model != nil {
		some, err := c.pending(ctx, v.live, 1)
		if err != nil {
			return was, err
		}
		v.whole = len(some) == 0
	}
	return v, nil
}

// madeBy returns the encoder that made the vectors of the index that answers, nil while it
// has none.
func (c *Cluster) madeBy(ctx context.Context, v view) (search.Encoder, error) {
	if v.live == "" || v.made.Model == "" {
		return nil, nil
	}
	if some, err := c.anyVector(ctx); err != nil || !some {
		return nil, err
	}
	if c.model != nil && c.model.Name() == v.made.Model {
		return c.model, nil
	}
	if c.Models == nil {
		return nil, nil
	}
	m, err := c.Models(v.made.Model)
	if err != nil {
		return nil, nil // it was taken away: words alone answer until the new index is complete
	}
	return m, nil
}

// lookSoon has the next question look at the cluster anew.
func (c *Cluster) lookSoon() {
	c.mu.Lock()
	c.looked, c.turn = time.Time{}, c.turn+1
	c.mu.Unlock()
}

// Version returns the version of the cluster.
func (c *Cluster) Version(ctx context.Context) (string, error) {
	var told struct {
		Version struct {
			Number       string `json:"number"`
			Distribution string `json:"distribution"`
		} `json:"version"`
	}
	err := c.do(ctx, request{call: "version", method: http.MethodGet, path: "/", within: askFor}, &told)
	if err == nil && told.Version.Distribution != "opensearch" {
		return "", fmt.Errorf("%s is no OpenSearch", c.nodes[0])
	}
	return told.Version.Number, err
}

// unit returns what scores are multiplied with: from version 3 on they lack the factor
// k1 + 1, which orders nothing but which a blend needs.
func (c *Cluster) unit(ctx context.Context) (float64, error) {
	version, err := c.Version(ctx)
	if err != nil {
		return 0, err
	}
	major, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(major)
	if err != nil || n < 2 {
		return 0, fmt.Errorf("OpenSearch %q cannot be used: 2.19 or newer is wanted", version)
	}
	if n < 3 {
		return 1, nil
	}
	return search.K1 + 1, nil
}

// behind returns the index that the alias leads to, "" when there is none.
func (c *Cluster) behind(ctx context.Context) (string, made, error) {
	var told map[string]struct {
		Mappings struct {
			Made made `json:"_meta"`
		} `json:"mappings"`
	}
	err := c.do(ctx, request{call: "look", method: http.MethodGet, path: "/" + c.Name + "/_mapping", within: askFor}, &told)
	if missing(err) {
		return "", made{}, nil
	}
	if err != nil {
		return "", made{}, err
	}
	for name, m := range told {
		if of := m.Mappings.Made; of.Owner != c.Owner {
			return "", of, foreign(c.Name)
		}
		return name, m.Mappings.Made, nil
	}
	return "", made{}, nil
}
