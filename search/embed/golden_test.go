package embed

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// The golden files are the reference's answers (bench/embed writes them).

func lines(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(list) < 50 {
		t.Fatalf("%s has only %d lines", file, len(list))
	}
	return list
}

// TestVectors holds the vectors to those of the reference in float32, on the
// fastest kernel and on the texts that are short also on the one in Go. Of three
// tokens or of rare scripts the rounding errors do not average out: for those, 0.997.
func TestVectors(t *testing.T) {
	t.Parallel()
	m := model(t)
	slow, err := open(stringBytes(file), &plain)
	if err != nil {
		t.Fatal(err)
	}
	texts, vectors := lines(t, "testdata/texts.txt"), lines(t, "testdata/vectors.txt")
	if len(texts) != len(vectors) {
		t.Fatalf("%d texts have %d vectors", len(texts), len(vectors))
	}
	mean, below := 0.0, 0
	for i, text := range texts {
		want, err := base64.StdEncoding.DecodeString(vectors[i])
		if err != nil || len(want) != 2*m.Dim() {
			t.Fatalf("line %d of vectors.txt has %d bytes: %v", i+1, len(want), err)
		}
		cosine := func(v []float32) (sum float64) {
			for k, x := range v {
				sum += float64(x) * float64(int16(binary.LittleEndian.Uint16(want[2*k:]))) / 32767
			}
			return sum
		}
		c := cosine(m.Encode(nil, text))
		if mean += c / float64(len(texts)); c < 0.999 {
			below++
		}
		if c < 0.997 {
			t.Errorf("cosine %.5f with the reference for %q", c, text)
		}
		if len(text) < 28 {
			if c := cosine(slow.Encode(nil, text)); c < 0.997 {
				t.Errorf("cosine %.5f with the reference in Go for %q", c, text)
			}
		}
	}
	if mean < 0.9993 || below > len(texts)/10 {
		t.Errorf("cosine %.5f with the reference on average, and %d of %d below 0.999", mean, below, len(texts))
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	m := model(t)
	f, err := os.Open("testdata/tokens.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	count := 0
	for in := bufio.NewScanner(f); in.Scan(); count++ {
		var c struct {
			Text string
			IDs  []int32
		}
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if got := m.Tokens(c.Text); !slices.Equal(got, c.IDs) {
			t.Errorf("%q has the tokens %v and not %v", c.Text, got, c.IDs)
		}
	}
	if count < 400 {
		t.Fatalf("only %d texts were tried", count)
	}
}

// TestSettings holds what a folder can say of its tokenizer, by hand.
func TestSettings(t *testing.T) {
	t.Parallel()
	words := strings.Fields("[PAD] [UNK] [CLS] [SEP] [MASK] é e É caf ##é ##e 中 中文 A a")
	for _, c := range []struct {
		name string
		s    settings
		text string
		want []int32
	}{
		{"all", settings{Lower: true, Strip: true, Ideographs: true}, "Café É A 中文", []int32{2, 8, 10, 6, 14, 11, 1, 3}},
		{"cased", settings{}, "café É A 中文", []int32{2, 8, 9, 7, 13, 12, 3}},
		{"lower with accents", settings{Lower: true}, "CAFÉ É", []int32{2, 8, 9, 5, 3}},
	} {
		w, err := newWordpiece(words, c.s)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.tokens(nil, c.text, 64); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q gives %v and not %v", c.name, c.text, got, c.want)
		}
	}
}

// TestCut holds that a long text is read up to the model's limit and no further.
func TestCut(t *testing.T) {
	t.Parallel()
	m := model(t)
	long := strings.Repeat("graph neural networks ", 5000)
	ids := m.Tokens(long)
	if len(ids) != m.MaxTokens() || ids[len(ids)-1] != m.vocab.end {
		t.Fatalf("a long text has %d tokens, the last %d", len(ids), ids[len(ids)-1])
	}
	if !slices.Equal(m.Encode(nil, long), m.Encode(nil, long[:22*200])) {
		t.Error("what stands behind the limit changes the vector")
	}
}

// FuzzTokens holds that any text has bounded, valid tokens, the same each time, and
// that what is cut off the end of the text does not matter behind the limit.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{"", "Ünïcödé [SEP] ##x", "a\u0301\u0323\u0300", "\xff\xfe", "中文\u3000!", "\u1100\u1161\u11a8각", strings.Repeat("x", 300)} {
		f.Add(s)
	}
	m, err := Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids := m.Tokens(text)
		if len(ids) < 2 || len(ids) > m.MaxTokens() || ids[0] != m.vocab.begin || ids[len(ids)-1] != m.vocab.end {
			t.Fatalf("%q has the tokens %v", text, ids)
		}
		for _, id := range ids {
			if id < 0 || int(id) >= len(m.wordScale) {
				t.Fatalf("%q has the token %d", text, id)
			}
		}
		if !slices.Equal(ids, m.Tokens(" "+text+" ")) {
			t.Fatalf("%q has other tokens between spaces", text)
		}
	})
}

// small returns a model file of few numbers.
func small(t testing.TB) []byte {
	t.Helper()
	const h = 64
	s := settings{Name: "small", Hidden: h, Layers: 1, Heads: 2, Inner: h, MaxTokens: 8, Epsilon: 1e-12, Pooling: poolFirst, Lower: true}
	var w fileWriter
	ones := func(n int) []float32 { return slices.Repeat([]float32{1}, n) }
	vocabulary := []byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n")
	w.add("vocabulary", "text", len(vocabulary), 0, vocabulary)
	matrix := func(name string, rows int) {
		q := make([]int8, rows*h)
		for i := range q {
			q[i] = int8(i * 37)
		}
		w.int8s(name, rows, h, ones(rows), q)
	}
	norms := func(name string) {
		w.floats(name+" gamma", 1, h, ones(h))
		w.floats(name+" beta", 1, h, ones(h))
	}
	matrix("words", 7)
	w.floats("places", s.MaxTokens, h, ones(8*h))
	norms("first")
	for name, rows := range map[string]int{"qkv": 3 * h, "merge": h, "up": h, "down": h} {
		matrix("layer 0 "+name, rows)
		w.floats("layer 0 "+name+" bias", 1, rows, ones(rows))
	}
	norms("layer 0 mid")
	norms("layer 0 end")
	b, err := w.bytes(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzFile holds that a model file that is no model is refused, and that one that is
// taken can be run.
func FuzzFile(f *testing.F) {
	whole := small(f)
	f.Add(whole)
	f.Add(whole[:100])
	f.Add([]byte(fileMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := open(b, &plain)
		if err == nil && m.Dim() <= 256 && m.MaxTokens() <= 64 && len(m.layers) < 4 {
			m.Encode(nil, "a b")
		}
	})
}

// TestDamage flips a bit in each part of a model file.
func TestDamage(t *testing.T) {
	t.Parallel()
	whole := small(t)
	if _, err := open(whole, &plain); err != nil {
		t.Fatal(err)
	}
	r, err := readFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	at := []int{0, 8, 12, 17, 30}
	for _, s := range r.sections {
		at = append(at, s.At, s.At+s.size()-1)
	}
	for _, i := range at {
		b := bytes.Clone(whole)
		b[i] ^= 1
		if _, err := open(b, &plain); err == nil {
			t.Errorf("a flipped bit at %d is not seen", i)
		}
	}
	for _, n := range []int{0, 7, 23, 200, len(whole) - 64*64} {
		if _, err := open(whole[:n], &plain); err == nil {
			t.Errorf("a file cut to %d bytes is opened", n)
		}
	}
}

func FuzzTensors(f *testing.F) {
	f.Add(tensorFile(map[string]tensorInfo{"a": {"F32", []int{1, 2}, [2]int{0, 8}}}, make([]byte, 8)))
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := readTensors(b)
		if err != nil {
			return
		}
		for name := range r.list {
			r.floats(name, 1, 2)
			r.floats(name, 3)
		}
	})
}

// tensorFile writes a safetensors file.
func tensorFile(list map[string]tensorInfo, data []byte) []byte {
	h, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(h)))
	return append(append(b, h...), data...)
}
