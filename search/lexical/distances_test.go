package lexical

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestDistancesAreReadAsPacked packs blocks with few and many far distances, in long lists and
// short ones, and reads stretches of them.
func TestDistancesAreReadAsPacked(t *testing.T) {
	t.Parallel()
	apart := 0
	rapid.Check(t, func(t *rapid.T) {
		near := rapid.IntRange(0, 12).Draw(t, "bits of the near")
		seldom := rapid.IntRange(1, 40).Draw(t, "one of so many is far")
		most := rapid.IntRange(near, 32).Draw(t, "bits of the far")
		values := make([]uint32, rapid.IntRange(1, 700).Draw(t, "distances"))
		for i := range values {
			width := near
			if rapid.IntRange(1, seldom).Draw(t, "") == 1 {
				width = most
			}
			values[i] = uint32(rapid.Uint64Range(0, 1<<width-1).Draw(t, ""))
		}
		before := []byte{1, 2, 3}
		packed, width, far := packDistances(slices.Clone(before), values)
		if plain := pack(slices.Clone(before), values, widest(values)); len(packed) > len(plain) {
			t.Fatalf("%d bytes, %d without looking for far ones", len(packed), len(plain))
		}
		if far > 0 {
			apart++
		}
		l := list{places: append(packed, make([]byte, slack)...), placeOff: []uint32{3}, placeW: []byte{width}, placeFar: []byte{far}}
		d := l.distances(0)
		from := rapid.IntRange(0, len(values)).Draw(t, "from")
		to := rapid.IntRange(from, len(values)).Draw(t, "to")
		if got := d.read([]uint32{7}, from, to); !slices.Equal(got[1:], values[from:to]) || got[0] != 7 {
			t.Fatalf("%v read as %v", values[from:to], got[1:])
		}
		for range 3 { // forwards and back
			i := rapid.IntRange(0, len(values)-1).Draw(t, "one")
			if got := d.read(nil, i, i+1); got[0] != values[i] {
				t.Fatalf("%d read as %d", values[i], got[0])
			}
		}
		sums := slices.Clone(values[from:to])
		for i := 1; i < len(sums); i++ {
			sums[i] += sums[i-1]
		}
		if got := d.places(nil, from, to); !slices.Equal(got, sums) {
			t.Fatalf("places %v, want %v", got, sums)
		}
	})
	if apart == 0 {
		t.Error("no block had far distances apart")
	}
}
