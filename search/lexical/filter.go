package lexical

import (
	"fmt"
	"sync"
)

// filterCache remembers what the filters and beginnings of words of late matched in a segment,
// deleted documents included.
type filterCache struct {
	mu   sync.Mutex
	held map[string]bitmap
}

// Bounds of a segment's filter cache.
const (
	maxFilters   = 64
	maxFilterKey = 1 << 10
)

// get returns what is held under a key, and else makes it, which takes long, and holds it.
func (f *filterCache) get(key string, make func() bitmap) bitmap {
	f.mu.Lock()
	docs := f.held[key]
	f.mu.Unlock()
	if docs != nil {
		return docs
	}
	docs = make()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held == nil || len(f.held) >= maxFilters {
		f.held = map[string]bitmap{}
	}
	f.held[key] = docs
	return docs
}

func (c *clause) bindFilter(p *part) node {
	key := fmt.Sprintf("%#v", c.query)
	if len(key) > maxFilterKey {
		return c.subs[0].bind(p)
	}
	return &filterNode{prefixNode{docs: p.filters.get(key, func() bitmap {
		docs := newBitmap(p.docs)
		whole := &part{segment: p.segment}
		eachMatch(whole, c.subs[0].bind(p), func(w int, set *bitSet) { copy(docs[w*winWords:], set[:]) })
		return docs
	})}}
}

// filterNode matches a bitmap and scores nothing.
type filterNode struct{ prefixNode }

func (n *filterNode) bound(int) float64                { return 0 }
func (n *filterNode) score(doc uint32) (float64, bool) { return 0, n.docs.has(doc) }
