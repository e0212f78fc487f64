package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors are the rooms from the ground up. A room may import rooms of lower
// floors, and what lies inside its own folder. A room that "stands alone"
// imports nothing of ours, so that it could leave the house tomorrow.
var floors = [][]string{
	{"fault"},
	{"db", "tex", "mail", "fetch"},
	{"job", "outbox", "export", "move"},
	{"paper", "account", "backup"},
	{"edition"},
	{"discuss", "library", "trend", "recommend", "search", "harvest", "cite"},
	{"feed", "hook"},
	{"digest"},
	{"syndicate", "api", "press"},
	{"mcp", "web", "mirror"},
	{"server"},
	{"cli"},
	{"."},
}

var standsAlone = []string{"tex", "harvest/oai", "search/lexical", "search/vector", "search/embed", "fault"}

// TestImportsOnlyFall draws the import graph from the sources and fails on an
// arrow that leads up or sideways, which also rules out circles between rooms. A
// test in a package of its own looks at a room from outside and may use any other.
func TestImportsOnlyFall(t *testing.T) {
	t.Parallel()
	floor := map[string]int{}
	for i, rooms := range floors {
		for _, r := range rooms {
			floor[r] = i
		}
	}
	arrows, files := 0, 0
	err := filepath.WalkDir(".", func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if name := e.Name(); file != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bench" || name == "tools") {
				return fs.SkipDir // bench and tools are modules of their own
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		files++
		dir := path.Dir(filepath.ToSlash(file))
		from, known := floor[room(dir)]
		if !known {
			t.Errorf("%s is in no room: give %q a floor here or move it", file, room(dir))
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			to, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "broadsheet/")
			if !ours || to == dir {
				continue
			}
			arrows++
			alone := slices.IndexFunc(standsAlone, func(a string) bool { return dir == a || strings.HasPrefix(dir, a+"/") })
			if alone >= 0 && to != standsAlone[alone] && !strings.HasPrefix(to, standsAlone[alone]+"/") {
				t.Errorf("%s imports %s, but %s stands alone", file, to, standsAlone[alone])
			}
			if room(to) != room(dir) && floor[room(to)] >= from && !(isTest(file) && (isKit(to) || strings.HasSuffix(parsed.Name.Name, "_test"))) {
				t.Errorf("%s (floor %d) imports %s (floor %d): imports only fall", file, from+1, to, floor[room(to)]+1)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 || arrows < 10 {
		t.Fatalf("only %d files and %d imports were found: this test looks in the wrong place", files, arrows)
	}
}

// room returns the top folder that dir lies in.
func room(dir string) string {
	top, _, _ := strings.Cut(dir, "/")
	return top
}

func isTest(file string) bool { return strings.HasSuffix(file, "_test.go") }

// isKit reports whether dir is a test kit, which any test may import.
func isKit(dir string) bool { return strings.HasSuffix(dir, "test") }
