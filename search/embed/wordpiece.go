package embed

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// wordpiece splits text into the words and pieces of a vocabulary, exactly as the
// reference does: special words of the vocabulary are found in the raw text, the
// rest is normalised, and each word is taken apart by the longest piece that fits,
// or is unknown.
type wordpiece struct {
	ids     map[string]int32 // words
	tails   map[string]int32 // pieces that follow, without their "##"
	longest int              // bytes of the longest piece
	special map[string]int32

	unknown, begin, end      int32
	lower, strip, ideographs bool
}

func newWordpiece(words []string, s settings) (*wordpiece, error) {
	w := &wordpiece{
		ids: make(map[string]int32, len(words)), tails: make(map[string]int32, len(words)/4),
		special: map[string]int32{}, lower: s.Lower, strip: s.Strip, ideographs: s.Ideographs,
	}
	for i, word := range words {
		if tail, ok := strings.CutPrefix(word, "##"); ok {
			w.tails[tail] = int32(i)
		}
		w.ids[word] = int32(i)
		w.longest = max(w.longest, len(word))
	}
	for _, name := range []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"} {
		id, ok := w.ids[name]
		if !ok {
			return nil, fmt.Errorf("the vocabulary has no %s", name)
		}
		w.special[name] = id
	}
	w.unknown, w.begin, w.end = w.special["[UNK]"], w.special["[CLS]"], w.special["[SEP]"]
	if len(words) > 1<<22 {
		return nil, errors.New("the vocabulary has more than 4 million words")
	}
	return w, nil
}

// tokens appends at most most tokens of text to dst, those that open and close a
// text among them.
func (w *wordpiece) tokens(dst []int32, text string, most int) []int32 {
	room := len(dst) + most - 1
	dst = append(dst, w.begin)
	n := normaliser{lower: w.lower, strip: w.strip, ideographs: w.ideographs}
	var buf []byte
	n.emit = func(word []rune) bool {
		buf = buf[:0]
		for _, r := range word {
			buf = utf8.AppendRune(buf, r)
		}
		dst = w.pieces(dst, buf, len(word))
		return len(dst) < room
	}
	for !n.done && text != "" {
		at, name := w.nextSpecial(text)
		n.text(text[:at])
		text = text[at+len(name):]
		if name != "" && !n.done {
			dst = append(dst, w.special[name])
			n.done = len(dst) >= room
		}
	}
	dst = dst[:min(len(dst), room)]
	return append(dst, w.end)
}

// nextSpecial returns where the first special word of text begins, and its name.
func (w *wordpiece) nextSpecial(text string) (int, string) {
	for at := 0; ; at++ {
		k := strings.IndexByte(text[at:], '[')
		if k < 0 {
			return len(text), ""
		}
		at += k
		for name := range w.special {
			if strings.HasPrefix(text[at:], name) {
				return at, name
			}
		}
	}
}

// pieces appends the pieces of one word.
func (w *wordpiece) pieces(dst []int32, word []byte, runes int) []int32 {
	if runes > mostRunes {
		return append(dst, w.unknown)
	}
	start := len(dst)
	ids := w.ids
	for len(word) > 0 {
		end := min(len(word), w.longest)
		id, ok := ids[string(word[:end])]
		for !ok && end > 1 {
			end--
			for end > 1 && end < len(word) && !utf8.RuneStart(word[end]) {
				end--
			}
			id, ok = ids[string(word[:end])]
		}
		if !ok {
			return append(dst[:start], w.unknown)
		}
		dst = append(dst, id)
		word = word[end:]
		ids = w.tails
	}
	return dst
}
