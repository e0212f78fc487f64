package embed

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tiny is a model of a few thousand random weights, as a folder and in float64.
type tiny struct {
	r       *rand.Rand
	weights map[string][]float64
	shapes  map[string][]int
}

const tinyH, tinyInner, tinyHeads, tinyLayers, tinyPlaces = 64, 128, 2, 2, 24

var tinyWords = strings.Fields("[PAD] [UNK] [CLS] [SEP] [MASK] query : graph neural net ##s theory of learning")

func newTiny() *tiny {
	t := &tiny{rand.New(rand.NewPCG(11, 11)), map[string][]float64{}, map[string][]int{}}
	t.add("embeddings.word_embeddings.weight", 0.5, 0, len(tinyWords), tinyH)
	t.add("embeddings.position_embeddings.weight", 0.3, 0, tinyPlaces, tinyH)
	t.add("embeddings.token_type_embeddings.weight", 0.3, 0, 2, tinyH)
	t.norm("embeddings.LayerNorm")
	for i := range tinyLayers {
		p := fmt.Sprintf("encoder.layer.%d.", i)
		for _, n := range []string{"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"} {
			t.linear(p+n, tinyH, tinyH)
		}
		t.linear(p+"intermediate.dense", tinyInner, tinyH)
		t.linear(p+"output.dense", tinyH, tinyInner)
		t.norm(p + "attention.output.LayerNorm")
		t.norm(p + "output.LayerNorm")
	}
	return t
}

func (t *tiny) add(name string, spread, mean float64, shape ...int) {
	n := 1
	for _, s := range shape {
		n *= s
	}
	x := make([]float64, n)
	for i := range x {
		// What F16, BF16 and F32 can all say.
		x[i] = float64(math.Float32frombits(math.Float32bits(float32(mean+spread*t.r.NormFloat64())) &^ 0xffff))
	}
	t.weights[name], t.shapes[name] = x, shape
}

func (t *tiny) norm(name string) {
	t.add(name+".weight", 0.2, 1, tinyH)
	t.add(name+".bias", 0.2, 0, tinyH)
}

func (t *tiny) linear(name string, out, in int) {
	t.add(name+".weight", 1.5/math.Sqrt(float64(in)), 0, out, in)
	t.add(name+".bias", 0.2, 0, out)
}

// write writes the folder, with numbers of that type and names behind a prefix.
func (t *tiny) write(tb testing.TB, kind, prefix string, config map[string]any) string {
	dir := tb.TempDir()
	list := map[string]tensorInfo{}
	var data []byte
	for name, x := range t.weights {
		start := len(data)
		for _, v := range x {
			bits := math.Float32bits(float32(v))
			switch kind {
			case "F32":
				data = binary.LittleEndian.AppendUint32(data, bits)
			case "BF16":
				data = binary.LittleEndian.AppendUint16(data, uint16(bits>>16))
			}
		}
		list[prefix+name] = tensorInfo{kind, t.shapes[name], [2]int{start, len(data)}}
	}
	all := map[string]any{
		"model_type": "bert", "hidden_act": "gelu", "hidden_size": tinyH, "num_hidden_layers": tinyLayers,
		"num_attention_heads": tinyHeads, "intermediate_size": tinyInner, "max_position_embeddings": tinyPlaces,
		"vocab_size": len(tinyWords), "layer_norm_eps": 1e-12,
	}
	for k, v := range config {
		all[k] = v
	}
	text, err := json.Marshal(all)
	if err != nil {
		tb.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"config.json": text, "vocab.txt": []byte(strings.Join(tinyWords, "\n") + "\n"), "model.safetensors": tensorFile(list, data),
		"config_sentence_transformers.json": []byte(`{"prompts": {"query": "query: "}}`),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

// encode is the encoder by its definition, in float64.
func (t *tiny) encode(ids []int32, first bool) []float64 {
	x := make([][]float64, len(ids))
	for i, id := range ids {
		x[i] = make([]float64, tinyH)
		for k := range x[i] {
			x[i][k] = t.weights["embeddings.word_embeddings.weight"][int(id)*tinyH+k] +
				t.weights["embeddings.position_embeddings.weight"][i*tinyH+k] + t.weights["embeddings.token_type_embeddings.weight"][k]
		}
		t.level(x[i], "embeddings.LayerNorm")
	}
	for l := range tinyLayers {
		p := fmt.Sprintf("encoder.layer.%d.", l)
		mixed := t.attend(x, p+"attention.self.")
		for i := range x {
			y := t.times(mixed[i], p+"attention.output.dense")
			for k := range y {
				x[i][k] += y[k]
			}
			t.level(x[i], p+"attention.output.LayerNorm")
			up := t.times(x[i], p+"intermediate.dense")
			for k, v := range up {
				up[k] = v * 0.5 * (1 + math.Erf(v/math.Sqrt2))
			}
			for k, v := range t.times(up, p+"output.dense") {
				x[i][k] += v
			}
			t.level(x[i], p+"output.LayerNorm")
		}
	}
	sum := slices.Clone(x[0])
	for _, row := range x[1:] {
		for k, v := range row {
			if !first {
				sum[k] += v
			}
		}
	}
	return sum
}

func (t *tiny) attend(x [][]float64, p string) [][]float64 {
	const size = tinyH / tinyHeads
	var q, k, v, mixed [][]float64
	for _, row := range x {
		q, k, v = append(q, t.times(row, p+"query")), append(k, t.times(row, p+"key")), append(v, t.times(row, p+"value"))
		mixed = append(mixed, make([]float64, tinyH))
	}
	for h := 0; h < tinyH; h += size {
		for i := range x {
			weights, sum := make([]float64, len(x)), 0.0
			for j := range x {
				for d := h; d < h+size; d++ {
					weights[j] += q[i][d] * k[j][d] / math.Sqrt(size)
				}
				weights[j] = math.Exp(weights[j])
				sum += weights[j]
			}
			for j := range x {
				for d := h; d < h+size; d++ {
					mixed[i][d] += weights[j] / sum * v[j][d]
				}
			}
		}
	}
	return mixed
}

func (t *tiny) times(x []float64, name string) []float64 {
	y := slices.Clone(t.weights[name+".bias"])
	for j := range y {
		for k, v := range x {
			y[j] += v * t.weights[name+".weight"][j*len(x)+k]
		}
	}
	return y
}

func (t *tiny) level(x []float64, name string) {
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += v / tinyH
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / tinyH
	}
	for k, v := range x {
		x[k] = (v-mean)/math.Sqrt(square)*t.weights[name+".weight"][k] + t.weights[name+".bias"][k]
	}
}

// TestFolder holds a model from a folder to the encoder's definition in float64, for
// both poolings, both types of numbers, and weights that were fitted to texts.
func TestFolder(t *testing.T) {
	t.Parallel()
	ref := newTiny()
	texts := []string{"theory of learning", "graph neural nets", "nets", "learning of graph theory of theory of nets of learning of nets of graph nets theory"}
	names := map[string]bool{}
	for _, c := range []struct {
		name, kind, prefix string
		o                  Options
		tokens             int
	}{
		{"as it is", "F32", "", Options{}, tinyPlaces},
		{"halves and a prefix", "BF16", "bert.", Options{Name: "other"}, tinyPlaces},
		{"first row", "F32", "", Options{Pooling: "cls"}, tinyPlaces},
		{"fitted", "F32", "", Options{Texts: texts}, tinyPlaces},
		{"short", "F32", "", Options{MaxTokens: 6}, 6},
	} {
		m, err := LoadFolder(ref.write(t, c.kind, c.prefix, nil), c.o)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if names[m.Name()] || c.o.Name != "" && !strings.HasPrefix(m.Name(), c.o.Name+"-") {
			t.Errorf("%s: the name %s is not its own", c.name, m.Name())
		}
		names[m.Name()] = true
		if m.MaxTokens() != c.tokens {
			t.Errorf("%s: %d tokens and not %d", c.name, m.MaxTokens(), c.tokens)
		}
		for _, text := range texts {
			want := ref.encode(m.Tokens(text), c.o.Pooling == poolFirst)
			var dot, square float64
			for k, v := range m.Encode(nil, text) {
				dot += float64(v) * want[k]
				square += want[k] * want[k]
			}
			if cosine := dot / math.Sqrt(square); cosine < 0.999 {
				t.Errorf("%s: cosine %.5f with the definition for %q", c.name, cosine, text)
			}
		}
		if !slices.Equal(m.EncodeQuery(nil, "theory"), m.Encode(nil, "query: theory")) {
			t.Errorf("%s: a question has not the folder's prefix", c.name)
		}
	}
}

// TestConvertAndOpen holds that a model file is the model, and the same each time.
func TestConvertAndOpen(t *testing.T) {
	t.Parallel()
	dir := newTiny().write(t, "F32", "", nil)
	a, err := Convert(dir, Options{Name: "tiny"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Convert(dir, Options{Name: "tiny"})
	if err != nil || !slices.Equal(a, b) {
		t.Fatalf("a folder gives two files (%v)", err)
	}
	path := filepath.Join(t.TempDir(), "tiny.bin")
	if err := os.WriteFile(path, a, 0o644); err != nil {
		t.Fatal(err)
	}
	opened, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := LoadFolder(dir, Options{Name: "tiny"})
	if err != nil {
		t.Fatal(err)
	}
	if opened.Name() != loaded.Name() || !slices.Equal(opened.Encode(nil, "graph nets"), loaded.Encode(nil, "graph nets")) {
		t.Error("the file and the folder are two models")
	}
}

// TestFolderRefused holds that a folder that cannot be run is refused with a sentence
// that says why.
func TestFolderRefused(t *testing.T) {
	t.Parallel()
	ref := newTiny()
	for _, c := range []struct {
		name   string
		config map[string]any
		say    string
	}{
		{"another family", map[string]any{"model_type": "roberta"}, `type "roberta"`},
		{"another activation", map[string]any{"hidden_act": "relu"}, `activation "relu"`},
		{"relative positions", map[string]any{"position_embedding_type": "relative_key"}, `"relative_key"`},
		{"no heads", map[string]any{"num_attention_heads": 0}, "0 heads"},
		{"an odd width", map[string]any{"hidden_size": 60}, "60 and 128 columns"},
		{"too many layers", map[string]any{"num_hidden_layers": 3}, "encoder.layer.2"},
		{"another vocabulary", map[string]any{"vocab_size": 30522}, "word_embeddings"},
		{"no places", map[string]any{"max_position_embeddings": 0}, "0 tokens"},
	} {
		_, err := LoadFolder(ref.write(t, "F32", "", c.config), Options{})
		if err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := LoadFolder(t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), "config.json") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := LoadFolder(ref.write(t, "F32", "", nil), Options{Pooling: "max"}); err == nil || !strings.Contains(err.Error(), `"max"`) {
		t.Errorf("another pooling: %v", err)
	}
}
