package vector

import "sync"

// tail holds the rows since the last segment, in the order in which they came. Rows
// are only added: a state that knows the first n of them is not disturbed. What
// grows is behind the lock; a state reads rows through view.
type tail struct {
	mu      sync.RWMutex
	ids     []int64
	scales  []scale
	vectors []uint8
	newest  map[int64]int // the last row of each document
	bytes   int           // of the log that holds it
}

func newTail() *tail { return &tail{newest: map[int64]int{}} }

func (t *tail) add(id int64, by scale, vector []uint8) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.newest[id] = len(t.ids)
	t.ids = append(t.ids, id)
	t.scales = append(t.scales, by)
	t.vectors = append(t.vectors, vector...)
}

// view returns the first n rows.
func (t *tail) view(n, dim int) (ids []int64, scales []scale, vectors []uint8) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.ids[:n], t.scales[:n], t.vectors[:n*dim]
}

// find returns the last of the first n rows that belongs to the document.
func (t *tail) find(id int64, n int) (int, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	row, ok := t.newest[id]
	for ok && row >= n { // a newer row than this state knows: look for an older one
		row--
		for row >= 0 && t.ids[row] != id {
			row--
		}
		ok = row >= 0
	}
	return row, ok
}
