package press

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"broadsheet/edition"
	"broadsheet/paper"
)

// The search of a printed site runs in the browser (search.js). It loads what it
// needs as scripts, which work from a disk as well as from a server:
//
//	search/head.js     bs.head({...}): the number of papers, the words that stand in most of them
//	search/w/NAME.js   bs.words(NAME, {term: [posting, ...]}): the terms of one shard
//	search/p/N.js      bs.papers(N, [[key, title, who, day, votes, claim], ...]): perChunk papers
//
// Papers are numbered from 0, the newest edition first. A posting is 16 times the
// distance from the paper before (the first from -1), plus the paper's share of the
// score of BM25, from 1 to 15; the browser multiplies it with the term's rarity. A term
// is a folded word, or a value of a field with its sign before it: a: and a word of an
// author's name, c: and a category, t: and a topic. A shard holds the terms that begin
// with the same two letters, the sign of a field apart.
const (
	perChunk = 128
	shares   = 15  // of a score
	common   = 0.6 // a word of a larger part of the papers says nothing
	titles   = 3   // how often a word of the title counts
	k1, b    = 1.2, 0.75
	longest  = 40 // letters of a term
)

//go:embed search.js
var script []byte

// shown is a paper as results show it.
type shown [6]any

// index writes the files of the search and returns their names.
func (p *printing) index(ctx context.Context) ([]string, error) {
	ids := make([]int64, len(p.standing))
	day := make(map[int64]string, len(ids))
	for i, s := range p.standing {
		ids[len(ids)-1-i], day[s.Paper] = s.Paper, s.Day
	}
	x := &index{terms: map[string][]posting{}}
	for part := range slices.Chunk(ids, 1000) {
		list, err := p.Papers.List(ctx, p.Papers.DB(), part)
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			x.add(one, day[one.ID])
		}
	}
	files := map[string][]byte{"search/search.js": script}
	if err := x.files(files); err != nil {
		return nil, err
	}
	names := make([]string, 0, len(files))
	for name, body := range files {
		if err := p.write(name, body); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

type index struct {
	papers  []shown
	lengths []int
	total   int
	terms   map[string][]posting
}

type posting struct{ paper, times int }

func (x *index) add(p *paper.Paper, day string) {
	n := len(x.papers)
	title, abstract := p.Form.Line(p.Title), p.Form.Line(p.Abstract)
	claim := edition.PickClaim(p.Abstract)
	x.papers = append(x.papers, shown{p.Key, title, who(p), day, p.Votes(), p.Form.Line(claim.Text)})
	times := map[string]int{}
	words := 0
	for w := range terms(title) {
		times[w] += titles
		words++
	}
	for w := range terms(abstract) {
		times[w]++
		words++
	}
	x.lengths = append(x.lengths, words)
	x.total += words
	for _, a := range p.Authors {
		for w := range terms(a.Name) {
			times["a:"+w] = 1
		}
	}
	for _, c := range p.Categories {
		times["c:"+paper.Fold(c)] = 1
	}
	for _, t := range p.Topics {
		times["t:"+paper.Fold(t)] = 1
	}
	for w, t := range times {
		x.terms[w] = append(x.terms[w], posting{n, t})
	}
}

// who names the authors, as many as fit.
func who(p *paper.Paper) string {
	const named = 3
	var names []string
	for _, a := range p.Authors[:min(named, len(p.Authors))] {
		names = append(names, a.Name)
	}
	if more := p.CountAuthors() - len(names); more > 0 && len(names) > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// terms yields the words of a text: runs of letters and digits, without the s of a
// plural. search.js does the same.
func terms(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for w := range strings.FieldsFuncSeq(paper.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
				w = w[:len(w)-1]
			}
			if utf8.RuneCountInString(w) <= longest && !yield(w) {
				return
			}
		}
	}
}

// shard names the file of a term: by its sign and its first two letters, those that
// file names do not like as numbers.
func shard(term string) string {
	sign, word, ok := strings.Cut(term, ":")
	if !ok {
		sign, word = "", term
	}
	var b strings.Builder
	if b.WriteString(sign); ok {
		b.WriteByte('-')
	}
	n := 0
	for _, r := range word {
		if n++; n > 2 {
			break
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "_%x", r)
		}
	}
	return b.String()
}

// files adds the files of the index.
func (x *index) files(to map[string][]byte) error {
	var tooCommon []string
	shards := map[string]map[string][]int{}
	mean := float64(x.total) / float64(max(len(x.papers), 1))
	for term, list := range x.terms {
		if len(list) > 100 && float64(len(list)) > common*float64(len(x.papers)) && !strings.Contains(term, ":") {
			tooCommon = append(tooCommon, term)
			continue
		}
		name := shard(term)
		if shards[name] == nil {
			shards[name] = map[string][]int{}
		}
		shards[name][term] = x.packed(list, mean)
	}
	slices.Sort(tooCommon)
	names := make([]string, 0, len(shards))
	for name, terms := range shards {
		names = append(names, name)
		if err := call(to, path.Join("search/w", name+".js"), "words", name, terms); err != nil {
			return err
		}
	}
	slices.Sort(names)
	chunk := 0
	for part := range slices.Chunk(x.papers, perChunk) {
		if err := call(to, fmt.Sprintf("search/p/%d.js", chunk), "papers", chunk, part); err != nil {
			return err
		}
		chunk++
	}
	return call(to, "search/head.js", "head", map[string]any{"papers": len(x.papers), "chunk": perChunk, "common": tooCommon, "shards": names})
}

// packed writes the postings of a term as numbers.
func (x *index) packed(list []posting, mean float64) []int {
	out := make([]int, len(list))
	last := -1
	for i, at := range list {
		tf := float64(at.times)
		share := tf * (k1 + 1) / (tf + k1*(1-b+b*float64(x.lengths[at.paper])/mean)) / (k1 + 1)
		out[i] = 16*(at.paper-last) + min(max(int(math.Round(share*shares)), 1), shares)
		last = at.paper
	}
	return out
}

// call adds a script that calls a function of search.js.
func call(to map[string][]byte, name, function string, args ...any) error {
	var b bytes.Buffer
	b.WriteString("bs." + function + "(")
	for i, a := range args {
		if i > 0 {
			b.WriteByte(',')
		}
		j, err := json.Marshal(a) // which escapes what could end a script
		if err != nil {
			return err
		}
		b.Write(j)
	}
	b.WriteString(")\n")
	to[name] = b.Bytes()
	return nil
}
