package lexical

import "hash/maphash"

// lexicon numbers terms in the order in which they are first seen. It is an open
// hash table: with one look-up a word, a map's generality is a third of the time of indexing.
type lexicon struct {
	seed  maphash.Seed
	slots []lexiconSlot // a power of two
	words []string
}

type lexiconSlot struct {
	hash uint32
	word uint32 // its number plus 1, 0 for none
}

func newLexicon() lexicon {
	return lexicon{seed: maphash.MakeSeed(), slots: make([]lexiconSlot, 1<<10)}
}

// number returns the number of a term, a new one if it was not seen before.
func (v *lexicon) number(term []byte) uint32 {
	h := uint32(maphash.Bytes(v.seed, term))
	mask := uint32(len(v.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s := &v.slots[i]; {
		case s.word == 0:
			v.words = append(v.words, string(term))
			*s = lexiconSlot{h, uint32(len(v.words))}
			if len(v.words)*2 > len(v.slots) {
				v.grow()
			}
			return uint32(len(v.words) - 1)
		case s.hash == h && v.words[s.word-1] == string(term):
			return s.word - 1
		}
	}
}

func (v *lexicon) grow() {
	old := v.slots
	v.slots = make([]lexiconSlot, 2*len(old))
	mask := uint32(len(v.slots) - 1)
	for _, s := range old {
		if s.word == 0 {
			continue
		}
		i := s.hash & mask
		for v.slots[i].word != 0 {
			i = (i + 1) & mask
		}
		v.slots[i] = s
	}
}
