package vector

import (
	"cmp"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
)

// flush makes a segment of the tail and of the segments that are due, and commits.
func (s *Store) flush(st *state, all bool) error {
	first := st.due(all)
	var sources []source
	for i := first; i < len(st.segments); i++ {
		g := st.segments[i]
		sources = append(sources, source{g.ids, g.scales, g.vectors, living(len(g.ids), st.dead[i])})
	}
	sources = append(sources, st.tailSource(s.dim))

	next := *st
	next.tail, next.rows, next.gone = newTail(), 0, nil
	next.segments = slices.Clone(st.segments[:first])
	next.dead = slices.Clone(st.dead[:first])
	next.manifest.Segments = slices.Clone(st.manifest.Segments[:first])
	name := fmt.Sprintf("%08d.seg", st.manifest.Next)
	next.manifest.Next++
	rows, err := writeSegment(filepath.Join(s.dir, name), s.dim, sources)
	runtime.KeepAlive(st)
	if err != nil {
		return err
	}
	if rows > 0 {
		g, err := openSegment(filepath.Join(s.dir, name), s.dim, rows)
		if err != nil {
			return err
		}
		next.segments = append(next.segments, g)
		next.dead = append(next.dead, newBitmap(rows))
		next.manifest.Segments = append(next.manifest.Segments, segmentName{name, rows})
	}
	committed, err := s.commit(&next)
	if err != nil {
		return err
	}
	log, err := openLog(filepath.Join(s.dir, committed.manifest.Log), 0)
	if err != nil {
		return err
	}
	s.log.Close() // all that it holds is in the segment
	s.log = log
	s.state.Store(committed)
	s.sweep(committed.manifest)
	return nil
}

// due returns the first segment that is rewritten together with the tail. Each that
// stays has more than twice the live rows of all behind it, so there are few of
// them and a row is rewritten seldom; and less than a quarter of its rows are gone.
func (st *state) due(all bool) int {
	if all {
		return 0
	}
	first, behind := len(st.segments), st.rows-st.gone.count()
	sum := behind
	for i := len(st.segments) - 1; i >= 0; i-- {
		rows := len(st.segments[i].ids)
		live := rows - st.dead[i].count()
		sum += live
		if live < 2*behind || live < rows-rows/4 {
			first, behind = i, sum
		} else if i < first {
			behind = sum
		}
	}
	return first
}

// living returns the rows that are not gone.
func living(n int, dead bitmap) []int32 {
	rows := make([]int32, 0, n)
	for i := range n {
		if !dead.has(i) {
			rows = append(rows, int32(i))
		}
	}
	return rows
}

func (st *state) tailSource(dim int) source {
	ids, scales, vectors := st.tail.view(st.rows, dim)
	rows := living(st.rows, st.gone)
	slices.SortFunc(rows, func(a, b int32) int { return cmp.Compare(ids[a], ids[b]) })
	return source{ids, scales, vectors, rows}
}
