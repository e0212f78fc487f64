// Package backtest tries orders on timed readings of real votes: what stood in a
// day's list at a moment is put into an order by what was known then, and the order
// is held against the votes that the papers had in the end, and against those that
// came after the moment.
package backtest

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/trend"
)

// Data is what was recorded: papers with the votes that they had in the end, and
// readings of days.
type Data struct {
	Moments []trend.Moment
	Papers  []Paper // by day
	whole   map[string]bool
}

// Paper is a paper of a month's file.
type Paper struct {
	*paper.Paper
	Day    string
	Month  string // of the file
	Votes  int    // in the file
	claims []time.Time
}

// Load reads a folder with the files YYYY-MM.jsonl.zst, items of a daily-papers API,
// and readings.tsv.gz, or with a folder hf_daily that holds them.
func Load(dir string) (*Data, error) {
	if _, err := os.Stat(filepath.Join(dir, "readings.tsv.gz")); err != nil {
		dir = filepath.Join(dir, "hf_daily")
	}
	files, err := filepath.Glob(filepath.Join(dir, "????-??.jsonl.zst"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fault.Invalid("There are no files such as 2025-04.jsonl.zst in %s, nor in a folder hf_daily in it.", dir)
	}
	d := &Data{whole: map[string]bool{}}
	for _, file := range files {
		if err := d.month(file); err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Base(file), err)
		}
	}
	slices.SortStableFunc(d.Papers, func(a, b Paper) int { return cmp.Compare(a.Day, b.Day) })
	if err := d.readings(filepath.Join(dir, "readings.tsv.gz")); err != nil {
		return nil, fmt.Errorf("read readings.tsv.gz: %w", err)
	}
	return d, nil
}

// item is what is used of an answer's item.
type item struct {
	Paper struct {
		ID          string       `json:"id"`
		Title       string       `json:"title"`
		Summary     string       `json:"summary"`
		Upvotes     int          `json:"upvotes"`
		PublishedAt time.Time    `json:"publishedAt"`
		Entered     string       `json:"submittedOnDailyAt"`
		By          person       `json:"submittedOnDailyBy"`
		Discussion  string       `json:"discussionId"`
		Authors     []itemAuthor `json:"authors"`
	} `json:"paper"`
	PublishedAt time.Time `json:"publishedAt"`
	SubmittedBy person    `json:"submittedBy"`
}

type itemAuthor struct {
	Name    string    `json:"name"`
	Status  string    `json:"status"`
	Changed time.Time `json:"statusLastChangedAt"`
}

type person struct {
	User string `json:"user"`
	Name string `json:"name"`
}

func (d *Data) month(file string) error {
	frame, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text, err := paper.Expand(frame)
	if err != nil {
		return err
	}
	held := map[string]bool{}
	for _, p := range d.Papers {
		held[p.Key] = true
	}
	for line := range bytes.Lines(text) {
		var it item
		if err := json.Unmarshal(line, &it); err != nil {
			return err
		}
		if held[it.Paper.ID] {
			continue
		}
		held[it.Paper.ID] = true
		p := it.held()
		p.Month = filepath.Base(file)[:7]
		d.Papers = append(d.Papers, p)
	}
	return nil
}

// held returns the paper of an item, without anything that may have been said of it
// only later: its organisation, its code and its figures.
func (it *item) held() Paper {
	q := &it.Paper
	p := Paper{Votes: q.Upvotes, Day: it.PublishedAt.Format(time.DateOnly)}
	entered := it.PublishedAt
	if t, err := time.Parse(time.RFC3339, q.Entered); err == nil {
		entered, p.Day = t, q.Entered[:10]
	}
	if made := born(q.Discussion); strings.Contains(q.Entered, "T00:00:00") && !made.IsZero() {
		entered = made // the older items give only the day
	}
	p.Paper = &paper.Paper{
		Key: q.ID, Title: q.Title, Abstract: q.Summary, Form: paper.Plain, Submitted: q.PublishedAt,
		Record: paper.Record{Featured: &paper.Feature{At: entered, Submitter: cmp.Or(it.SubmittedBy.User, it.SubmittedBy.Name, q.By.User, q.By.Name)}},
	}
	for _, a := range q.Authors {
		p.Authors = append(p.Authors, paper.Author{Name: a.Name})
		if strings.HasPrefix(a.Status, "claimed") && !a.Changed.IsZero() {
			p.claims = append(p.claims, a.Changed)
		}
	}
	return p
}

// born returns the moment at which something got its identifier, which begins with
// the seconds since 1970 (https://www.mongodb.com/docs/manual/reference/bson-types/,
// ObjectId): the page of a paper is made when somebody puts the paper in.
func born(id string) time.Time {
	if len(id) != 24 {
		return time.Time{}
	}
	s, err := strconv.ParseInt(id[:8], 16, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// readings groups the rows of the table into moments: the rows of one day, time and
// collector, in their order.
func (d *Data) readings(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	papers := make(map[string]*Paper, len(d.Papers))
	for i := range d.Papers {
		papers[d.Papers[i].Key] = &d.Papers[i]
	}
	type key struct{ day, at, source string }
	at, last := map[key]int{}, map[string]reading{}
	lines := bufio.NewScanner(z)
	for n := 1; lines.Scan(); n++ {
		cells := strings.Split(lines.Text(), "\t")
		if n == 1 {
			continue
		}
		r, err := readRow(cells)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if l, ok := last[r.paper]; !ok || l.At.Before(r.At) {
			last[r.paper] = r
		}
		p := papers[r.paper]
		if p == nil {
			continue
		}
		k := key{cells[0], cells[1], cells[6]}
		i, ok := at[k]
		if !ok {
			i = len(d.Moments)
			at[k] = i
			d.Moments = append(d.Moments, trend.Moment{Day: cells[0], At: r.At})
		}
		d.Moments[i].Entrants = append(d.Moments[i].Entrants, p.at(r))
	}
	slices.SortStableFunc(d.Moments, func(a, b trend.Moment) int { return cmp.Or(cmp.Compare(a.Day, b.Day), a.At.Compare(b.At)) })
	d.judge(last)
	d.finals(papers)
	return errors.Join(lines.Err(), drain(z))
}

func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

type reading struct {
	paper string
	paper.Figures
}

func readRow(cells []string) (reading, error) {
	if len(cells) < 7 {
		return reading{}, fault.Invalid("It has %d columns, not 7.", len(cells))
	}
	at, err := time.Parse(time.RFC3339, cells[1])
	if err != nil {
		return reading{}, err
	}
	r := reading{paper: cells[2], Figures: paper.Figures{At: at.UTC()}}
	for i, to := range []*int{&r.Votes, &r.Comments, &r.Stars} {
		if cells[3+i] == "" {
			continue
		}
		if *to, err = strconv.Atoi(cells[3+i]); err != nil {
			return reading{}, err
		}
	}
	return r, nil
}

// at returns the paper as a reading found it.
func (p *Paper) at(r reading) trend.Entrant {
	e := trend.Entrant{Paper: p.Paper, Figures: r.Figures, Final: -1}
	for _, t := range p.claims {
		if !t.After(r.At) {
			e.Claimed++
		}
	}
	return e
}

// judge finds the months whose files were asked for long after: there the votes of
// most papers are no longer those of their last reading. A month without readings was
// asked for whole.
func (d *Data) judge(last map[string]reading) {
	read, moved := map[string]int{}, map[string]int{}
	for _, p := range d.Papers {
		d.whole[p.Month] = true
		if r, ok := last[p.Key]; ok {
			read[p.Month]++
			if r.Votes != p.Votes {
				moved[p.Month]++
			}
		}
	}
	for m, n := range read {
		d.whole[m] = 2*moved[m] > n
	}
}

// finals tells the entrants of whole months how they ended.
func (d *Data) finals(papers map[string]*Paper) {
	for i := range d.Moments {
		for j := range d.Moments[i].Entrants {
			e := &d.Moments[i].Entrants[j]
			if p := papers[e.Paper.Key]; d.whole[p.Month] {
				e.Final = p.Votes
			}
		}
	}
}
