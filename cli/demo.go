package cli

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"broadsheet/account"
	"broadsheet/edition"
	"broadsheet/fetch"
	"broadsheet/harvest"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/server"
	"broadsheet/web"
)

//go:embed sample/papers.jsonl.zst
var samplePapers []byte

//go:embed sample/readings.tsv
var sampleReadings []byte

// demoDay is the morning on which the demo's clock starts: that of the newest
// edition of the sample.
var demoDay = time.Date(2026, 4, 15, 10, 0, 0, 0, time.UTC)

// demoEditions are the settings of the demo's editions.
var demoEditions = edition.Settings{
	Fill: edition.FillSubmitted, Desk: true, Hour: 6 * time.Hour,
	Submit: edition.Submitting{PerDay: 5, Direct: edition.DeskOnly},
}

type demoCommand struct {
	listener
}

func (demoCommand) Help() string {
	return `The sample holds six editions of April 2026 and the papers that a search for "learning theory"
found that month: real bibliographic facts, with abstracts in words of ours. It lives in a
temporary folder, which is removed at the end. Nothing is fetched but what a visitor puts in.`
}

func (c *demoCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	dir, err := os.MkdirTemp("", "broadsheet-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	began := time.Now()
	var moved atomic.Int64 // by how much a visitor moved the clock
	now := func() time.Time { return demoDay.Add(time.Since(began) + time.Duration(moved.Load())) }
	pace := harvest.NewPace("Broadsheet/"+Version()+" (a demo)", harvest.ArxivGap)
	asks := harvest.Settings{API: harvest.ArxivAPI, Arxiv: pace}
	letters := mail.Maildir(filepath.Join(dir, "mail"))
	h, err := server.Open(ctx, server.Config{
		DSN: filepath.Join(dir, "broadsheet.db"), Index: filepath.Join(dir, "index"), Listen: c.Listen, Version: Version(), Now: now,
		Edition: demoEditions,
		Outside: server.Outside{ArXiv: asks.ByID, Pages: fetch.New(fetch.Config{Agent: pace.Agent})},
		Account: account.Settings{Join: account.Anyone, Link: true, Password: true, Passkey: true, Demo: true},
		Mail:    outbox.Config{From: mail.Address{Name: "Broadsheet, the demo", Local: "news", Domain: "demo.example"}, Dial: letters.Dial, Connections: 1},
		Demo:    &web.Demo{Mail: letters, Move: func(d time.Duration) { moved.Add(int64(d)) }},
	}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := fillSample(ctx, h); err != nil {
		return err
	}
	fmt.Fprintf(w.Out, `A demo on the built-in sample, in %s. It is %s there.
Try:
  /papers/date/2026-04-14   an edition
  /papers/week/2026-W16     its week          /papers/month/2026-04   its month
  /papers/2604.05015        a paper           /archive                all editions
  /papers/trending          what is rising
  /submit                   put a paper in         /desk                   make tomorrow's edition
  /subscribe                the paper by mail; what would be sent stands at /demo/mail
  /api/daily_papers?date=2026-04-14           the same, for programs
Stop it with Ctrl-C.
`, dir, demoDay.Format("Monday 2 January 2006"))
	return h.Serve(ctx, w.Out)
}

// fillSample fills an empty house with the built-in sample: papers, figures, people and
// what these say.
func fillSample(ctx context.Context, h *server.House) error {
	im := harvest.Importing{Papers: h.Papers, Source: "sample", Now: h.Config.Now}
	if _, err := im.Import(ctx, bytes.NewReader(samplePapers), "-"); err != nil {
		return err
	}
	if err := im.Readings(ctx, bytes.NewReader(sampleReadings)); err != nil {
		return err
	}
	if err := h.CatchUp(ctx); err != nil { // before the desk begins
		return err
	}
	if err := h.Accounts.SeatDemo(ctx); err != nil {
		return err
	}
	if err := seat(ctx, h); err != nil {
		return err
	}
	return h.CatchUp(ctx)
}
