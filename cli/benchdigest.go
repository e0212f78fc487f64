package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/harvest"
	"broadsheet/server"
)

type benchDigestCommand struct {
	Size  int      `help:"Papers in a mail." default:"10"`
	Files []string `arg:"" name:"file" help:"Months of a daily-papers API, as import takes them." type:"path"`
}

func (benchDigestCommand) Help() string {
	return `For each day's edition with more papers than a mail, the choice that a reader of the whole
edition is sent is held against the papers with the most votes: how many of the topics that
the edition's papers name it covers, and how many of their votes it keeps.

Example:
  broadsheet bench digest hf_daily/2025-*.jsonl.zst`
}

// sums are those of the days of a month.
type sums struct {
	days, topics  int
	choice, votes digest.Share
}

func (s *sums) add(m digest.Measured) {
	s.days++
	s.topics += m.Topics
	s.choice.Votes, s.choice.Topics, s.choice.First = s.choice.Votes+m.Choice.Votes, s.choice.Topics+m.Choice.Topics, s.choice.First+m.Choice.First
	s.votes.Votes, s.votes.Topics, s.votes.First = s.votes.Votes+m.Votes.Votes, s.votes.Topics+m.Votes.Topics, s.votes.First+m.Votes.First
}

func (s *sums) print(w World, name string) {
	share := func(a, b int) float64 { return 100 * float64(a) / float64(max(b, 1)) }
	fmt.Fprintf(w.Out, "%-8s %4d   %5.1f%%  %5.1f%%   %+5.1f%%   %6.2f  %6.2f   %5.1f%%\n", name, s.days,
		share(s.choice.Topics, s.topics), share(s.votes.Topics, s.topics), share(s.choice.Topics, s.votes.Topics)-100,
		float64(s.choice.First)/float64(max(s.days, 1)), float64(s.votes.First)/float64(max(s.days, 1)), share(s.choice.Votes, s.votes.Votes))
}

func (c *benchDigestCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	if c.Size < 1 {
		return fault.Invalid("--size %d: a mail has at least one paper.", c.Size)
	}
	dir, err := os.MkdirTemp("", "broadsheet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	h, err := server.Open(ctx, server.Config{DSN: filepath.Join(dir, "broadsheet.db"), Edition: edition.Settings{Fill: edition.FillSubmitted}}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	im := harvest.Importing{Papers: h.Papers, Source: "bench"}
	if _, err := im.Import(ctx, w.In, c.Files...); err != nil {
		return err
	}
	if err := h.CatchUp(ctx); err != nil {
		return err
	}
	days, err := h.Editions.Days(ctx, edition.Span{From: "0000", To: "9999"})
	if err != nil {
		return err
	}
	fmt.Fprintf(w.Out, "%d papers a mail; days with more than that.\n               topics covered            first topics a mail   votes\nmonth    days   choice  votes     more    choice   votes    kept\n", c.Size)
	var all, month sums
	for i, d := range days {
		items, _, err := h.Feeds.List(ctx, feed.Query{Span: edition.DaySpan(d.Day)})
		if err != nil {
			return err
		}
		if len(items) > c.Size {
			m := digest.Measure(items, c.Size)
			month.add(m)
			all.add(m)
		}
		if i+1 == len(days) || days[i+1].Day[:7] != d.Day[:7] {
			if month.days > 0 {
				month.print(w, d.Day[:7])
			}
			month = sums{}
		}
	}
	all.print(w, "all")
	return nil
}
