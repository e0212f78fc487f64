package embed

import (
	"slices"
	"testing"
)

func model(t testing.TB) *Model {
	t.Helper()
	m, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestBatchEqualsSingle holds that a text's vector does not depend on its company.
func TestBatchEqualsSingle(t *testing.T) {
	t.Parallel()
	m := model(t)
	texts := []string{"", "A short question?", "graph neural networks for molecules", "x", "On the convergence of stochastic gradient descent."}
	batch := m.EncodeAll(nil, texts)
	for i, text := range texts {
		single := m.Encode(nil, text)
		if !slices.Equal(single, batch[i*m.Dim():][:m.Dim()]) {
			t.Errorf("%q has another vector in a batch than alone", text)
		}
	}
}
