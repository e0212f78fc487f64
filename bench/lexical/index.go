package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"broadsheet/search/lexical"
)

var schema = lexical.Schema{
	Fields: []lexical.Field{
		{Name: "text", Default: true, Weight: 1, Plain: true},
	},
	Numbers: []string{"date"},
}

// batch is how many documents are applied at once.
const batch = 40_000

func index(tsv, dir string, start, n int) error {
	began := time.Now()
	x, err := lexical.Open(dir, schema)
	if err != nil {
		return err
	}
	f, err := os.Open(tsv)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	var b lexical.Batch
	for i := 0; i < start+n && lines.Scan(); i++ {
		if i < start {
			continue
		}
		b.Put = append(b.Put, document(strings.Split(lines.Text(), "\t")))
		if len(b.Put) == batch {
			if err := apply(x, &b, i); err != nil {
				return err
			}
		}
	}
	if err := apply(x, &b, start+n); err != nil {
		return err
	}
	if err := x.Merge(); err != nil {
		return err
	}
	if err := x.Close(); err != nil {
		return err
	}
	hwm, anon, _ := memory()
	return print(map[string]any{
		"engine": "broadsheet", "step": "merge", "docs": n, "seconds": time.Since(began).Seconds(), "cpu_s": cpu().Seconds(),
		"index_mb": float64(size(dir)) / 1e6, "hwm_mb": hwm, "anon_mb": anon,
	})
}

func apply(x *lexical.Index, b *lexical.Batch, seq int) error {
	b.Seq = int64(seq)
	err := x.Apply(*b)
	b.Put = nil
	return err
}

func document(c []string) lexical.Document {
	d := lexical.Document{
		ID:      int64(number(c[0])),
		Text:    []string{c[4] + " " + c[4] + " " + c[5]},
		Keys:    []string{"cat:" + c[1]},
		Numbers: []int64{int64(number(c[2]))},
	}
	for a := range strings.SplitSeq(c[3], ",") {
		d.Keys = append(d.Keys, "author:"+a)
	}
	return d
}

func print(line map[string]any) error {
	p, err := json.Marshal(line)
	fmt.Println(string(p))
	return err
}

func size(dir string) (n int64) {
	_ = filepath.Walk(dir, func(_ string, st os.FileInfo, err error) error {
		if err == nil && !st.IsDir() {
			n += st.Size()
		}
		return nil
	})
	return n
}

// cpu is the processor time of all threads so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// memory returns VmHWM, RssAnon and RssFile in MB.
func memory() (hwm, anon, file int) {
	p, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(p)) {
		var kb int
		switch name, rest, _ := strings.Cut(line, ":"); name {
		case "VmHWM", "RssAnon", "RssFile":
			fmt.Sscan(rest, &kb)
			*map[string]*int{"VmHWM": &hwm, "RssAnon": &anon, "RssFile": &file}[name] = kb >> 10
		}
	}
	return hwm, anon, file
}
