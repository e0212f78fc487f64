package cli

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// published writes the folder of a small model of random weights, as models are published.
func published(t *testing.T) string {
	t.Helper()
	const h, inner, places = 64, 128, 24
	words := strings.Fields("[PAD] [UNK] [CLS] [SEP] [MASK] graph neural net theory learning")
	r := rand.New(rand.NewPCG(1, 1))
	var data []byte
	list := map[string]any{}
	add := func(name string, mean float64, shape ...int) {
		from, n := len(data), 1
		for _, s := range shape {
			n *= s
		}
		for range n {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(mean+r.NormFloat64()/8)))
		}
		list[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{from, len(data)}}
	}
	norm := func(name string) { add(name+".weight", 1, h); add(name+".bias", 0, h) }
	add("embeddings.word_embeddings.weight", 0, len(words), h)
	add("embeddings.position_embeddings.weight", 0, places, h)
	add("embeddings.token_type_embeddings.weight", 0, 2, h)
	norm("embeddings.LayerNorm")
	for _, l := range []struct {
		name    string
		out, in int
	}{{"attention.self.query", h, h}, {"attention.self.key", h, h}, {"attention.self.value", h, h}, {"attention.output.dense", h, h}, {"intermediate.dense", inner, h}, {"output.dense", h, inner}} {
		add("encoder.layer.0."+l.name+".weight", 0, l.out, l.in)
		add("encoder.layer.0."+l.name+".bias", 0, l.out)
	}
	norm("encoder.layer.0.attention.output.LayerNorm")
	norm("encoder.layer.0.output.LayerNorm")
	head, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`{"model_type": "bert", "hidden_act": "gelu", "hidden_size": %d, "num_hidden_layers": 1, "num_attention_heads": 2,
		"intermediate_size": %d, "max_position_embeddings": %d, "vocab_size": %d, "layer_norm_eps": 1e-12}`, h, inner, places, len(words))
	dir := filepath.Join(t.TempDir(), "Tiny")
	if err := os.Mkdir(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"config.json": config, "vocab.txt": strings.Join(words, "\n") + "\n",
		"model.safetensors": string(binary.LittleEndian.AppendUint64(nil, uint64(len(head)))) + string(head) + string(data),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestAModelIsAdded: what model add prints can be given to --model, and what was never
// added cannot.
func TestAModelIsAdded(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	run := func(want int, args ...string) string {
		t.Helper()
		var out strings.Builder
		w := World{Out: &out, Err: &out, In: strings.NewReader(""), Env: func(string) (string, bool) { return "", false }}
		if got := run(t.Context(), append(args, "--data", data), w); got != want {
			t.Fatalf("broadsheet %s ends with %d:\n%s", strings.Join(args, " "), got, out.String())
		}
		return out.String()
	}
	folder := published(t)
	added := regexp.MustCompile(`Added (tiny-[0-9a-f]{8}): vectors of 64 numbers, 24 tokens`).FindStringSubmatch(run(0, "model", "add", folder))
	if added == nil {
		t.Fatal("model add does not say what it added")
	}
	if list := run(0, "model", "list", "--model", added[1]); !regexp.MustCompile(added[1]+` .*chosen`).MatchString(list) || strings.Count(list, "chosen") != 1 {
		t.Errorf("the list is\n%s", list)
	}
	run(0, "account", "add", "ada@example.org") // makes an instance
	run(0, "search", "theory", "--model", added[1])
	if says := run(2, "search", "theory", "--model", "nobody"); !strings.Contains(says, "model list") {
		t.Errorf("an unknown model is refused with %q", says)
	}
	if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte(`{"model_type": "gpt2"}`), 0o640); err != nil {
		t.Fatal(err)
	}
	if says := run(2, "model", "add", folder); !strings.Contains(says, "gpt2") {
		t.Errorf("another kind of model is refused with %q", says)
	}
}
