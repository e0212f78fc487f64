package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"broadsheet/search"
	"broadsheet/search/embed"
	"broadsheet/search/eval"
	"broadsheet/search/opensearch"
)

type evalCommand struct {
	Queries bool   `help:"Print each query's nDCG@10 too."`
	Save    string `help:"Keep this run in a file." placeholder:"FILE"`
	Against string `help:"Name the queries that got worse since a run that was kept." placeholder:"FILE"`
	engine
	Words bool     `help:"Measure words alone, without encoding anything."`
	Dirs  []string `arg:"" name:"dir" help:"Folders with corpus.jsonl, queries.jsonl and qrels/test.tsv." type:"path"`
}

func (evalCommand) Help() string {
	return `Measures the search on judged collections in the layout of BEIR. It indexes each into a
temporary folder and asks its queries by words, by meaning and by both.

  nDCG@10  how well the first ten are ordered, by the grades of the judges
  MRR@10   1/rank of the first answer
  R@100    the part of the answers among the first hundred

With --opensearch the cluster is measured as well, on an index that is deleted afterwards.

Example:
  broadsheet eval scifact cisi --save before.json
  broadsheet eval scifact cisi --against before.json`
}

func (c *evalCommand) Run(ctx context.Context, w World) error {
	var before eval.Saved
	if c.Against != "" {
		var err error
		if before, err = eval.Load(c.Against); err != nil {
			return err
		}
	}
	modes := []search.Mode{search.WordsOnly, search.MeaningOnly, search.Both}
	if c.Words {
		modes = modes[:1]
	}
	cluster, err := c.cluster()
	if err != nil {
		return err
	}
	run := eval.Saved{}
	fmt.Fprintf(w.Out, "%-20s %-8s %8s %8s %8s\n", "collection", "by", "nDCG@10", "MRR@10", "R@100")
	for _, dir := range c.Dirs {
		judged, err := eval.Read(dir)
		if err != nil {
			return err
		}
		if err := c.builtIn(ctx, w, judged, modes, run); err != nil {
			return err
		}
		if len(cluster.Nodes) > 0 {
			if err := c.onCluster(ctx, w, cluster, judged, modes, run); err != nil {
				return err
			}
		}
	}
	if before != nil {
		worse := run.Worse(before)
		fmt.Fprintf(w.Out, "\n%d of %d queries got worse.\n", len(worse), len(run))
		for _, x := range worse {
			fmt.Fprintf(w.Out, "  %-40s %.4f → %.4f\n", x.Key, x.Was, x.Now)
		}
	}
	if c.Save != "" {
		return run.Save(c.Save)
	}
	return nil
}

// ranker is an engine that is measured.
type ranker struct {
	name   string // of its rows
	put    func(ctx context.Context, docs []search.Document, seq int64) error
	search func(context.Context, search.Ask) (*search.Answer, error)
}

// builtIn measures the index that lies in a folder.
func (c *evalCommand) builtIn(ctx context.Context, w World, judged *eval.Collection, modes []search.Mode, run eval.Saved) error {
	folder, err := os.MkdirTemp("", "broadsheet-eval-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	e, err := search.Open(folder)
	if err != nil {
		return err
	}
	defer e.Close()
	if !c.Words {
		m, err := embed.Default()
		if err != nil {
			return err
		}
		if err := e.Attach(m); err != nil {
			return err
		}
	}
	put := func(ctx context.Context, docs []search.Document, seq int64) error {
		if err := e.Put(docs, nil, seq); err != nil {
			return err
		}
		return e.Encode(ctx, docs, nil, seq)
	}
	return c.measure(ctx, w, ranker{judged.Name, put, e.Search}, judged, modes, run)
}

// onCluster measures a cluster, on an index of its own.
func (c *evalCommand) onCluster(ctx context.Context, w World, at opensearch.Config, judged *eval.Collection, modes []search.Mode, run eval.Saved) (err error) {
	at.Name, at.Copies = at.Name+"-eval-"+strings.ToLower(rand.Text()[:8]), 0
	var m search.Encoder
	if !c.Words {
		if m, err = embed.Default(); err != nil {
			return err
		}
	}
	e := opensearch.New(at, m)
	defer e.Close()
	if err := e.Begin(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Delete(context.WithoutCancel(ctx))) }()
	put := func(ctx context.Context, docs []search.Document, seq int64) error {
		if err := e.Put(ctx, docs, seq); err != nil {
			return err
		}
		return e.Refresh(ctx)
	}
	return c.measure(ctx, w, ranker{judged.Name + "@cluster", put, e.Search}, judged, modes, run)
}

// measure fills an engine with a collection, prints its rows and notes them in run.
func (c *evalCommand) measure(ctx context.Context, w World, e ranker, judged *eval.Collection, modes []search.Mode, run eval.Saved) error {
	if err := fill(ctx, w, e, judged); err != nil {
		return err
	}
	name := e.name
	for _, mode := range modes {
		scores := make([]eval.Scores, len(judged.Queries))
		for i, q := range judged.Queries {
			const deep = 100
			found, err := e.search(ctx, search.Ask{Query: search.Plain(q.Text), Mode: mode, Limit: deep})
			if err != nil {
				return err
			}
			ranking := make([]string, len(found.Hits))
			for k, h := range found.Hits {
				ranking[k] = judged.Documents[h.ID-1].ID
			}
			scores[i] = q.Score(ranking)
			run[fmt.Sprintf("%s/%s/%s", name, mode, q.ID)] = scores[i].NDCG10
			if c.Queries {
				fmt.Fprintf(w.Out, "  %-8s %-12s %.4f  %s\n", mode, q.ID, scores[i].NDCG10, clipLine(q.Text, 60))
			}
		}
		s := eval.Mean(scores)
		fmt.Fprintf(w.Out, "%-20s %-8s %8.4f %8.4f %8.4f\n", name, mode, s.NDCG10, s.MRR10, s.Recall100)
	}
	return nil
}

// fill indexes a collection; document n of it has the ID n+1.
func fill(ctx context.Context, w World, e ranker, c *eval.Collection) error {
	const atOnce = 500
	bar := newProgress(w, "documents of "+c.Name)
	defer bar.done()
	for at := 0; at < len(c.Documents); at += atOnce {
		var docs []search.Document
		for i := at; i < min(len(c.Documents), at+atOnce); i++ {
			docs = append(docs, search.Document{ID: int64(i + 1), Title: c.Documents[i].Title, Abstract: c.Documents[i].Text})
		}
		if err := e.put(ctx, docs, int64(at+1)); err != nil {
			return err
		}
		bar.show(at+len(docs), float64(at+len(docs))/float64(len(c.Documents)))
	}
	return nil
}

func clipLine(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
