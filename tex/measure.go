package tex

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// Report says how many formulas of some texts could be converted whole.
type Report struct {
	Formulas, Converted int
	Own                 int       // of the converted, those with a macro of the authors that was read by convention
	Failures            []Failure // the most frequent first
}

// Failure is a reason for which formulas could not be converted.
type Failure struct {
	Reason  string
	Count   int
	Example string
}

// Share returns the converted part of the formulas, 1 when there were none.
func (r Report) Share() float64 {
	if r.Formulas == 0 {
		return 1
	}
	return float64(r.Converted) / float64(r.Formulas)
}

// Measure converts every formula of the texts and counts what cannot be.
func Measure(texts iter.Seq[string]) Report {
	var r Report
	failures := map[string]*Failure{}
	for text := range texts {
		for _, sp := range Split(text) {
			if !sp.Math {
				continue
			}
			r.Formulas++
			read, err := parseMath(sp.Text)
			if err == nil {
				err = read.err()
			}
			if err == nil {
				r.Converted++
				if read.own {
					r.Own++
				}
				continue
			}
			f := failures[err.Error()]
			if f == nil {
				f = &Failure{Reason: err.Error(), Example: sp.Text}
				failures[err.Error()] = f
			}
			f.Count++
		}
	}
	for f := range maps.Values(failures) {
		r.Failures = append(r.Failures, *f)
	}
	slices.SortFunc(r.Failures, func(a, b Failure) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Reason, b.Reason))
	})
	return r
}
