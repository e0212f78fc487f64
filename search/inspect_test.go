package search_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"broadsheet/search"
	"broadsheet/search/searchtest"
)

// TestInspect looks at an index that is not there, that is good, that another writes, and
// that is damaged, and leaves each as it is.
func TestInspect(t *testing.T) {
	t.Parallel()
	dir, bags := t.TempDir(), searchtest.Bags{}
	if _, err := search.Inspect(dir, bags); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no index: %v", err)
	}
	e, err := search.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Attach(bags); err != nil {
		t.Fatal(err)
	}
	docs := []search.Document{{ID: 1, Title: "On kernels", Abstract: "We study kernels."}, {ID: 2, Title: "On trees", Abstract: "We count trees."}}
	if err := errors.Join(e.Put(docs, nil, 7), e.Encode(t.Context(), docs, nil, 7)); err != nil {
		t.Fatal(err)
	}
	if i, err := search.Inspect(dir, bags); err != nil || i.Damage != nil || i.Seq != 7 || i.Words != 2 {
		t.Errorf("beside its writer: %+v, %v", i, err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if i, err := search.Inspect(dir, bags); err != nil || i.Damage != nil || i.Seq != 7 || i.Words != 2 || i.Meaning != 2 {
		t.Errorf("a good index: %+v, %v", i, err)
	}
	damaged := 0
	err = filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(e.Name(), "seg") {
			return err
		}
		whole, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		bad := append([]byte(nil), whole...)
		bad[len(bad)/2] ^= 0x40
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			return err
		}
		if i, err := search.Inspect(dir, bags); err != nil || i.Damage == nil {
			t.Errorf("%s is damaged, and found is %+v, %v", file, i, err)
		}
		if after, err := os.ReadFile(file); err != nil || string(after) != string(bad) {
			t.Errorf("%s was changed: %v", file, err)
		}
		damaged++
		return os.WriteFile(file, whole, 0o600)
	})
	if err != nil || damaged == 0 {
		t.Errorf("%d files damaged, %v", damaged, err)
	}
}
