// Command importing measures the import of papers from files against bare prepared
// inserts of the same rows into the same SQLite, and its peak memory.
//
// The papers are those of the folder arxiv_meta in BROADSHEET_TEST_DATA. Each
// measurement is a process of its own; the memory is its largest resident size, as
// the system says.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"
	_ "modernc.org/sqlite"

	"broadsheet/db"
	"broadsheet/harvest"
	"broadsheet/paper"
)

func main() {
	var err error
	if len(os.Args) > 3 {
		err = child(os.Args[1], os.Args[2], os.Args[3])
	} else {
		err = measure()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "importing:", err)
		os.Exit(1)
	}
}

func measure() error {
	data := os.Getenv("BROADSHEET_TEST_DATA")
	if data == "" {
		return fmt.Errorf("BROADSHEET_TEST_DATA names no folder")
	}
	dir, err := os.MkdirTemp("", "broadsheet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all := filepath.Join(dir, "all.jsonl")
	total, err := gather(all, filepath.Join(data, "arxiv_meta"), 1<<30)
	if err != nil {
		return err
	}
	tenth := filepath.Join(dir, "tenth.jsonl")
	if _, err := gather(tenth, filepath.Join(data, "arxiv_meta"), total/10); err != nil {
		return err
	}
	fmt.Printf("%-34s %9s %8s %8s %10s %8s\n", "", "papers", "wall s", "CPU s", "papers/s", "peak MB")
	var rates []float64
	for _, run := range []struct {
		name, mode, from string
		papers           int
	}{
		{"import", "import", tenth, total / 10},
		{"import", "import", all, total},
		{"bare inserts of its rows", "insert", "", total},
	} {
		target := filepath.Join(dir, strconv.Itoa(len(rates))+".db")
		if run.mode == "insert" {
			run.from = filepath.Join(dir, "1.db")
		}
		rate, err := process(run.name, run.mode, run.from, target, run.papers)
		if err != nil {
			return err
		}
		rates = append(rates, rate)
	}
	fmt.Printf("\nimport / bare inserts: %.2f (goal 0.5); rate at a tenth / at all: %.2f (linear: 1)\n", rates[1]/rates[2], rates[0]/rates[1])
	return nil
}

// gather unpacks the collections into one file, at most so many lines of them, taken
// evenly from all years.
func gather(to, from string, most int) (int, error) {
	files, err := filepath.Glob(filepath.Join(from, "arxiv-*.jsonl.zst"))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("no collections in %s (%w)", from, err)
	}
	out, err := os.Create(to)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	n := 0
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return 0, err
		}
		z, err := zstd.NewReader(f, zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return 0, err
		}
		body, err := io.ReadAll(z)
		f.Close()
		z.Close()
		if err != nil {
			return 0, err
		}
		taken := 0
		for line := range strings.Lines(string(body)) {
			if taken == most/len(files) {
				break
			}
			if _, err := out.WriteString(line); err != nil {
				return 0, err
			}
			taken++
		}
		n += taken
	}
	return n, out.Close()
}

// process runs a measurement in a process of its own, which prints its time and its
// memory, and returns its rate.
func process(name, mode, from, to string, papers int) (float64, error) {
	c := exec.Command(os.Args[0], mode, from, to)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	var wall, cpu float64
	var peak int
	if _, err := fmt.Sscan(string(out), &wall, &cpu, &peak); err != nil {
		return 0, fmt.Errorf("%s says %q: %w", name, out, err)
	}
	fmt.Printf("%-34s %9d %8.2f %8.2f %10.0f %8d\n", name, papers, wall, cpu, float64(papers)/wall, peak)
	return float64(papers) / wall, nil
}

func child(mode, from, to string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, to) // makes the schema
	if err != nil {
		return err
	}
	defer d.Close()
	w := watch{}
	if mode == "insert" {
		if err := insert(from, to, &w); err != nil {
			return err
		}
	} else {
		w.start()
		im := harvest.Importing{Papers: paper.NewStore(d)}
		if _, err := im.Import(ctx, nil, from); err != nil {
			return err
		}
		w.stop()
	}
	peak, err := peakMB()
	fmt.Println(w.wall.Seconds(), w.cpu.Seconds(), peak)
	return err
}

// peakMB returns the largest resident size that this process had.
func peakMB() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kB int
	_, err = fmt.Sscan(rest, &kB)
	return kB >> 10, err
}

// watch adds up wall and CPU time.
type watch struct {
	wall, cpu time.Duration
	began     time.Time
	used      time.Duration
}

func (w *watch) start() { w.began, w.used = time.Now(), used() }

func (w *watch) stop() { w.wall, w.cpu = w.wall+time.Since(w.began), w.cpu+used()-w.used }

func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // the arguments are constant
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// insert copies the rows of every table that an import writes, a thousand in a
// transaction, and has only the inserts and commits on the watch.
func insert(from, to string, w *watch) error {
	src, err := sql.Open("sqlite", "file:"+from)
	if err != nil {
		return err
	}
	defer src.Close()
	// The options of package db.
	dst, err := sql.Open("sqlite", "file:"+to+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=temp_store(2)&_pragma=synchronous(2)&_txlock=immediate&_pragma=journal_mode(wal)&_pragma=cache_size(-16000)")
	if err != nil {
		return err
	}
	defer dst.Close()
	dst.SetMaxOpenConns(1)
	tables := []string{"paper", "identifier", "change"}
	sources := make([]*sql.Rows, len(tables))
	for i, t := range tables {
		if sources[i], err = src.Query("SELECT * FROM " + t + " ORDER BY " + map[string]string{"paper": "id", "identifier": "paper", "change": "seq"}[t]); err != nil {
			return err
		}
		defer sources[i].Close()
	}
	for {
		batch, n, err := load(sources)
		if err != nil || n == 0 {
			return err
		}
		w.start()
		if err := store(dst, tables, batch); err != nil {
			return err
		}
		w.stop()
	}
}

// load reads the next rows of each table, and returns how many there are.
func load(sources []*sql.Rows) (batch [][][]any, n int, err error) {
	batch = make([][][]any, len(sources))
	for i, rows := range sources {
		for len(batch[i]) < 1000 && rows.Next() {
			columns, err := rows.Columns()
			if err != nil {
				return nil, 0, err
			}
			row, to := make([]any, len(columns)), make([]any, len(columns))
			for j := range row {
				to[j] = &row[j]
			}
			if err := rows.Scan(to...); err != nil {
				return nil, 0, err
			}
			batch[i] = append(batch[i], row)
		}
		if err := rows.Err(); err != nil {
			return nil, 0, err
		}
		n += len(batch[i])
	}
	return batch, n, nil
}

func store(dst *sql.DB, tables []string, batch [][][]any) error {
	tx, err := dst.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i, t := range tables {
		if len(batch[i]) == 0 {
			continue
		}
		s, err := tx.Prepare("INSERT INTO " + t + " VALUES (" + strings.TrimSuffix(strings.Repeat("?,", len(batch[i][0])), ",") + ")")
		if err != nil {
			return err
		}
		for _, row := range batch[i] {
			if _, err := s.Exec(row...); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}
