package export

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"broadsheet/db"
	"broadsheet/db/dbtest"
)

var update = flag.Bool("update", false, "rewrite the tables in doc/export.md")

// TestCatalogueHoldsWhatThereIs is the other side of db's TestEveryTableIsDecided.
func TestCatalogueHoldsWhatThereIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		all, err := catalogue()
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]*db.Table{}
		if err := d.Snapshot(t.Context(), func(tx *db.Tx) error {
			tables, err := tx.Tables(t.Context())
			for _, table := range tables {
				seen[table.Name] = table
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for name, s := range all {
			table := seen[name]
			if table == nil {
				t.Errorf("export/catalog.txt has table %s, which is gone", name)
				continue
			}
			if s.what == "" {
				t.Errorf("export/catalog.txt does not say what a row of %s is", name)
			}
			for _, f := range s.fields {
				for _, column := range f.names {
					if !slices.Contains(table.Names(), column) {
						t.Errorf("export/catalog.txt has column %s of table %s, which is gone", column, name)
					}
					if f.level > s.level && slices.Contains(table.Key, column) {
						t.Errorf("column %s of table %s is part of the key: its table must be %s as well", column, name, f.level)
					}
				}
			}
		}
	})
}

// TestDocument compares the tables in doc/export.md with the catalogue.
func TestDocument(t *testing.T) {
	t.Parallel()
	const file, mark = "../doc/export.md", "## The tables\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	prose, got, found := strings.Cut(string(text), mark)
	if !found {
		t.Fatalf("%s has no heading %q", file, mark)
	}
	want := document(t)
	if *update {
		if err := os.WriteFile(file, []byte(prose+mark+want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is out of date (go test ./export -update rewrites it):\n%s", file, diff)
	}
}

// document is the catalogue as a person reads it, in its order.
func document(t *testing.T) string {
	t.Helper()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	var held, left strings.Builder
	for _, line := range strings.Split(catalogText, "\n") {
		name, isTable := strings.CutPrefix(line, "table ")
		if !isTable {
			continue
		}
		name, _, _ = strings.Cut(name, " ")
		s := all[name]
		if s.level == Whole {
			fmt.Fprintf(&left, "- `%s`: %s\n", s.name, s.what)
			continue
		}
		fmt.Fprintf(&held, "\n### %s (%s)\n\n%s\n", s.name, s.level, s.what)
		if s.where != "" {
			fmt.Fprintf(&held, "Public where `%s`.\n", s.where)
		}
		held.WriteString("\n")
		for _, f := range s.fields {
			note := ""
			if f.level > s.level {
				note = " (" + f.level.String() + ")"
			}
			if f.only != "" {
				note = fmt.Sprintf(" (in a public export empty unless `%s` is `%s`)", f.only, f.is)
			}
			fmt.Fprintf(&held, "- `%s`%s: %s\n", strings.Join(f.names, "`, `"), note, f.what)
		}
	}
	return held.String() + "\n## What no export holds\n\nA backup does.\n\n" + left.String()
}
