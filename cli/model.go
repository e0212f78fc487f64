package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search/embed"
)

// encoder is the flag of commands that find by meaning.
type encoder struct {
	Model string `help:"The encoder by which papers are found by meaning, by its name in: broadsheet model list. Without it the one in the program." placeholder:"NAME" env:"BROADSHEET_MODEL"`
}

// models is the folder of the encoders that were added.
func (s store) models() string { return filepath.Join(s.Data, "models") }

// check says when the encoder chosen was never added.
func (e encoder) check(s store) error {
	if e.Model == "" {
		return nil
	}
	own, err := embed.Default()
	if err != nil || e.Model == own.Name() {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.models(), e.Model+".bin")); err != nil || filepath.Base(e.Model) != e.Model {
		return fault.Invalid("--model %s: there is no such model; broadsheet model list prints those there are.", e.Model)
	}
	return nil
}

type modelCommand struct {
	Add  modelAdd  `cmd:"" help:"Add an encoder from a folder, as it is published."`
	List modelList `cmd:"" help:"List the encoders."`
}

type modelAdd struct {
	store

	Name    string `help:"Its name; the folder's by default."`
	Pooling string `help:"How a text's vector is made of those of its words: mean, or cls. By default as the folder says." enum:"mean,cls," default:""`
	Prefix  string `name:"query-prefix" help:"What stands before a question. By default as the folder says." placeholder:"TEXT"`
	Tokens  int    `name:"max-tokens" help:"How many tokens of a text are read. By default as the folder says." placeholder:"N"`
	Folder  string `arg:"" help:"The folder, with config.json, model.safetensors and vocab.txt." type:"existingdir"`
}

func (modelAdd) Help() string {
	return `An encoder of the BERT family (type bert, GELU, absolute positions) is read from its folder,
its weights are rounded to 8 bits so that they fit the newest papers held, and it is kept
in the data folder. Then

  broadsheet serve --model NAME

encodes all papers anew in the background; until that is done, which the status page
shows, papers are found by the encoder used before.

Example:
  broadsheet model add ./bge-small-en-v1.5 --pooling cls`
}

func (c *modelAdd) Run(ctx context.Context, w World) error {
	began := time.Now()
	texts, err := c.texts(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Err, "Rounding the weights; this takes a minute or more.\n")
	b, err := embed.Convert(c.Folder, embed.Options{Name: c.Name, Pooling: c.Pooling, QueryPrefix: c.Prefix, MaxTokens: c.Tokens, Texts: texts})
	if err != nil {
		return fault.Invalid("This model cannot be run: %s.", err)
	}
	dir := c.models()
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	part := filepath.Join(dir, "added.part")
	if err := os.WriteFile(part, b, 0o640); err != nil {
		return err
	}
	m, err := embed.Open(part)
	if err != nil {
		return err
	}
	if err := os.Rename(part, filepath.Join(dir, m.Name()+".bin")); err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "Added %s: vectors of %d numbers, %d tokens, %d MB, in %.0f s.\nUse it with: broadsheet serve --model %s\n",
		m.Name(), m.Dim(), m.MaxTokens(), len(b)>>20, time.Since(began).Seconds(), m.Name())
	return nil
}

// texts are the newest papers, to which the weights are rounded; none when few are held.
func (c *modelAdd) texts(ctx context.Context) ([]string, error) {
	const most, least = 200, 24
	d, err := c.open(ctx)
	if fault.Is(err, fault.KindMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	papers, err := paper.NewStore(d).Newest(ctx, 0, most)
	if err != nil || len(papers) < least {
		return nil, err
	}
	texts := make([]string, len(papers))
	for i, p := range papers {
		texts[i] = p.Title + ". " + p.Abstract
	}
	return texts, nil
}

type modelList struct {
	store
	encoder
}

func (c *modelList) Run(w World) error {
	own, err := embed.Default()
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(c.models(), "*.bin"))
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w.Out, 0, 0, 2, ' ', 0)
	row := func(m *embed.Model, where string) {
		chosen := ""
		if m.Name() == c.Model || c.Model == "" && m == own {
			chosen = "chosen"
		}
		fmt.Fprintf(t, "%s\t%d numbers\t%d tokens\t%s\t%s\n", m.Name(), m.Dim(), m.MaxTokens(), where, chosen)
	}
	row(own, "in the program")
	for _, f := range files {
		m, err := embed.Open(f)
		if err != nil {
			fmt.Fprintf(t, "%s\t\t\tcannot be read: %s\t\n", strings.TrimSuffix(filepath.Base(f), ".bin"), err)
			continue
		}
		row(m, f)
	}
	return t.Flush()
}
