package lexical

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// builder gathers documents in memory for one segment. A word read becomes one
// number, made of the word's number, the document's and the place; sorted by word,
// these are the postings.
type builder struct {
	lay     *layout
	docs    documents
	lexicon          // of words with the byte that says what they are
	reads   []uint64 // word 24 bits, document 20, place 20
	scan    scanner
	key     []byte
	field   int
	base    uint32 // the field's first place in its group
	doc     uint32
}

const (
	docBits, placeBits = 20, 20
	maxDocs            = 1 << docBits // of a builder
	maxVocab           = 1 << (64 - docBits - placeBits)
)

func newBuilder(lay *layout) *builder {
	bd := &builder{lay: lay, lexicon: newLexicon()}
	bd.docs.lens, bd.docs.nums = make([][]uint16, len(lay.Fields)), make([][]int64, len(lay.Numbers))
	bd.scan.emit = bd.word
	return bd
}

// expect makes room for texts of so many bytes.
func (bd *builder) expect(size int) {
	const perWord = 6
	bd.reads = slices.Grow(bd.reads, min(size/perWord, enough))
}

// enough reads fill a builder: they take 8 bytes each, and as much again to be sorted.
const enough = 16 << 20

// full says that the next document belongs into another builder.
func (bd *builder) full() bool {
	return len(bd.docs.ids) == maxDocs || len(bd.reads) > enough || len(bd.words) > maxVocab/2
}

// add takes a document whose ID the builder does not have yet.
func (bd *builder) add(d *Document) {
	bd.doc = uint32(len(bd.docs.ids))
	bd.docs.ids = append(bd.docs.ids, d.ID)
	for i, n := range d.Numbers {
		bd.docs.nums[i] = append(bd.docs.nums[i], n)
	}
	for g := range bd.lay.groups {
		bd.base = 0
		for _, f := range bd.lay.groups[g].fields {
			bd.field = f
			bd.key = append(bd.key[:0], wordTerm(g))
			var places int
			if bd.lay.Fields[f].Plain {
				places = bd.plain(d.Text[f])
			} else {
				bd.scan.scan(d.Text[f])
				places = bd.scan.place
			}
			places = min(places, MaxPlaces)
			bd.docs.lens[f] = append(bd.docs.lens[f], uint16(places))
			bd.base += uint32(places) + 1
		}
	}
	for i, k := range d.Keys {
		if !slices.Contains(d.Keys[:i], k) {
			bd.key = append(append(bd.key[:0], keyTerm), k[:min(len(k), maxKey)]...)
			bd.read(0)
		}
	}
}

// word takes a word from the scanner.
func (bd *builder) word(t *scanned) {
	if t.place < MaxPlaces && len(bd.words) < maxVocab {
		bd.key = append(bd.key[:1], t.word...)
		bd.read(bd.base + uint32(t.place))
	}
}

func (bd *builder) read(place uint32) {
	bd.reads = append(bd.reads, uint64(bd.number(bd.key))<<(docBits+placeBits)|uint64(bd.doc)<<placeBits|uint64(place))
}

// plain reads runs of letters and digits and returns how many places there were.
func (bd *builder) plain(text string) int {
	place := 0
	plainWords(text, func(word []byte) {
		bd.word(&scanned{word: word, place: place})
		place++
	}, func() { place++ })
	return place
}

// plainWords calls word for each run of letters and digits, folded and in lower
// case, and gap between values.
func plainWords(text string, word func([]byte), next func()) {
	var buf [maxWord + 8]byte
	w := buf[:0]
	flush := func() {
		if len(w) > 0 {
			word(w)
			w = w[:0]
		}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= utf8.RuneSelf:
			r, width := utf8.DecodeRuneInString(text[i:])
			i += width - 1
			if w = appendFolded(w, r); !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.M, r) {
				flush()
			}
		case class[c] == letters:
			c |= 0x20
			fallthrough
		case class[c] == digits:
			if len(w) < maxWord {
				w = append(w, c)
			}
		default:
			flush()
			if c == gap {
				next()
			}
		}
	}
	flush()
}

// appendFolded adds a character's letters and digits to a word.
func appendFolded(w []byte, r rune) []byte {
	for _, f := range fold(r) {
		if (unicode.IsLetter(f) || unicode.IsNumber(f)) && len(w) < maxWord {
			w = utf8.AppendRune(w, lower(f))
		}
	}
	return w
}

// postings of a term of the builder, from its reads.
func (bd *builder) postings(s *segWriter, term []byte, reads []uint64, p *postings) {
	p.reset()
	if term[0] == keyTerm {
		for _, r := range reads {
			p.docs = append(p.docs, docOf(r))
		}
		return
	}
	fields := bd.lay.groups[groupOf(term)].fields
	for i := 0; i < len(reads); {
		doc := docOf(reads[i])
		var t tuple
		slot, end := 0, uint32(bd.docs.lens[fields[0]][doc])
		for ; i < len(reads) && docOf(reads[i]) == doc; i++ {
			place := uint32(reads[i] & (1<<placeBits - 1))
			for place > end && slot+1 < len(fields) {
				slot++
				end += 1 + uint32(bd.docs.lens[fields[slot]][doc])
			}
			if t[fields[slot]] < 255 {
				t[fields[slot]]++
				p.places = append(p.places, place)
			}
		}
		p.docs, p.codes = append(p.docs, doc), append(p.codes, s.code(t))
	}
}

func docOf(read uint64) uint32 { return uint32(read>>placeBits) & (1<<docBits - 1) }

// write makes the segment.
func (bd *builder) write(w io.Writer) error {
	sorted := make([]uint32, len(bd.words))
	for i := range sorted {
		sorted[i] = uint32(i)
	}
	slices.SortFunc(sorted, func(a, b uint32) int { return cmp.Compare(bd.words[a], bd.words[b]) })
	starts, reads := bd.byWord(sorted)
	s := newSegWriter(w, bd.lay, &bd.docs, nil)
	var p postings
	stems := map[string][]int{}
	for i, id := range sorted {
		term := bd.words[id]
		bd.key = append(bd.key[:0], term...)
		bd.postings(s, bd.key, reads[starts[i]:starts[i+1]], &p)
		s.term(bd.key, &p)
		if term[0] == keyTerm || bd.lay.groups[groupOf(bd.key)].plain {
			continue
		}
		stem := stemKey(bd.key)
		stems[stem] = append(stems[stem], i)
		if i+1 == len(sorted) || bd.words[sorted[i+1]][0] != term[0] {
			bd.stems(s, stems, sorted, starts, reads)
			clear(stems)
		}
	}
	return s.finish()
}

// stemKey is the stem's term of a word's term.
func stemKey(term []byte) string {
	var sb strings.Builder
	sb.WriteByte(term[0] | 1)
	sb.WriteString(Stem(string(term[1:])))
	return sb.String()
}

// byWord sorts the reads by the words in their order, and returns where each begins.
func (bd *builder) byWord(sorted []uint32) (starts []int, reads []uint64) {
	next := make([]int, len(bd.words))
	for _, r := range bd.reads {
		next[r>>(docBits+placeBits)]++
	}
	starts = make([]int, 0, len(sorted)+1)
	at := 0
	for _, id := range sorted {
		starts = append(starts, at)
		at, next[id] = at+next[id], at
	}
	reads = make([]uint64, len(bd.reads))
	for _, r := range bd.reads {
		w := r >> (docBits + placeBits)
		reads[next[w]] = r
		next[w]++
	}
	return append(starts, at), reads
}

// stems writes the stems of a group's words.
func (bd *builder) stems(s *segWriter, stems map[string][]int, sorted []uint32, starts []int, reads []uint64) {
	order := make([]string, 0, len(stems))
	for stem := range stems {
		order = append(order, stem)
	}
	slices.Sort(order)
	var p postings
	var merged, other []uint64
	for _, stem := range order {
		forms := stems[stem]
		if len(forms) == 1 && bd.words[sorted[forms[0]]][1:] == stem[1:] {
			continue
		}
		merged = append(merged[:0], reads[starts[forms[0]]:starts[forms[0]+1]]...)
		for _, f := range forms[1:] {
			other = mergeReads(other[:0], merged, reads[starts[f]:starts[f+1]])
			merged, other = other, merged
		}
		bd.postings(s, []byte(stem), merged, &p)
		p.places = p.places[:0]
		s.term([]byte(stem), &p)
	}
}

// mergeReads merges two lists by document and place.
func mergeReads(dst, a, b []uint64) []uint64 {
	const mask = 1<<(docBits+placeBits) - 1
	for len(a) > 0 && len(b) > 0 {
		if a[0]&mask <= b[0]&mask {
			dst, a = append(dst, a[0]), a[1:]
		} else {
			dst, b = append(dst, b[0]), b[1:]
		}
	}
	return append(append(dst, a...), b...)
}

// image returns the segment as bytes, aligned for reading in place.
func (bd *builder) image() ([]byte, error) {
	var buf bytes.Buffer
	if err := bd.write(&buf); err != nil {
		return nil, err
	}
	return aligned(buf.Bytes()), nil
}

func aligned(p []byte) []byte {
	out := bytesOf(make([]uint64, (len(p)+7)/8))[:len(p)]
	copy(out, p)
	return out
}
