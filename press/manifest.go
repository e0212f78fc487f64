package press

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"broadsheet/fault"
)

// manifestName is the file that says what was printed.
const manifestName = "press.json"

// format is the number of the way in which sites are printed; it goes up with each
// change of what a file holds or where it stands.
//
// 1: the first.
const format = 1

// manifest is what a printing remembers for the next one.
type manifest struct {
	Format   int            `json:"format"`
	Version  string         `json:"version"`  // of the program
	Instance string         `json:"instance"` // the identity of the database
	Base     string         `json:"base"`
	From     string         `json:"from"` // the span of days that was asked for
	To       string         `json:"to"`
	Seq      int64          `json:"seq"`   // the newest change that the site shows
	Days     map[string]int `json:"days"`  // day → number of its edition
	Files    []string       `json:"files"` // all that was written, sorted
}

// readManifest returns an empty one for a folder that has none; a folder with
// something else in it is no place to print to.
func readManifest(folder string) (*manifest, error) {
	b, err := os.ReadFile(filepath.Join(folder, manifestName))
	if errors.Is(err, os.ErrNotExist) {
		list, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			return nil, fault.Invalid("%s holds files that are no printed site (there is no %s). Name an empty folder.", folder, manifestName)
		}
		return &manifest{}, nil
	}
	if err != nil {
		return nil, err
	}
	m := &manifest{}
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fault.Invalid("%s in %s cannot be read (%v). Remove the folder and print anew.", manifestName, folder, err)
	}
	return m, nil
}

// follows reports whether what m describes can be continued by now.
func (m *manifest) follows(now *manifest) bool {
	return m.Format == now.Format && m.Version == now.Version && m.Instance == now.Instance && m.Base == now.Base && m.From == now.From && m.To == now.To
}

func (m *manifest) write(folder string) error {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("note what was printed: %w", err)
	}
	return replace(filepath.Join(folder, manifestName), b)
}
