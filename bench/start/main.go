// Command start measures how long a server with 300,000 papers takes from being started
// to its first page, how much memory it has then, and how large the program is.
//
// The papers are those of the folder arxiv_meta in BROADSHEET_TEST_DATA, of which some
// come a second time under another identifier to make the number full. The first page
// is the newest edition.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"
)

const papers = 300_000

func main() {
	if err := measure(); err != nil {
		fmt.Fprintln(os.Stderr, "start:", err)
		os.Exit(1)
	}
}

func measure() error {
	dir, err := os.MkdirTemp("", "broadsheet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "broadsheet")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, ".")
	build.Dir, build.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the program: %w", err)
	}
	data := filepath.Join(dir, "data")
	lines := filepath.Join(dir, "papers.jsonl")
	if err := gather(lines); err != nil {
		return err
	}
	load := exec.Command(program, "import", "--data", data, lines)
	load.Stderr = io.Discard
	if out, err := load.Output(); err != nil {
		return fmt.Errorf("import: %w\n%s", err, out)
	}
	var best time.Duration
	var memory int
	for range 5 {
		took, kB, err := start(program, data)
		if err != nil {
			return err
		}
		if best == 0 || took < best {
			best, memory = took, kB
		}
	}
	size, err := os.Stat(program)
	if err != nil {
		return err
	}
	fmt.Printf("%-44s %8.0f ms (goal 150)\n", fmt.Sprintf("start to the first page, %d papers, best of 5", papers), best.Seconds()*1e3)
	fmt.Printf("%-44s %8d MB (goal 120)\n", "resident memory behind the first page", memory>>10)
	fmt.Printf("%-44s %8.1f MB (goal 40)\n", "the program, stripped", float64(size.Size())/1e6)
	return embedded(size.Size())
}

// embedded says how much of the program are the weights of the encoder, which come with
// it.
func embedded(size int64) error {
	var weights int64
	err := filepath.WalkDir("../search", func(path string, e os.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, os.ErrNotExist) {
				return filepath.SkipAll
			}
			return err
		}
		info, err := e.Info()
		if err == nil && !e.IsDir() && !strings.HasSuffix(path, ".go") && !strings.Contains(path, "testdata") && info.Size() > 1<<20 {
			weights += info.Size()
		}
		return err
	})
	if err == nil && weights > 0 {
		fmt.Printf("%-44s %8.1f MB\n", "the program without the encoder's weights", float64(size-weights)/1e6)
	}
	return err
}

// gather writes so many papers into one file.
func gather(to string) error {
	dir := os.Getenv("BROADSHEET_TEST_DATA")
	files, err := filepath.Glob(filepath.Join(dir, "arxiv_meta", "arxiv-*.jsonl.zst"))
	if dir == "" || err != nil || len(files) == 0 {
		return fmt.Errorf("no collections in the folder that BROADSHEET_TEST_DATA names: %q (%w)", dir, err)
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	w := bufio.NewWriter(out)
	n := 0
	for again := range 2 {
		for _, name := range files {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			z, err := zstd.NewReader(f, zstd.WithDecoderMaxWindow(64<<20))
			if err != nil {
				return err
			}
			in := bufio.NewScanner(z)
			in.Buffer(nil, 8<<20)
			for in.Scan() && n < papers {
				line := in.Text()
				if again == 1 {
					line = strings.Replace(line, `"id":"`, `"id":"https://example.org/`, 1)
					line = strings.Replace(line, `"id": "`, `"id": "https://example.org/`, 1)
				}
				w.WriteString(line) // Flush tells
				w.WriteByte('\n')
				n++
			}
			z.Close()
			f.Close()
			if err := in.Err(); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

// start starts the program, waits for the first page, and stops it.
func start(program, data string) (took time.Duration, kB int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, "serve", "--data", data, "--no-harvest", "--listen", "127.0.0.1:0")
	out, err := c.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := c.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		c.Process.Signal(syscall.SIGTERM)
		err = errors.Join(err, c.Wait())
	}()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		address, ok := strings.CutPrefix(lines.Text(), "listening on ")
		if !ok {
			continue
		}
		page, err := http.Get(address + "/")
		if err != nil {
			return 0, 0, err
		}
		body, err := io.ReadAll(page.Body)
		page.Body.Close()
		took = time.Since(began)
		if err != nil || page.StatusCode != http.StatusOK || !strings.Contains(string(body), "No. ") {
			return 0, 0, fmt.Errorf("the first page: %s, %d bytes, %w", page.Status, len(body), err)
		}
		kB, err = resident(c.Process.Pid)
		return took, kB, err
	}
	return 0, 0, errors.New("the server does not listen")
}

func resident(pid int) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kB int
	_, err = fmt.Sscan(rest, &kB)
	return kB, err
}
