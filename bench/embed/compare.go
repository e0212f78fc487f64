package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"syscall"
	"time"

	"broadsheet/search/embed"
)

// compareTokens counts the hostile texts that are taken apart in another way.
func compareTokens(m *embed.Model, r *reference, n int) error {
	differ := 0
	for texts := range slices.Chunk(hostileTexts(n), 500) {
		a, err := r.ask("tokens", texts)
		if err != nil {
			return err
		}
		for i, text := range texts {
			if got := m.Tokens(text); !slices.Equal(got, a.IDs[i]) {
				if differ++; differ <= 5 {
					fmt.Printf("  %q\n    gives %v\n    and   %v in the reference\n", text, got, a.IDs[i])
				}
			}
		}
	}
	fmt.Printf("tokens   %d hostile texts, %d differ\n", n, differ)
	return nil
}

// compareVectors prints the cosines between our vectors and the reference's.
func compareVectors(m *embed.Model, r *reference, texts []string) error {
	var all []float64
	for part := range slices.Chunk(texts, 50) {
		a, err := r.ask("encode", part)
		if err != nil {
			return err
		}
		for i, text := range part {
			var dot float64
			for k, v := range m.Encode(nil, text) {
				dot += float64(v) * a.Vectors[i][k]
			}
			all = append(all, dot)
		}
	}
	slices.Sort(all)
	sum, below := 0.0, 0
	for _, v := range all {
		sum += v
		if v < 0.999 {
			below++
		}
	}
	fmt.Printf("vectors  %d texts: cosine %.5f on average, %.5f at 1 %%, %.5f at least; %d below 0.999\n",
		len(all), sum/float64(len(all)), all[len(all)/100], all[0], below)
	return nil
}

// compareTimes prints the processor time that a text takes on one thread, the least
// of several runs, and the memory.
func compareTimes(m *embed.Model, r *reference) error {
	for _, words := range []int{14, 198} {
		text := strings.TrimSpace(strings.Repeat("learning theory ", words/2))
		ours := math.Inf(1)
		for range 30 {
			start := processTime()
			m.Encode(nil, text)
			ours = min(ours, float64(processTime()-start)/1e6)
		}
		fmt.Printf("time     %3d tokens: %6.2f ms", len(m.Tokens(text)), ours)
		if r != nil {
			a, err := r.ask("time", text)
			if err != nil {
				return err
			}
			fmt.Printf(", reference %6.2f ms, ratio %.1f", a.MS, a.MS/ours)
		}
		fmt.Println()
	}
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	fmt.Printf("memory   %d MB at most with this program", u.Maxrss>>10)
	if r != nil {
		a, err := r.ask("memory", 0)
		if err != nil {
			return err
		}
		fmt.Printf(", reference %d MB", a.KB>>10)
	}
	fmt.Println()
	return nil
}

func processTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
