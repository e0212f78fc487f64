// Command bench runs the measurements: every folder beside it that holds a command.
// Without arguments it runs them all; with names of folders, these.
//
//	go run .              all
//	go run . importing    one
package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(chosen []string) error {
	files, err := filepath.Glob("*/main.go")
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no measurement is here; run it in the folder bench (%w)", err)
	}
	var failed []string
	for _, file := range files {
		name := filepath.Dir(file)
		if len(chosen) > 0 && !slices.Contains(chosen, name) {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(parsed.Doc.Text(), "\n\n")
		fmt.Printf("\n== %s\n%s\n\n", name, strings.TrimSpace(first))
		c := exec.Command("go", "run", "./"+name)
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		if err := c.Run(); err != nil {
			failed = append(failed, name)
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("these measurements did not come to their end: %s", strings.Join(failed, ", "))
	}
	return nil
}
