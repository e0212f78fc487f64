package lexical

import (
	"fmt"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Attention Is All You Need", "attention is all you need"},
		{"GPT-4 and gpt4", "gpt 4 gpt4/2 and gpt 4 gpt4/2"},
		{"k-NN, kNN, d-dimensional", "k nn knn/2 knn d dimensional ddimensional/2"},
		{"C++ and C# in C", "c++ and c# in c"},
		{`$\ell_1$ ℓ_1 L_1 l1 $L_{1}$ L₁`, "l 1 l1/2 l 1 l1/2 l 1 l1/2 l 1 l1/2 l 1 l1/2 l 1 l1/2"},
		{`α \alpha $\alpha$ alpha 𝛼`, "alpha alpha alpha alpha alpha"},
		{"$O(n^2)$", "o n 2 n2/2"},
		{`Schr\"odinger G\"{o}del Erd\H{o}s Poincar\'e`, "schrodinger godel erdos poincare"},
		{"Schrödinger naïve ŁØß ﬁeld", "schrodinger naive loss field"},
		{"Bayes's O'Neill’s don't Bayes' rule", "bayes oneill dont bayes rule"},
		{"GPT-3.5, 2015-2020", "gpt 3 5 gpt3.5/3 2015 2020"},
		{"state-of-the-art", "state of the art stateoftheart/4"},
		{"机器学习 deep", "机 器 学 习 deep"},
		{"Μηχανική μάθηση", "μηχανικη μαθηση"},
		{"машинное обучение", "машинное обучение"},
		{`$\mathbb{R}^d$ $\mathcal{N}(\mu,\sigma^2)$`, "r d rd/2 n mu sigma 2 sigma2/2"},
		{"$k$-NN and Δx", "k nn knn/2 and delta x deltax/2"},
		{"3D ResNet50", "3 d 3d/2 resnet 50 resnet50/2"},
		{"a\x1fb", "a b"},
		{"-_^ \\ {}$", ""},
	} {
		var got []string
		for _, tok := range Tokens(c.text) {
			w := tok.Word
			if tok.Parts > 0 {
				w = fmt.Sprintf("%s/%d", w, tok.Parts)
			}
			got = append(got, w)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("Tokens(%q)\n got %s\nwant %s", c.text, g, c.want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"GPT-4", `$\ell_1$ \"o \c{c}`, "机器 α-β’s", "a\x1fb ++ C++", "\\", "x_{", "\xff\xc3", "1.2.3.4-5", `\'{\i}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		place, n := -1, 0
		for _, tok := range Tokens(s) {
			n++
			if tok.Word == "" || len(tok.Word) > maxWord+8 {
				t.Fatalf("%q: word %q", s, tok.Word)
			}
			if tok.Start < 0 || tok.End > len(s) || tok.Start >= tok.End {
				t.Fatalf("%q: %q stands at %d to %d", s, tok.Word, tok.Start, tok.End)
			}
			if tok.Parts == 0 && tok.Place <= place || tok.Parts > 0 && tok.Place != place {
				t.Fatalf("%q: %q at place %d after %d", s, tok.Word, tok.Place, place)
			}
			place = tok.Place
			if tok.Parts >= n {
				t.Fatalf("%q: %q joins %d of %d", s, tok.Word, tok.Parts, n)
			}
		}
	})
}
