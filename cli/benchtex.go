package cli

import (
	"fmt"
	"iter"
	"time"

	"broadsheet/edition"
	"broadsheet/harvest"
	"broadsheet/paper"
	"broadsheet/tex"
)

type benchTexCommand struct {
	Failures int      `help:"How many reasons to print." default:"20"`
	Files    []string `arg:"" name:"file" help:"Files as import takes them; - is standard input." type:"path"`
}

func (benchTexCommand) Help() string {
	return `Prints how many of the formulas in titles and abstracts become MathML, and the most frequent
reasons for which the others do not, each with an example. Papers whose text has lost its
dollar signs are left out: they are never read as TeX.`
}

func (c *benchTexCommand) Run(w World) error {
	began := time.Now()
	papers := 0
	var failed error
	r := tex.Measure(c.texts(w, &papers, &failed))
	if failed != nil {
		return failed
	}
	n := edition.Thousands
	fmt.Fprintf(w.Out, "%s papers in TeX, %s formulas: %.3f%% become MathML (%s by the conventions for macros of the authors' own), %s do not. %.1f s.\n",
		n(papers), n(r.Formulas), 100*r.Share(), n(r.Own), n(r.Formulas-r.Converted), time.Since(began).Seconds())
	for _, f := range r.Failures[:min(c.Failures, len(r.Failures))] {
		fmt.Fprintf(w.Out, "%6s  %s: %.100s\n", n(f.Count), f.Reason, f.Example)
	}
	return nil
}

// texts yields the titles and abstracts of the files, and stops at the first
// failure.
func (c *benchTexCommand) texts(w World, papers *int, failed *error) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, name := range c.Files {
			for p, err := range harvest.Papers(w.In, name) {
				if err != nil {
					*failed = fmt.Errorf("%s: %w", name, err)
					return
				}
				if p.Form != paper.TeX {
					continue
				}
				*papers++
				if !yield(p.Title) || !yield(p.Abstract) {
					return
				}
			}
		}
	}
}
