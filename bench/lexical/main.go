// Command lexical puts the word index into the search bake-off, which calls an
// engine as
//
//	lexical index TSV DIR START N merge
//	lexical query DIR QUERIES K MODE PASSES LIMIT OUT
//
// A line of the TSV is id, category, date as 20060102, authors with commas, title
// and abstract. As for the other engines the text is "title title abstract", cut at
// everything but letters and digits.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "lexical:", err)
		if err == errNoMode {
			os.Exit(3)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 6 && args[0] == "index":
		return index(args[1], args[2], number(args[3]), number(args[4]))
	case len(args) == 8 && args[0] == "query":
		return ask(asking{args[1], args[2], number(args[3]), args[4], number(args[5]), number(args[6]), args[7]})
	}
	return fmt.Errorf("usage: lexical index TSV DIR START N merge | lexical query DIR QUERIES K MODE PASSES LIMIT OUT")
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		fmt.Fprintf(os.Stderr, "lexical: %q is not a number\n", s)
		os.Exit(1)
	}
	return n
}
