package search

import (
	"context"
	"hash/crc32"
	"math"
	"path/filepath"
	"slices"

	"broadsheet/search/lexical"
	"broadsheet/search/vector"
)

// Encoder turns texts into vectors of length 1: package embed's models are ones.
type Encoder interface {
	Name() string // changes with the weights: vectors of two names are not compared
	Dim() int
	EncodeQuery(dst []float32, text string) []float32
	EncodeAll(dst []float32, texts []string) []float32
}

// meaning is the leg by meaning: an encoder and the vectors that it made.
type meaning struct {
	model Encoder
	store *vector.Store

	// of EncodeNext
	looked  bool // the vectors were compared with their checksums
	backlog *backlog
}

func openMeaning(dir string, m Encoder, reads bool) (*meaning, error) {
	s, err := openVectors(dir, m, reads)
	if err != nil {
		return nil, err
	}
	return &meaning{model: m, store: s}, nil
}

// folderOf is where the vectors of an encoder lie in the folder of an index.
func folderOf(dir string, m Encoder) string { return filepath.Join(dir, "meaning", m.Name()) }

// text is what the encoder reads of a document.
func (d *Document) text() string { return d.Title + ". " + d.Abstract }

func tagOf(text string) uint32 { return crc32.ChecksumIEEE([]byte(text)) }

// atOnce is how many texts are encoded between two looks at the context.
const atOnce = 16

// Encode gives documents their vectors and takes those of the IDs in gone out. Without
// an encoder it does nothing.
func (e *Engine) Encode(ctx context.Context, docs []Document, gone []int64, seq int64) error {
	m := e.meaning.Load()
	if m == nil {
		return nil
	}
	_, err := m.encode(ctx, docs, gone, seq)
	return err
}

// encode makes the vectors of documents, but of those whose text has not changed
// since theirs was made, and keeps them under seq.
func (m *meaning) encode(ctx context.Context, docs []Document, gone []int64, seq int64) (made int, err error) {
	var rows []vector.Row
	var texts []string
	for i := range docs {
		text := docs[i].text()
		tag := tagOf(text)
		if held, ok := m.store.Tag(docs[i].ID); ok && held == tag {
			continue
		}
		rows = append(rows, vector.Row{ID: docs[i].ID, Tag: tag})
		texts = append(texts, text)
	}
	dim := m.model.Dim()
	for at := 0; at < len(texts); at += atOnce {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		end := min(len(texts), at+atOnce)
		all := m.model.EncodeAll(nil, texts[at:end])
		for i := at; i < end; i++ {
			rows[i].Vector = all[(i-at)*dim:][:dim]
		}
	}
	return len(rows), m.store.Apply(seq, rows, gone)
}

// query returns the vector of what is asked: of its words, of the papers that it
// shall be like, or the middle of them all.
func (m *meaning) query(q *Query, like []int64) []float32 {
	dim := m.model.Dim()
	sum := make([]float32, dim)
	add := func(v []float32) {
		for i := range v {
			sum[i] += v[i]
		}
	}
	if q.Meaning != "" {
		add(m.model.EncodeQuery(nil, q.Meaning))
	}
	for _, id := range like {
		if v, ok := m.store.Vector(nil, id); ok {
			add(v)
		}
	}
	norm := 0.0
	for _, x := range sum {
		norm += float64(x) * float64(x)
	}
	if norm > 0 {
		by := float32(1 / math.Sqrt(norm))
		for i := range sum {
			sum[i] *= by
		}
	}
	return sum
}

// near returns the Deepest documents nearest to a vector that a snapshot has, that meet a
// filter and that are not among some.
func (m *meaning) near(v []float32, snap *lexical.Snapshot, filter lexical.Query, but []int64) ([]Scored, error) {
	keep := func(id int64) bool { return !slices.Contains(but, id) }
	if filter != nil {
		set := snap.Match(filter)
		return m.nearest(v, Deepest, func(id int64) bool { return set.Has(id) && keep(id) })
	}
	if len(but) == 0 {
		keep = nil
	}
	list, err := m.nearest(v, Deepest, keep)
	if err != nil || !slices.ContainsFunc(list, func(s Scored) bool { return !snap.Has(s.ID) }) {
		return list, err
	}
	// vectors of documents that are no more are taken out a moment after their words
	return m.nearest(v, Deepest, func(id int64) bool { return !slices.Contains(but, id) && snap.Has(id) })
}

// nearest returns the k documents nearest to a vector that keep admits.
func (m *meaning) nearest(v []float32, k int, keep func(int64) bool) ([]Scored, error) {
	found, err := m.store.Search([][]float32{v}, k, keep)
	if err != nil {
		return nil, err
	}
	list := make([]Scored, len(found[0]))
	for i, h := range found[0] {
		list[i] = Scored{h.ID, float64(h.Score)}
	}
	return list, nil
}

// scores returns the cosines of chosen documents, NaN of those without a vector.
func (m *meaning) scores(v []float32, ids []int64) ([]float64, error) {
	list, err := m.store.Score(nil, v, ids)
	if err != nil {
		return nil, err
	}
	wide := make([]float64, len(list))
	for i, s := range list {
		wide[i] = float64(s)
	}
	return wide, nil
}
