package search

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"broadsheet/search/lexical"
)

// Inspection is what stands in the folder of an index.
type Inspection struct {
	Seq            int64 // the number of the change up to which it holds the papers
	Words, Meaning int   // papers found by words, and by meaning
	Damage         error // what is not as it was written, nil when all is
}

// Inspect reads an index, also one that another process writes, and compares it with its
// checksums. It changes nothing. Where there is none it returns an fs.ErrNotExist.
func Inspect(dir string, m Encoder) (i Inspection, err error) {
	if _, err := os.Stat(filepath.Join(dir, "words")); err != nil {
		return i, err
	}
	e := &Engine{dir: dir, reads: true}
	e.words, err = lexical.OpenReader(filepath.Join(dir, "words"), schema)
	if damage := (*lexical.Damage)(nil); errors.As(err, &damage) {
		i.Damage = damage
		return i, nil
	}
	if err != nil {
		return i, fmt.Errorf("open the word index: %w", err)
	}
	defer e.Close()
	i.Damage = e.words.Verify()
	if _, err := os.Stat(folderOf(dir, m)); err == nil {
		if err := e.Attach(m); err != nil {
			i.Damage = errors.Join(i.Damage, err)
		} else {
			i.Damage = errors.Join(i.Damage, e.meaning.Load().store.Verify())
		}
	}
	i.Seq = e.Seq()
	i.Words, i.Meaning = e.Docs()
	return i, nil
}
