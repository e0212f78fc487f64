package lexical

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
)

// orderFrom is how many documents a merge has that puts them in order: with fewer than a
// window there is none to pass over.
var orderFrom = winSize

// group puts documents that were numbered by kind: those whose rarest key beginning with
// prefix is the same stand together, in the order in which they stood, and the kinds in
// the order of the keys. It reports whether any moved.
//
// Documents of one kind share words. Together, they leave windows without a word where
// others are full of it: these are passed over, and the gaps in between are small.
func (d *documents) group(sources []*mergeSource, prefix string) (moved bool) {
	common := map[string]int{} // how many documents have a key
	begin := append([]byte{keyTerm}, prefix...)
	for _, src := range sources {
		for t := src.seg.seek(begin); t.next() && bytes.HasPrefix(t.term, begin); {
			common[string(t.term)] += t.df
		}
	}
	names := slices.Sorted(maps.Keys(common))
	kind := make([]int, len(d.ids)) // of each document: 1 + the place of its key, 0 for none
	var p postings
	for _, src := range sources {
		for t := src.seg.seek(begin); t.next() && bytes.HasPrefix(t.term, begin); {
			at, _ := slices.BinarySearch(names, string(t.term))
			p.reset()
			t.list().all(&p)
			for _, doc := range p.docs {
				if to := src.to[doc]; to != gone && (kind[to] == 0 || common[names[at]] < common[names[kind[to]-1]]) {
					kind[to] = 1 + at
				}
			}
		}
	}
	if slices.IsSorted(kind) {
		return false
	}
	from := make([]uint32, len(kind)) // of each place, the number that stood elsewhere
	for i := range from {
		from[i] = uint32(i)
	}
	slices.SortStableFunc(from, func(a, b uint32) int { return cmp.Compare(kind[a], kind[b]) })
	to := make([]uint32, len(from))
	for place, number := range from {
		to[number] = uint32(place)
	}
	for _, src := range sources {
		for i, number := range src.to {
			if number != gone {
				src.to[i] = to[number]
			}
		}
	}
	d.ids = taken(d.ids, from)
	for i := range d.lens {
		d.lens[i] = taken(d.lens[i], from)
	}
	for i := range d.nums {
		d.nums[i] = taken(d.nums[i], from)
	}
	return true
}

// taken returns the elements of a list in another order.
func taken[T any](list []T, from []uint32) []T {
	out := make([]T, len(list))
	for place, number := range from {
		out[place] = list[number]
	}
	return out
}
