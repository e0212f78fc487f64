// Package eval measures how good a search is: it reads judged collections in the
// layout of BEIR and scores rankings as trec_eval does.
package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"broadsheet/fault"
)

// Document is a text that may be found.
type Document struct {
	ID    string `json:"_id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Query is a question with its judgements.
type Query struct {
	ID, Text string
	Grades   map[string]int // document → how well it answers; what is not in it does not
}

// Collection is documents, and questions of which the answers are known.
type Collection struct {
	Name      string
	Documents []Document
	Queries   []Query // those that have an answer, in the order of the file
}

// Read reads a folder in the layout of BEIR (https://github.com/beir-cellar/beir):
// corpus.jsonl, queries.jsonl, and the judgements in qrels/test.tsv, lines of
// query, document and grade under one line of heads.
func Read(dir string) (*Collection, error) {
	c := &Collection{Name: filepath.Base(dir)}
	if err := lines(filepath.Join(dir, "corpus.jsonl"), func(line []byte) error {
		var d Document
		if err := json.Unmarshal(line, &d); err != nil {
			return err
		}
		c.Documents = append(c.Documents, d)
		return nil
	}); err != nil {
		return nil, err
	}
	grades, err := judgements(filepath.Join(dir, "qrels", "test.tsv"))
	if err != nil {
		return nil, err
	}
	if err := lines(filepath.Join(dir, "queries.jsonl"), func(line []byte) error {
		var q struct {
			ID   string `json:"_id"`
			Text string `json:"text"`
		}
		if err := json.Unmarshal(line, &q); err != nil {
			return err
		}
		if g := grades[q.ID]; len(g) > 0 {
			c.Queries = append(c.Queries, Query{q.ID, q.Text, g})
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if len(c.Documents) == 0 || len(c.Queries) == 0 {
		return nil, fault.Invalid("%s has %d documents and %d judged queries; there is nothing to measure.", dir, len(c.Documents), len(c.Queries))
	}
	return c, nil
}

func judgements(file string) (map[string]map[string]int, error) {
	grades := map[string]map[string]int{}
	head := true
	err := lines(file, func(line []byte) error {
		if head {
			head = false
			return nil
		}
		f := strings.Split(string(line), "\t")
		if len(f) != 3 {
			return fault.Invalid("three columns are wanted, not %d", len(f))
		}
		grade, err := strconv.Atoi(strings.TrimSpace(f[2]))
		if err != nil {
			return err
		}
		if grade <= 0 {
			return nil
		}
		if grades[f[0]] == nil {
			grades[f[0]] = map[string]int{}
		}
		grades[f[0]][f[1]] = grade
		return nil
	})
	return grades, err
}

// lines hands the lines of a file that are not empty to do.
func lines(file string, do func([]byte) error) error {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Invalid("%s is not there; a collection has corpus.jsonl, queries.jsonl and qrels/test.tsv.", file)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if t := bytes.TrimSpace(line); len(t) > 0 {
			if err := do(bytes.TrimRight(line, "\r\n")); err != nil {
				return fault.Invalid("%s, line %d: %s.", file, n, err)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
	}
}

// ideal returns the grades of a query, the best first.
func (q Query) ideal() []int {
	list := make([]int, 0, len(q.Grades))
	for _, g := range q.Grades {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b int) int { return b - a })
	return list
}
