package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/harvest"
	"broadsheet/paper"
	"broadsheet/server"
)

// sources are the flags that say what is harvested, and from where.
type sources struct {
	Contact  string        `help:"An address at which a person answers, for the User-Agent of every question." placeholder:"MAIL" env:"BROADSHEET_CONTACT"`
	Days     int           `help:"How many days back a first harvest goes." default:"30" env:"BROADSHEET_DAYS"`
	OAI      string        `name:"arxiv-oai" help:"arXiv's OAI-PMH server; off to leave it out." default:"${oai}" placeholder:"URL" env:"BROADSHEET_ARXIV_OAI"`
	Feed     string        `name:"arxiv-feed" help:"arXiv's daily announcements; off to leave them out." default:"${feed}" placeholder:"URL" env:"BROADSHEET_ARXIV_FEED"`
	API      string        `name:"arxiv-api" help:"arXiv's Atom API, asked for what is missing; off to leave it out." default:"${api}" placeholder:"URL" env:"BROADSHEET_ARXIV_API"`
	Upstream string        `help:"A daily-papers site of Hugging Face's kind, or another Broadsheet; off to leave it out." default:"${upstream}" placeholder:"URL" env:"BROADSHEET_UPSTREAM"`
	Gap      time.Duration `name:"arxiv-gap" help:"The least time between two questions to arXiv. Less than 3s is against its terms; it is for a server of your own." default:"3s" env:"BROADSHEET_ARXIV_GAP"`
}

// defaultSources are the public addresses, for the help of the flags.
var defaultSources = map[string]string{
	"oai": harvest.ArxivOAI, "feed": harvest.ArxivFeed, "api": harvest.ArxivAPI, "upstream": harvest.HuggingFace,
}

// harvester returns the harvester that the flags describe.
func (s sources) harvester(papers *paper.Store, categories []string, log *slog.Logger) (*harvest.Harvester, error) {
	if s.Days < 1 {
		return nil, fault.Invalid("--days %d: a harvest goes back at least one day.", s.Days)
	}
	for flag, address := range map[string]*string{"--arxiv-oai": &s.OAI, "--arxiv-feed": &s.Feed, "--arxiv-api": &s.API, "--upstream": &s.Upstream} {
		if *address == "off" || *address == "" {
			*address = ""
			continue
		}
		if u, err := url.Parse(*address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fault.Invalid("%s %s: an address that begins with https:// is wanted, or off.", flag, *address)
		}
	}
	agent := "Broadsheet/" + Version()
	if s.Contact != "" {
		agent += " (mailto:" + s.Contact + ")"
	} else {
		log.Warn("questions to arXiv carry no address at which a person answers; set --contact")
	}
	return &harvest.Harvester{
		Papers: papers, Log: log,
		Settings: harvest.Settings{
			Categories: categories,
			Since:      time.Now().UTC().AddDate(0, 0, -s.Days).Format(time.DateOnly),
			OAI:        s.OAI, Feed: s.Feed, API: s.API, Upstream: s.Upstream,
			Arxiv: harvest.NewPace(agent, s.Gap), Other: harvest.NewPace(agent, time.Second),
		},
	}, nil
}

// keepers return what harvests by the timetable while the program serves, and what
// reads figures again.
func (c *serveCommand) keepers(h *server.House, log *slog.Logger) ([]func(context.Context), error) {
	hv, err := c.harvester(h.Papers, c.Categories, log)
	if err != nil {
		return nil, err
	}
	return []func(context.Context){hv.Keep, hv.Reread}, nil
}

type harvestCommand struct {
	store
	site
	sources

	Fill bool `help:"Ask for every paper that is missing, also for those whose next try is not due."`
}

func (harvestCommand) Help() string {
	return `Asks every source for what is new since it was last asked, then arXiv's API for the papers
that were announced and have not come, and prints the ledger: announced, held, late, missing,
by category, with each missing paper by name.

Examples:
  broadsheet harvest --contact you@example.org
  broadsheet harvest --categories math.CO --days 90 --upstream off
  broadsheet harvest --fill                 close the gaps that doctor names

It may be interrupted at any moment; the next harvest goes on where it stopped. Do not run
it beside a serve that harvests the same sources.`
}

func (c *harvestCommand) Run(ctx context.Context, w World, log *slog.Logger) error {
	dsn, err := c.dsn()
	if err != nil {
		return err
	}
	settings, err := c.settings()
	if err != nil {
		return err
	}
	h, err := server.Open(ctx, server.Config{DSN: dsn, Edition: settings}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	hv, err := c.harvester(h.Papers, c.Categories, log)
	if err != nil {
		return err
	}
	var failed []string
	run := func(name string, task func() (harvest.Step, error)) error {
		bar := newProgress(w, "papers from "+name)
		hv.Progress = func(s harvest.Step) {
			part := -1.0
			if s.Expected > 0 {
				part = float64(s.Got) / float64(s.Expected)
			}
			bar.show(s.Got, part)
		}
		step, err := task()
		bar.done()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n := edition.Thousands
		fmt.Fprintf(w.Out, "%-12s %s papers, %s new.", name, n(step.Got), n(step.Made))
		if step.Bad > 0 {
			fmt.Fprintf(w.Out, " %s records could not be read and are in quarantine.", n(step.Bad))
		}
		fmt.Fprintln(w.Out)
		if err != nil {
			failed = append(failed, name)
			fmt.Fprintf(w.Out, "%-12s %s\n", "", err)
		}
		return nil
	}
	for _, s := range hv.Settings.Sources(time.Now) {
		if err := run(s.Name(), func() (harvest.Step, error) { return hv.Run(ctx, s) }); err != nil {
			return err
		}
	}
	since := hv.Settings.Since
	if c.API != "off" && c.API != "" {
		if err := run("arxiv-api", func() (harvest.Step, error) {
			_, came, err := hv.Fill(ctx, since, c.Fill)
			return harvest.Step{Got: came, Made: came}, err
		}); err != nil {
			return err
		}
	}
	if err := h.CatchUp(ctx); err != nil {
		return err
	}
	if err := printLedger(ctx, w.Out, h.DB, time.Now(), since); err != nil {
		return err
	}
	if len(failed) > 0 {
		return fault.Busy("%s could not be read to the end; run the command again to go on", strings.Join(failed, ", "))
	}
	return nil
}

// printLedger writes what was announced since a day against what is held.
func printLedger(ctx context.Context, out io.Writer, d *db.DB, now time.Time, since string) error {
	l, err := harvest.LedgerOf(ctx, d, now, since, now.UTC().AddDate(0, 0, 1).Format(time.DateOnly))
	if err != nil {
		return err
	}
	if l == nil {
		fmt.Fprintln(out, "\nThe ledger is empty: no announcement has been read.")
		return nil
	}
	fmt.Fprintf(out, "\nLedger since %s%s\n%-12s %10s %8s %6s %8s\n", since, rebuiltNote(l), "", "announced", "held", "late", "missing")
	line := func(name string, c harvest.Count) {
		n := edition.Thousands
		fmt.Fprintf(out, "%-12s %10s %8s %6s %8s\n", name, n(c.Announced), n(c.Held), n(c.Late), n(c.Missing))
	}
	for _, c := range l.Counts {
		line(c.Category, c)
	}
	line("together", l.Total)
	const shown = 20
	absent, total, err := harvest.AllAbsent(ctx, d, since, shown)
	if err != nil {
		return err
	}
	for _, a := range absent {
		next := "with the next harvest"
		if !a.Next.IsZero() {
			next = "after " + a.Next.Format("2 Jan 15:04 UTC")
		}
		fmt.Fprintf(out, "  %s  %s, %s. %s Next try %s.\n", a.Paper, a.Day, a.Category, a.Reason, next)
	}
	if total > shown {
		fmt.Fprintf(out, "  and %s more\n", edition.Thousands(total-shown))
	}
	return nil
}

func rebuiltNote(l *harvest.Ledger) string {
	if l.Rebuilt {
		return " (some days are rebuilt from datestamps, because their announcement could not be read)"
	}
	return ""
}

// ledger names the gaps of the last days and the sources that fail.
func (c *doctorAllCommand) ledger(ctx context.Context, d *db.DB, _ *slog.Logger) ([]finding, error) {
	now := time.Now()
	since := now.UTC().AddDate(0, 0, -c.Days).Format(time.DateOnly)
	l, err := harvest.LedgerOf(ctx, d, now, since, now.UTC().Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	f := finding{part: "ledger", ok: true, said: fmt.Sprintf("No announcement of the last %d days has been read.", c.Days)}
	if l != nil {
		t := l.Total
		f.said = fmt.Sprintf("Since %s arXiv announced %s papers; %s held, %d late, %d missing.", since, edition.Thousands(t.Announced), edition.Thousands(t.Held), t.Late, t.Missing)
		if t.Missing > 0 {
			f.ok = false
			f.advice = "Run broadsheet harvest --fill; it names what stays away and why."
		}
	}
	list := []finding{f}
	runs, err := harvest.Runs(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		f := finding{part: r.Source, ok: r.Failed == "", said: "Last asked " + r.Began.Format("2 January 2006, 15:04 UTC") + "."}
		if r.Failed != "" {
			f.said += " It failed: " + r.Failed
			f.advice = "Check its address and the network; the next harvest goes on where it stopped."
		}
		list = append(list, f)
	}
	_, quarantined, err := harvest.Quarantine(ctx, d, 0)
	if err != nil {
		return nil, err
	}
	if quarantined > 0 {
		list = append(list, finding{"quarantine", false, fmt.Sprintf("%s lines or records could not be used.", edition.Thousands(quarantined)),
			"The page /status names them; mend the file and import it again."})
	}
	return list, nil
}
