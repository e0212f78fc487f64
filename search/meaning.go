package search

// Encoder turns texts into vectors of length 1: package embed's models are ones.
type Encoder interface {
	Name() string // changes with the weights: vectors of two names are not compared
	Dim() int
	Encode(dst []float32, text string) []float32
	EncodeQuery(dst []float32, text string) []float32
}

// Meaning TEMP
type Meaning struct{}

func openMeaning(dir string, m Encoder) (*Meaning, error) { return nil, nil }
func (m *Meaning) Close() error                            { return nil }
func (m *Meaning) Len() int                                { return 0 }
func (m *Meaning) query(q *Query) ([]float32, map[int64]bool, error) {
	return nil, nil, nil
}
func (m *Meaning) nearest(v []float32, k int, ok func(int64) bool) []scored { return nil }
func (m *Meaning) scores(v []float32, ids []int64) []float64               { return nil }
