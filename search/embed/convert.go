package embed

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"
)

// Options are what a folder does not say of its model, or says wrongly.
type Options struct {
	Name        string // "": the folder's name
	Pooling     string // "mean" or "cls"; "": as the folder says, else mean
	QueryPrefix string // "": as the folder says, else none
	MaxTokens   int    // 0: as the folder says

	// Texts like those that will be encoded, some dozens at least: the weights are
	// then rounded to fit them, which takes a minute and halves the error.
	Texts []string
}

// published is what the folder of a model says of it, in its several files.
type published struct {
	Type       string  `json:"model_type"`
	Activation string  `json:"hidden_act"`
	Positions  string  `json:"position_embedding_type"`
	Hidden     int     `json:"hidden_size"`
	Layers     int     `json:"num_hidden_layers"`
	Heads      int     `json:"num_attention_heads"`
	Inner      int     `json:"intermediate_size"`
	Places     int     `json:"max_position_embeddings"`
	Words      int     `json:"vocab_size"`
	Epsilon    float32 `json:"layer_norm_eps"`

	tokenizer struct {
		Lower      *bool `json:"do_lower_case"`
		Strip      *bool `json:"strip_accents"`
		Ideographs *bool `json:"tokenize_chinese_chars"`
	}
	sentence struct {
		MaxTokens int `json:"max_seq_length"`
	}
	pooling struct {
		First bool `json:"pooling_mode_cls_token"`
		Mean  bool `json:"pooling_mode_mean_tokens"`
	}
	prompts struct {
		Prompts map[string]string `json:"prompts"`
	}
}

// Convert reads the folder of a published model, quantises its weights, and returns
// the model file.
func Convert(dir string, o Options) ([]byte, error) {
	var p published
	for _, f := range []struct {
		name string
		into any
		must bool
	}{
		{"config.json", &p, true},
		{"tokenizer_config.json", &p.tokenizer, false},
		{"sentence_bert_config.json", &p.sentence, false},
		{"1_Pooling/config.json", &p.pooling, false},
		{"config_sentence_transformers.json", &p.prompts, false},
	} {
		if err := readJSON(filepath.Join(dir, f.name), f.into, f.must); err != nil {
			return nil, err
		}
	}
	if p.Type != "bert" || p.Activation != "gelu" || p.Positions != "" && p.Positions != "absolute" {
		return nil, fmt.Errorf("%s: config.json names a model of type %q with activation %q and positions %q; type bert with gelu and absolute positions can be run", dir, p.Type, p.Activation, p.Positions)
	}
	s := p.settings(dir, o)
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	vocabulary, err := os.ReadFile(filepath.Join(dir, "vocab.txt"))
	if err != nil {
		return nil, err
	}
	weights, err := os.ReadFile(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		return nil, err
	}
	t, err := readTensors(weights)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	b, err := quantise(t, s, vocabulary, p.Words, nil)
	if err == nil && len(o.Texts) > 0 {
		var m *Model
		if m, err = open(b, kernels()[0]); err == nil {
			b, err = quantise(t, s, vocabulary, p.Words, watchMoments(m, o.Texts))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return b, nil
}

func readJSON(path string, into any, must bool) error {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !must {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (p *published) settings(dir string, o Options) settings {
	orTrue := func(b *bool) bool { return b == nil || *b }
	s := settings{
		Name: o.Name, Hidden: p.Hidden, Layers: p.Layers, Heads: p.Heads, Inner: p.Inner,
		Epsilon: max(p.Epsilon, 1e-12), Pooling: o.Pooling, QueryPrefix: o.QueryPrefix, MaxTokens: o.MaxTokens,
		Lower: orTrue(p.tokenizer.Lower), Ideographs: orTrue(p.tokenizer.Ideographs),
	}
	s.Strip = s.Lower
	if p.tokenizer.Strip != nil {
		s.Strip = *p.tokenizer.Strip
	}
	if s.Name == "" {
		s.Name = strings.ToLower(filepath.Base(filepath.Clean(dir)))
	}
	if s.Pooling == "" {
		s.Pooling = poolMean
		if p.pooling.First && !p.pooling.Mean {
			s.Pooling = poolFirst
		}
	}
	if s.QueryPrefix == "" {
		s.QueryPrefix = p.prompts.Prompts["query"]
	}
	if s.MaxTokens == 0 {
		s.MaxTokens = p.sentence.MaxTokens
	}
	if s.MaxTokens <= 0 || s.MaxTokens > p.Places {
		s.MaxTokens = p.Places
	}
	return s
}

// quantise writes the model file. Every matrix of weights, and the words' vectors,
// get a scale a row; places, norms and biases stay float32. With moments the weights
// are rounded to fit them.
func quantise(t *tensors, s settings, vocabulary []byte, words int, fit map[string]*moments) ([]byte, error) {
	c := converter{t: t, fit: fit}
	h := s.Hidden
	c.w.add("vocabulary", "text", len(vocabulary), 0, vocabulary)
	c.matrix("words", words, h, "embeddings.word_embeddings.weight")
	place := c.floats("embeddings.position_embeddings.weight", s.MaxTokens, h)
	if kind := c.floats("embeddings.token_type_embeddings.weight", 1, h); c.err == nil {
		for i := range place {
			place[i] += kind[i%h]
		}
	}
	c.w.floats("places", s.MaxTokens, h, place)
	c.norms("first", h, "embeddings.LayerNorm")
	for i := range s.Layers {
		name, from := fmt.Sprintf("layer %d ", i), fmt.Sprintf("encoder.layer.%d.", i)
		c.linear(name+"qkv", h, h, from+"attention.self.query", from+"attention.self.key", from+"attention.self.value")
		c.linear(name+"merge", h, h, from+"attention.output.dense")
		c.norms(name+"mid", h, from+"attention.output.LayerNorm")
		c.linear(name+"up", h, s.Inner, from+"intermediate.dense")
		c.linear(name+"down", s.Inner, h, from+"output.dense")
		c.norms(name+"end", h, from+"output.LayerNorm")
	}
	if c.err != nil {
		return nil, c.err
	}
	return c.w.bytes(s)
}

// converter moves tensors into a model file and keeps the first error.
type converter struct {
	t   *tensors
	fit map[string]*moments
	w   fileWriter
	err error
}

func (c *converter) floats(name string, shape ...int) []float32 {
	x, err := c.t.floats(name, shape...)
	if c.err == nil {
		c.err = err
	}
	return x
}

func (c *converter) norms(name string, n int, from string) {
	c.w.floats(name+" gamma", 1, n, c.floats(from+".weight", n))
	c.w.floats(name+" beta", 1, n, c.floats(from+".bias", n))
}

// linear writes matrices of out rows each, one below the other.
func (c *converter) linear(name string, in, out int, from ...string) {
	var bias []float32
	weights := make([]string, len(from))
	for i, f := range from {
		weights[i] = f + ".weight"
		bias = append(bias, c.floats(f+".bias", out)...)
	}
	c.matrix(name, out, in, weights...)
	c.w.floats(name+" bias", 1, len(bias), bias)
}

func (c *converter) matrix(name string, rows, cols int, from ...string) {
	var x []float32
	for _, f := range from {
		x = append(x, c.floats(f, rows, cols)...)
	}
	if c.err != nil {
		return
	}
	var scale []float32
	var q []int8
	if m := c.fit[name]; m != nil {
		scale, q = roundFitted(x, cols, m)
	} else {
		scale, q = roundRows(x, cols)
	}
	c.w.int8s(name, len(scale), cols, scale, q)
}

// roundRows rounds each row of x to int8 on a scale that reaches to its greatest.
func roundRows(x []float32, cols int) (scale []float32, q []int8) {
	for row := range slices.Chunk(x, cols) {
		var most float32
		for _, v := range row {
			most = max(most, max(v, -v))
		}
		s := most / 127
		scale = append(scale, s)
		for _, v := range row {
			if s > 0 {
				v = float32(math.RoundToEven(float64(v / s)))
			}
			q = append(q, int8(v))
		}
	}
	return scale, q
}

// stringBytes returns the bytes of s, which nobody may write to.
func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
