package cli

import (
	"broadsheet/trend/backtest"
)

// benchCommand are the measurements that anybody can repeat.
type benchCommand struct {
	Digest benchDigestCommand `cmd:"" help:"Hold the choice of a mail against the papers with the most votes."`
	Tex    benchTexCommand    `cmd:"" help:"Convert the formulas of papers, and name those that cannot be."`
	Trend  benchTrendCommand  `cmd:"" help:"Try the orders of papers on timed readings of real votes."`
}

type benchTrendCommand struct {
	Data   string   `help:"A folder with the files YYYY-MM.jsonl.zst and readings.tsv.gz." required:"" placeholder:"DIR"`
	Months []string `help:"Try only the readings of these months: 2024-09,2025-08." placeholder:"MONTH"`
	Model  bool     `help:"Print the terms of the forecast too."`
}

func (benchTrendCommand) Help() string {
	return `At each reading the papers that stood there are put into an order by what was known then,
and the order is held against the votes that they had in the end. Constants were chosen on the
earlier half of the days; the figures that count are those of the later half. The forecast is
learnt a month at a time and has seen only the months before. doc/ranking.md explains the table.`
}

func (c *benchTrendCommand) Run(w World) error {
	d, err := backtest.Load(c.Data)
	if err != nil {
		return err
	}
	r, err := backtest.Run(d, c.Months...)
	if err != nil {
		return err
	}
	if err := r.Print(w.Out); err != nil || !c.Model {
		return err
	}
	return r.PrintModel(w.Out)
}
