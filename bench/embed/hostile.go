package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// hostileTexts makes texts that tokenizers stumble over: every part of Unicode,
// marks in the wrong order, controls, special words, words of 99 to 101 letters.
func hostileTexts(n int) []string {
	r := rand.New(rand.NewPCG(2604, 11666))
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			piece(&b, r)
		}
		texts[i] = b.String()
	}
	return texts
}

var oddities = []string{
	"[SEP]", "[CLS]", "[PAD]", "[UNK]", "[MASK]", "[sep]", "[SEP", "##ing", "[[SEP]]", "##", "ﬁ", "ß", "İ", "ı", "ΑΣ", "ς", "Å", "Å",
	"\u00a0", "\u2028", "\u200b", "\ufeff", "\u00ad", "\x00", "\x7f", "\u0085", "\u3000", "\ufffd", "\ufffc", "\U000e0001",
	"e\u0301", "\u0301", "q\u0323\u0307", "q\u0307\u0323", "\u0344", "각", "\u1100\u1161\u11a8", "が", "か\u3099", "ǅ", "Ǆ", "Ω", "K",
	"中文", "漢字かな", "豈", "\U0002f800", "\U00020000", "㐀", "𝔘𝔫𝔦", "👩‍👩‍👧", "🇩🇪", "①", "½", "x²", "$\\ell_1$", "C++", "k-NN", "L_1", "don't", "U.S.A.",
	"`", "´", "‘’", "«»", "—", "・", "،", "؟", "।", "\u0e01\u0e33", "\u0f71\u0f72\u0f74", "\u302e\u0591a", "\U0001d15e", "\U00011938", "\u0958", "\u09cb",
}

func piece(b *strings.Builder, r *rand.Rand) {
	switch r.IntN(10) {
	case 0, 1:
		b.WriteString(oddities[r.IntN(len(oddities))])
	case 2: // a few of one block
		base := rune(r.IntN(0x30000) &^ 0x7f)
		for range 1 + r.IntN(8) {
			write(b, base+rune(r.IntN(128)))
		}
	case 3:
		write(b, rune(r.IntN(0x110000)))
	case 4: // marks of all classes on a letter
		b.WriteByte('a' + byte(r.IntN(26)))
		for range r.IntN(40) {
			write(b, [...]rune{0x300, 0x591, 0x64b, 0x900, 0x1dc0, 0x302a, 0x3099, 0x1d165}[r.IntN(8)]+rune(r.IntN(20)))
		}
	case 5:
		b.WriteString(strings.Repeat([...]string{"a", "é", "中", "ab", "x\u0301"}[r.IntN(5)], [...]int{1, 49, 50, 51, 99, 100, 101, 300}[r.IntN(8)]))
	case 6: // ASCII of any kind
		for range r.IntN(12) {
			b.WriteByte(byte(r.IntN(128)))
		}
	case 7:
		b.WriteString([...]string{"learning", "Theory", "NEURAL", "unaffable", "electroencephalography", "Schrödinger", "naïve", "Tōkyō", "Đặng", "2026"}[r.IntN(10)])
	case 8:
		b.WriteString([...]string{" ", "  ", "\n", "\t", "\r\n", " . "}[r.IntN(6)])
	default:
		b.WriteByte(' ')
		for range 1 + r.IntN(10) {
			b.WriteByte('a' + byte(r.IntN(26)))
		}
	}
}

// write writes r unless no text can hold it.
func write(b *strings.Builder, r rune) {
	if r < 0xd800 || r > 0xdfff && r <= 0x10ffff {
		b.WriteRune(r)
	}
}

// writeGolden writes the reference's answers: a vector a line as base64 of int16, each
// 32767 times the number, and a hostile text a line with its tokens.
func writeGolden(r *reference, dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "texts.txt"))
	if err != nil {
		return err
	}
	a, err := r.ask("encode", strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"))
	if err != nil {
		return err
	}
	var vectors strings.Builder
	for _, v := range a.Vectors {
		var b []byte
		for _, x := range v {
			b = binary.LittleEndian.AppendUint16(b, uint16(int16(math.Round(32767*x))))
		}
		vectors.WriteString(base64.StdEncoding.EncodeToString(b) + "\n")
	}
	if err := os.WriteFile(filepath.Join(dir, "vectors.txt"), []byte(vectors.String()), 0o644); err != nil {
		return err
	}
	texts := hostileTexts(400)
	for base := rune(0x80); base < 0x30000; base += 0x80 { // and every block
		var b strings.Builder
		for c := range rune(0x80) {
			if write(&b, base+c); c%2 == 0 {
				b.WriteByte('a')
			}
		}
		if base < 0x3400 || base > 0x9f80 && base < 0xac00 || base > 0xd700 && base < 0x17000 || base > 0x1b000 && base < 0x1f000 {
			texts = append(texts, b.String())
		}
	}
	if a, err = r.ask("tokens", texts); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "tokens.jsonl"))
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for i, t := range texts {
		line, err := json.Marshal(map[string]any{"text": t, "ids": a.IDs[i]})
		if err != nil {
			return err
		}
		w.Write(append(line, '\n'))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}
