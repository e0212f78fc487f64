package lexical

import "math"

// rater computes BM25's part of a posting: for a group
//
//	part = S(Σ weight·tf, Σ weight·length / average) + Σ boost · S(tf, length / average of the field)
//	S(tf, l) = tf · (k1 + 1) / (tf + k1 · (1 − b + b · l))
//
// and for one field of it S of the field alone. Source: Robertson and Zaragoza,
// "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with lengths
// and frequencies of weighted fields joined as in BM25F.
type rater struct {
	group *group
	lens  [][]uint16 // of the group's fields
	perL  float64    // 1 / average of the joint length
	perF  []float64  // 1 / average of each field's
}

func saturate(tf, length float64) float64 { return tf * (k1 + 1) / (tf + k1*(1-b+b*length)) }

// averages are mean lengths: of each group's joint length, and of each field.
type averages struct{ group, field []float64 }

func (l *layout) averages(sums []uint64, docs int) averages {
	a := averages{make([]float64, len(l.groups)), make([]float64, len(l.Fields))}
	for f := range l.Fields {
		a.field[f] = max(1, float64(sums[f])/max(1, float64(docs)))
	}
	for g := range l.groups {
		for i, f := range l.groups[g].fields {
			a.group[g] += l.groups[g].weight[i] * float64(sums[f]) / max(1, float64(docs))
		}
		a.group[g] = max(1, a.group[g])
	}
	return a
}

// over returns the factors by which parts under other averages than a can be
// higher and lower at most: a part grows no faster than an average does.
func (a averages) over(now averages, g int, fields []int) (up, down float64) {
	up, down = now.group[g]/a.group[g], now.group[g]/a.group[g]
	for _, f := range fields {
		r := now.field[f] / a.field[f]
		up, down = max(up, r), min(down, r)
	}
	const rounding = 1e-9
	return max(1, up) * (1 + rounding), min(1, down) * (1 - rounding)
}

func (l *layout) rater(g int, lens [][]uint16, a averages) rater {
	r := rater{group: &l.groups[g], perL: 1 / a.group[g]}
	for _, f := range r.group.fields {
		r.lens = append(r.lens, lens[f])
		r.perF = append(r.perF, 1/a.field[f])
	}
	return r
}

// part rates a posting of all the group's fields; tf has the frequency in each.
func (r *rater) part(tf *tuple, doc uint32) float64 {
	g := r.group
	if len(g.fields) == 1 {
		f := float64(tf[g.fields[0]])
		s := saturate(f*g.weight[0], float64(r.lens[0][doc])*g.weight[0]*r.perL)
		if g.boost[0] > 0 {
			s += g.boost[0] * saturate(f, float64(r.lens[0][doc])*r.perF[0])
		}
		return s
	}
	var sum, length, more float64
	for i, f := range g.fields {
		n, l := float64(tf[f]), float64(r.lens[i][doc])
		sum += n * g.weight[i]
		length += l * g.weight[i]
		if n > 0 && g.boost[i] > 0 {
			more += g.boost[i] * saturate(n, l*r.perF[i])
		}
	}
	if sum == 0 {
		return more
	}
	return saturate(sum, length*r.perL) + more
}

// fieldPart rates a posting of one field, given by its slot in the group.
func (r *rater) fieldPart(tf float64, slot int, doc uint32) float64 {
	if tf == 0 {
		return 0
	}
	return saturate(tf, float64(r.lens[slot][doc])*r.perF[slot])
}

// idf is the weight of a term that df of n documents have.
func idf(n, df int) float64 {
	return math.Log(1 + (float64(n)-float64(df)+.5)/(float64(df)+.5))
}

// tuple is how often a term stands in each field of a document.
type tuple [MaxFields]uint8

func (t *tuple) total() int {
	n := 0
	for _, c := range t {
		n += int(c)
	}
	return n
}
