package backtest

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Spearman returns the rank correlation of two lists, equals having the mean of
// their ranks; 0 when one of the lists is all equal.
func Spearman(a, b []float64) float64 { return pearson(ranks(a), ranks(b)) }

func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		switch {
		case x[i] < x[j]:
			return -1
		case x[i] > x[j]:
			return 1
		}
		return 0
	})
	r := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			r[k] = float64(i+j-1) / 2
		}
		i = j
	}
	return r
}

func pearson(a, b []float64) float64 {
	ma, mb := mean(a), mean(b)
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// NDCG returns the discounted gain of the first ten by score, as a part of the best
// that there is (Järvelin and Kekäläinen, 2002). Equals stay in the order given.
func NDCG(score, gain []float64) float64 {
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case score[i] > score[j]:
			return -1
		case score[i] < score[j]:
			return 1
		}
		return 0
	})
	best := slices.Sorted(slices.Values(gain))
	slices.Reverse(best)
	var got, most float64
	for i := range min(10, len(order)) {
		got += gain[order[i]] / math.Log2(float64(i+2))
		most += best[i] / math.Log2(float64(i+2))
	}
	if most == 0 {
		return 0
	}
	return got / most
}

func mean(x []float64) float64 {
	sum := 0.
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(len(x), 1))
}

// Mean is a mean with the bounds between which it lies 19 times of 20, by the
// bootstrap over its values (Efron, 1979).
type Mean struct{ Value, Low, High float64 }

func bootstrap(x []float64) Mean {
	const draws = 2000
	m := Mean{Value: mean(x)}
	if len(x) == 0 {
		return m
	}
	random := rand.New(rand.NewPCG(1, 2)) // the same draws each time
	means := make([]float64, draws)
	for i := range means {
		sum := 0.
		for range x {
			sum += x[random.IntN(len(x))]
		}
		means[i] = sum / float64(len(x))
	}
	slices.Sort(means)
	m.Low, m.High = means[draws/40], means[draws-1-draws/40]
	return m
}
