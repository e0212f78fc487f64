// Package embed turns a text into a vector whose cosine with another says how near
// the two are in meaning. It runs encoders of the BERT family on the processor: a
// WordPiece tokenizer, the transformer in integers where it multiplies by weights
// and in float32 elsewhere, pooling, and length 1.
//
// One encoder, all-MiniLM-L6-v2, lies in the program; others are read from a folder
// or a file. Vectors of one model are comparable with each other only: Name tells
// them apart. The same text gives the same vector every time on one kind of machine,
// alone or in a batch; between machines the last bits may differ.
//
// The package stores nothing and imports nothing of ours.
package embed

import (
	_ "embed"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
)

// Model is an encoder that is ready to run. It is safe for concurrent use; each call
// that runs at the same time takes a few megabytes.
type Model struct {
	s         settings
	k         *kernel
	vocab     *wordpiece
	word      []int8 // a view of the model file
	wordScale []float32
	place     []float32
	first     norms
	layers    []layer
	free      sync.Pool // of *scratch
	watch     func(l *linear, x []float32)
}

//go:embed model/all-minilm-l6-v2.bin
var file string

// Default returns the encoder that lies in the program. It is decoded at the first
// call and kept.
func Default() (*Model, error) { return defaultModel() }

var defaultModel = sync.OnceValues(func() (*Model, error) {
	return open(stringBytes(file), kernels()[0])
})

// Open reads a model file that Convert wrote. The file stays in memory.
func Open(path string) (*Model, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, err := open(b, kernels()[0])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// LoadFolder reads a model as it is published: config.json, model.safetensors and
// vocab.txt, with what the folder says of its tokenizer, pooling and prompts. It
// quantises the weights, which takes seconds; what Convert returns, kept in a file, is
// opened at once.
func LoadFolder(dir string, o Options) (*Model, error) {
	b, err := Convert(dir, o)
	if err != nil {
		return nil, err
	}
	return open(b, kernels()[0])
}

// open makes a model of the bytes of a file, which must not change afterwards.
func open(file []byte, k *kernel) (*Model, error) {
	r, err := readFile(file)
	if err != nil {
		return nil, err
	}
	s := r.settings
	if err := s.check(); err != nil {
		return nil, err
	}
	m := &Model{s: s, k: k}
	words := r.words("vocabulary")
	m.wordScale, m.word = r.int8s("words", len(words), s.Hidden)
	m.place = r.floats("places", s.MaxTokens, s.Hidden)
	m.first = r.norms("first", s.Hidden)
	for i := range s.Layers {
		name := fmt.Sprintf("layer %d ", i)
		m.layers = append(m.layers, layer{
			qkv:   r.linear(name+"qkv", s.Hidden, 3*s.Hidden),
			merge: r.linear(name+"merge", s.Hidden, s.Hidden),
			up:    r.linear(name+"up", s.Hidden, s.Inner),
			down:  r.linear(name+"down", s.Inner, s.Hidden),
			mid:   r.norms(name+"mid", s.Hidden),
			end:   r.norms(name+"end", s.Hidden),
		})
		if r.err != nil {
			break
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	m.vocab, err = newWordpiece(words, s)
	m.free.New = func() any { return m.newScratch() }
	return m, err
}

func (r *fileReader) norms(name string, n int) norms {
	return norms{r.floats(name+" gamma", 1, n), r.floats(name+" beta", 1, n)}
}

func (r *fileReader) linear(name string, in, out int) *linear {
	scale, w := r.int8s(name, out, in)
	bias := r.floats(name+" bias", 1, out)
	if r.err != nil {
		return nil
	}
	return newLinear(in, out, scale, w, bias)
}

const (
	poolMean  = "mean"
	poolFirst = "cls"
)

// check says what of the settings this program cannot run.
func (s settings) check() error {
	const most = 1 << 14
	switch {
	case s.Hidden <= 0 || s.Hidden > most || s.Hidden%tileCols != 0 || s.Inner <= 0 || s.Inner > most || s.Inner%tileCols != 0:
		return fmt.Errorf("a model with %d and %d columns cannot be run: both must be multiples of %d, at most %d", s.Hidden, s.Inner, tileCols, most)
	case s.Heads <= 0 || s.Hidden%s.Heads != 0 || s.Hidden/s.Heads%wide != 0:
		return fmt.Errorf("a model with %d heads over %d columns cannot be run: a head must have a multiple of %d", s.Heads, s.Hidden, wide)
	case s.Layers <= 0 || s.Layers > 256:
		return fmt.Errorf("a model with %d layers cannot be run", s.Layers)
	case s.MaxTokens < 3 || s.MaxTokens > 8192:
		return fmt.Errorf("a model for %d tokens cannot be run: from 3 to 8192 can", s.MaxTokens)
	case s.Pooling != poolMean && s.Pooling != poolFirst:
		return fmt.Errorf("the pooling %q is unknown: use %q or %q", s.Pooling, poolMean, poolFirst)
	case !(s.Epsilon > 0) || math.IsInf(float64(s.Epsilon), 0):
		return errors.New("the epsilon of the model's norms must be positive")
	}
	return nil
}

// Name tells this model from every other: its weights and settings are in it.
func (m *Model) Name() string { return m.s.Name }

// Dim returns the length of a vector.
func (m *Model) Dim() int { return m.s.Hidden }

// MaxTokens returns how many tokens of a text are read, the first and the last mark
// among them. The rest of a longer text is not looked at.
func (m *Model) MaxTokens() int { return m.s.MaxTokens }

// Tokens returns the numbers of the words and pieces of text, as Encode reads it.
func (m *Model) Tokens(text string) []int32 { return m.vocab.tokens(nil, text, m.s.MaxTokens) }

// Encode appends the vector of text to dst.
func (m *Model) Encode(dst []float32, text string) []float32 {
	s := m.free.Get().(*scratch)
	defer m.free.Put(s)
	s.ids = m.vocab.tokens(s.ids[:0], text, m.s.MaxTokens)
	s.ends = append(s.ends[:0], len(s.ids))
	return m.forward(dst, s)
}

// EncodeQuery appends the vector of a question to dst. Some models want a prefix
// before a question and none before what answers it.
func (m *Model) EncodeQuery(dst []float32, text string) []float32 {
	return m.Encode(dst, m.s.QueryPrefix+text)
}

// EncodeAll appends the vectors of the texts to dst, one behind the other. It takes
// one core; short texts share a pass and cost less than one by one.
func (m *Model) EncodeAll(dst []float32, texts []string) []float32 {
	s := m.free.Get().(*scratch)
	defer m.free.Put(s)
	s.ids, s.ends = s.ids[:0], s.ends[:0]
	for _, text := range texts {
		held := len(s.ids)
		s.ids = m.vocab.tokens(s.ids, text, m.s.MaxTokens)
		if len(s.ids) > m.s.MaxTokens { // the block is full: run it, then begin with this text
			next := append([]int32(nil), s.ids[held:]...)
			s.ids = s.ids[:held]
			dst = m.forward(dst, s)
			s.ids, s.ends = append(s.ids[:0], next...), s.ends[:0]
		}
		s.ends = append(s.ends, len(s.ids))
	}
	if len(s.ends) > 0 {
		dst = m.forward(dst, s)
	}
	return dst
}
