package lexical

import (
	"cmp"
	"math"
	"slices"
)

// An impact is an upper bound of the part of a posting, as a byte: of how often the term
// stands in the document and how long that is. The index keeps no impact of a posting;
// it keeps a symbol for how often, one of eight, and a class of the document's length,
// one of sixteen, and a segment has a table of the impacts of both.
const (
	symbols = 8
	classes = 16
)

// impacts are those of a group's postings, [classes · symbol + class].
type impacts [symbols * classes]byte

func impact(part, top float64) byte {
	return byte(min(255, max(1, math.Ceil(part/top*255*(1+1e-12)))))
}

// rate is BM25's part (score.go) for lengths relative to their averages: of the group's
// fields together, and of each alone.
func (g *group) rate(tf *tuple, joint float64, own func(slot int) float64) float64 {
	var sum, more float64
	for i, f := range g.fields {
		n := float64(tf[f])
		sum += n * g.weight[i]
		if n > 0 && g.boost[i] > 0 {
			more += g.boost[i] * saturate(n, own(i))
		}
	}
	if sum == 0 {
		return more
	}
	return saturate(sum, joint) + more
}

func average(int) float64 { return 1 }

// learn chooses the symbols of the group: parts at average lengths up to a level have
// one symbol. The levels lie so that the parts of likely tuples are little below them.
func (g *group) learn() {
	const most, both = 16, 6
	type likely struct{ part, weight float64 }
	var list []likely
	add := func(t tuple) {
		list = append(list, likely{g.rate(&t, 1, average), math.Pow(.5, float64(t.total()))})
	}
	for i, f := range g.fields {
		for n := range most {
			t := tuple{}
			t[f] = byte(n + 1)
			add(t)
		}
		for _, h := range g.fields[i+1:] {
			for n := range both * both {
				t := tuple{}
				t[f], t[h] = byte(n/both+1), byte(n%both+1)
				add(t)
			}
		}
	}
	slices.SortFunc(list, func(a, b likely) int { return cmp.Compare(a.part, b.part) })
	var parts, weights []float64
	for _, l := range list {
		parts, weights = append(parts, l.part), append(weights, l.weight)
	}
	g.levels = cut(parts, weights, symbols)
}

// symbol returns the symbol of a tuple, which must be one of the group.
func (g *group) symbol(t *tuple) byte { return level(g.levels, g.rate(t, 1, average)) }

// level returns the first level that is not below v; what is above all belongs to the last.
func level(levels []float64, v float64) byte {
	i := 0
	for i+1 < len(levels) && v > levels[i] {
		i++
	}
	return byte(i)
}

// cut puts rising values into at most n runs so that they lie as little as possible below
// the greatest of their run, and returns these.
func cut(values, weights []float64, n int) []float64 {
	m := len(values)
	w, s := make([]float64, m+1), make([]float64, m+1)
	for i, v := range values {
		w[i+1], s[i+1] = w[i]+weights[i], s[i]+weights[i]*v
	}
	cost, from := make([]float64, m+1), make([][]int, min(n, m))
	for j := 1; j <= m; j++ {
		cost[j] = values[j-1]*w[j] - s[j]
	}
	for k := range from {
		from[k] = make([]int, m+1)
		if k == 0 {
			continue
		}
		next := make([]float64, m+1)
		for j := 1; j <= m; j++ {
			next[j] = math.Inf(1)
			for i := range j {
				if c := cost[i] + values[j-1]*(w[j]-w[i]) - (s[j] - s[i]); c < next[j] {
					next[j], from[k][j] = c, i
				}
			}
		}
		cost = next
	}
	var out []float64
	for k, j := len(from)-1, m; k >= 0 && j > 0; k-- {
		out = append(out, values[j-1])
		j = from[k][j]
	}
	slices.Reverse(out)
	return out
}

// shape is the lengths of a class: no document of it is shorter.
type shape struct {
	joint float64
	own   []float64 // of each field of the group
}

// classify gives the documents their classes in a group: by their joint length, and, if
// there are several fields, half of the classes by the length of the one whose own part
// counts most. The list has room for whole windows.
func (l *layout) classify(g int, lens [][]uint16, avg averages) (of []byte, shapes [classes]shape) {
	p := &l.groups[g]
	docs := len(lens[p.fields[0]])
	of = make([]byte, windows(docs)*winSize)
	joint := func(d int) float64 {
		sum := 0.0
		for i, f := range p.fields {
			sum += float64(lens[f][d]) * p.weight[i]
		}
		return sum
	}
	runs, second := classes, -1
	if len(p.fields) > 1 {
		for i := range p.fields {
			if p.boost[i] > 0 && (second < 0 || p.boost[i] > p.boost[second]) {
				second = i
			}
		}
	}
	var others []float64
	if second >= 0 {
		runs = classes / 2
		f := p.fields[second]
		others = spread(docs, 2, func(d int) float64 { return saturate(1, float64(lens[f][d])/avg.field[f]) })
	}
	levels := spread(docs, runs, func(d int) float64 { return saturate(1, joint(d)/avg.group[g]) })
	for i := range shapes {
		shapes[i] = shape{math.MaxUint32, slices.Repeat([]float64{math.MaxUint32}, len(p.fields))}
	}
	for d := range docs {
		length := joint(d)
		c := level(levels, saturate(1, length/avg.group[g]))
		if second >= 0 {
			f := p.fields[second]
			c += byte(runs) * level(others, saturate(1, float64(lens[f][d])/avg.field[f]))
		}
		of[d] = c
		shapes[c].joint = min(shapes[c].joint, length)
		for i, f := range p.fields {
			shapes[c].own[i] = min(shapes[c].own[i], float64(lens[f][d]))
		}
	}
	return of, shapes
}

// spread cuts the values of documents into n runs, by those of some of them.
func spread(docs, n int, value func(d int) float64) []float64 {
	const sample = 160
	var values []float64
	for i := range min(docs, sample) {
		values = append(values, value(i*docs/min(docs, sample)))
	}
	slices.Sort(values)
	return cut(values, slices.Repeat([]float64{1}, len(values)), n)
}

// table makes the impacts of a group from its tuples, which have the symbols given.
func (l *layout) table(g int, tuples []tuple, of []byte, shapes *[classes]shape, avg averages) *impacts {
	p := &l.groups[g]
	t := &impacts{}
	for i := range tuples {
		if l.groupOf[tuples[i].first()] != g {
			continue
		}
		for c := range shapes {
			s := &shapes[c]
			part := p.rate(&tuples[i], s.joint/avg.group[g], func(slot int) float64 { return s.own[slot] / avg.field[p.fields[slot]] })
			at := &t[int(of[i])*classes+c]
			*at = max(*at, impact(part, p.top))
		}
	}
	return t
}

// first returns the first field in which the term stands; all are of one group.
func (t *tuple) first() int {
	for f, n := range t {
		if n > 0 {
			return f
		}
	}
	return 0
}
