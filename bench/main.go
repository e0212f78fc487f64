// Command bench runs the measurements: every folder beside it that holds a command.
// Some want arguments or other programs; these say what, and are named at the end.
//
//	go run .                     all
//	go run . NAME [ARGUMENT...]  one
package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	files, err := filepath.Glob("*/main.go")
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no measurement is here; run it in the folder bench (%w)", err)
	}
	var failed []string
	found := len(args) == 0
	for _, file := range files {
		name := filepath.Dir(file)
		var rest []string
		if len(args) > 0 {
			if name != args[0] {
				continue
			}
			found, rest = true, args[1:]
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(parsed.Doc.Text(), "\n\n")
		fmt.Printf("\n== %s\n%s\n\n", name, strings.TrimSpace(first))
		c := exec.Command("go", append([]string{"run", "./" + name}, rest...)...)
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		if err := c.Run(); err != nil {
			failed = append(failed, name)
		}
	}
	if !found {
		return fmt.Errorf("there is no measurement %q", args[0])
	}
	if len(failed) > 0 {
		return fmt.Errorf("these measurements did not come to their end: %s", strings.Join(failed, ", "))
	}
	return nil
}
