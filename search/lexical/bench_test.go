package lexical

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkApply applies changes of one paper to an index on disk and reports how
// long the slowest of a hundred takes until it can be found.
func BenchmarkApply(b *testing.B) {
	x, err := Open(b.TempDir(), testSchema)
	must(b, err)
	defer x.Close()
	var took []time.Duration
	for seq := int64(1); b.Loop(); seq++ {
		began := time.Now()
		must(b, x.Apply(step(seq)))
		if len(x.Snapshot().Search(Term{Word: fmt.Sprintf("n%d", seq)}, 1, Options{}).Hits) == 0 {
			b.Fatal("what was applied is not found")
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkSearch compares pruned searches with the exhaustive ones beside them.
func BenchmarkSearch(b *testing.B) {
	s := many(b, 50_000).Snapshot()
	q := Or{Term{Word: "wa"}, Term{Word: "12"}, Term{Word: "170"}, Term{Word: "3000"}}
	for name, o := range map[string]Options{"pruned": {}, "exhaustive": {Count: true}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.Search(q, 10, o)
			}
		})
	}
}
