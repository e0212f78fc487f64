package lexical

import (
	"fmt"
	"sync"
)

// filterCache remembers what the filters of late matched in a segment, deleted
// documents included.
type filterCache struct {
	mu   sync.Mutex
	held map[string]bitmap
}

// Bounds of a segment's filter cache.
const (
	maxFilters   = 16
	maxFilterKey = 1 << 10
)

func (c *clause) bindFilter(p *part) node {
	key := fmt.Sprintf("%#v", c.query)
	if len(key) > maxFilterKey {
		return c.subs[0].bind(p)
	}
	f := &p.filters
	f.mu.Lock()
	docs := f.held[key]
	f.mu.Unlock()
	if docs != nil {
		return &filterNode{prefixNode{docs: docs}}
	}
	docs = newBitmap(p.docs)
	whole := &part{segment: p.segment}
	eachMatch(whole, c.subs[0].bind(p), func(w int, set *bitSet) { copy(docs[w*winWords:], set[:]) })
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held == nil || len(f.held) >= maxFilters {
		f.held = map[string]bitmap{}
	}
	f.held[key] = docs
	return &filterNode{prefixNode{docs: docs}}
}

// filterNode matches a bitmap and scores nothing.
type filterNode struct{ prefixNode }

func (n *filterNode) bound(int) float64                { return 0 }
func (n *filterNode) score(doc uint32) (float64, bool) { return 0, n.docs.has(doc) }
