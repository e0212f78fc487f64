package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/harvest"
	"broadsheet/mirror"
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
	Mirror   []string      `help:"Another Broadsheet to follow by its change stream: its papers, editions, comments and votes are kept here, with their origin." placeholder:"URL" env:"BROADSHEET_MIRROR"`
	Gap      time.Duration `name:"arxiv-gap" help:"The least time between two questions to arXiv. Less than 3s is against its terms; it is for a server of your own." default:"3s" env:"BROADSHEET_ARXIV_GAP"`
}

// defaultSources are the public addresses, for the help of the flags.
var defaultSources = map[string]string{
	"oai": harvest.ArxivOAI, "feed": harvest.ArxivFeed, "api": harvest.ArxivAPI, "upstream": harvest.HuggingFace,
}

// asks returns what the flags say of whom to ask, at which pace.
func (s sources) asks(categories []string, log *slog.Logger) (*harvest.Settings, error) {
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
	return &harvest.Settings{
		Categories: categories,
		Since:      time.Now().UTC().AddDate(0, 0, -s.Days).Format(time.DateOnly),
		OAI:        s.OAI, Feed: s.Feed, API: s.API, Upstream: s.Upstream,
		Arxiv: harvest.NewPace(agent, s.Gap), Other: harvest.NewPace(agent, time.Second),
	}, nil
}

// peers returns the instances that the flags say to follow.
func (s sources) peers(asks *harvest.Settings, now func() time.Time, log *slog.Logger) (list []*mirror.Peer, err error) {
	for _, address := range s.Mirror {
		p, err := mirror.NewPeer(address, asks.Other.Agent, now, log)
		if err != nil {
			return nil, fault.Invalid("--mirror %s", fault.Message(err))
		}
		list = append(list, p)
	}
	return list, nil
}

// harvester returns what asks, and stores the answers.
func harvester(papers *paper.Store, asks *harvest.Settings, log *slog.Logger) *harvest.Harvester {
	return &harvest.Harvester{Papers: papers, Log: log, Now: papers.DB().Now, Settings: *asks}
}

// keepers return what goes on while the program serves: what takes backups, what
// harvests by the timetable, what reads figures again, and what follows other instances.
func (c *serveCommand) keepers(h *server.House, asks *harvest.Settings, log *slog.Logger) (list []func(context.Context), err error) {
	keep, err := c.backups.keeper(h, c.Data, log)
	if err != nil {
		return nil, err
	}
	if keep != nil {
		list = append(list, keep)
	}
	if c.NoHarvest {
		return list, nil
	}
	peers, err := c.peers(asks, h.DB.Now, log)
	if err != nil {
		return nil, err
	}
	for _, p := range peers {
		list = append(list, func(ctx context.Context) { h.Mirror.Keep(ctx, p) })
	}
	hv := harvester(h.Papers, asks, log)
	h.Harvests = true
	return append(list, hv.Keep, hv.Reread), nil
}

type harvestCommand struct {
	store
	site
	sources

	Fill bool   `help:"Ask for every paper that is missing, also for those whose next try is not due."`
	From string `help:"Fetch the papers submitted from this day on from arXiv's API, instead of what is new." placeholder:"DAY"`
	To   string `help:"The last day of those; today without it." placeholder:"DAY"`

	StopMirror []string `name:"stop-mirror" help:"Follow this Broadsheet no more, and do nothing else: what came from it stays, and it may follow this one." placeholder:"URL"`
}

func (harvestCommand) Help() string {
	return `Asks every source for what is new since it was last asked, then arXiv's API for the papers
that were announced and have not come, and prints the ledger: announced, held, late, missing,
by category and by day, with each missing paper by name.

Examples:
  broadsheet harvest --contact you@example.org
  broadsheet harvest --categories math.CO --days 90 --upstream off
  broadsheet harvest --fill                 close the gaps that doctor names
  broadsheet harvest --days 1200            editions of the upstream from years back
  broadsheet harvest --from 2024-01-01 --to 2024-01-31

It may be interrupted at any moment; the next harvest goes on where it stopped. While
another process harvests into the same database, it says so and does nothing.`
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
	if len(c.StopMirror) > 0 {
		return c.stop(ctx, w, h, log)
	}
	asks, err := c.asks(c.Categories, log)
	if err != nil {
		return err
	}
	peers, err := c.peers(asks, h.DB.Now, log)
	if err != nil {
		return err
	}
	hv := harvester(h.Papers, asks, log)
	r := harvesting{Harvester: hv, w: w}
	err = hv.Alone(ctx, func(ctx context.Context) error { return c.ask(ctx, &r) })
	if err != nil {
		return err
	}
	for _, p := range peers {
		if err := r.follow(ctx, h.Mirror, p); err != nil {
			return err
		}
	}
	if err := h.CatchUp(ctx); err != nil {
		return err
	}
	if err := printLedger(ctx, w.Out, h.DB, time.Now(), hv.Settings.Since); err != nil {
		return err
	}
	if len(r.failed) > 0 {
		return fault.Busy("%s could not be read to the end; run the command again to go on", strings.Join(r.failed, ", "))
	}
	return nil
}

// stop ends that instances are followed.
func (c *harvestCommand) stop(ctx context.Context, w World, h *server.House, log *slog.Logger) error {
	for _, address := range c.StopMirror {
		p, err := mirror.NewPeer(address, "", h.DB.Now, log)
		if err != nil {
			return fault.Invalid("--stop-mirror %s", fault.Message(err))
		}
		if err := h.Mirror.Stop(ctx, p); err != nil {
			return err
		}
		fmt.Fprintf(w.Out, "%s is followed no more. What came from it stays.\n", p.Name())
	}
	return nil
}

// ask asks all that the flags name.
func (c *harvestCommand) ask(ctx context.Context, r *harvesting) error {
	sources := r.Settings.Sources(time.Now)
	if c.From != "" {
		to := c.To
		if to == "" {
			to = time.Now().UTC().Format(time.DateOnly)
		}
		past, err := harvest.Backfill(r.Settings, c.From, to)
		if err != nil {
			return err
		}
		sources = []harvest.Source{past}
	}
	for _, s := range sources {
		if err := r.run(ctx, s.Name(), func() (harvest.Step, error) { return r.Run(ctx, s) }); err != nil {
			return err
		}
	}
	if r.Settings.API == "" || c.From != "" && !c.Fill {
		return nil
	}
	return r.run(ctx, "arxiv-api", func() (harvest.Step, error) {
		_, came, err := r.Fill(ctx, r.Settings.Since, c.Fill)
		return harvest.Step{Got: came, Made: came}, err
	})
}

// harvesting shows how a harvest goes, and remembers what failed.
type harvesting struct {
	*harvest.Harvester
	w      World
	failed []string
}

// follow reads what a peer has told since it was last read.
func (r *harvesting) follow(ctx context.Context, m *mirror.Store, p *mirror.Peer) error {
	return r.run(ctx, p.Name(), func() (step harvest.Step, err error) {
		err = m.Alone(ctx, p, func(ctx context.Context) error {
			_, err := m.CatchUp(ctx, p, func(s mirror.Step) {
				step = harvest.Step{Got: s.Papers, Made: s.Made, Bad: s.Bad}
				r.Progress(step)
			})
			return err
		})
		return step, err
	})
}

// run runs a task with a bar. Its failure is shown and does not end the harvest; the
// error is that of the context.
func (r *harvesting) run(ctx context.Context, name string, task func() (harvest.Step, error)) error {
	bar := newProgress(r.w, "papers from "+name)
	r.Progress = func(s harvest.Step) {
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
	fmt.Fprintf(r.w.Out, "%-12s %s papers, %s new.", name, n(step.Got), n(step.Made))
	if step.Bad > 0 {
		fmt.Fprintf(r.w.Out, " %s records could not be used; broadsheet doctor says more.", n(step.Bad))
	}
	fmt.Fprintln(r.w.Out)
	if err != nil {
		r.failed = append(r.failed, name)
		fmt.Fprintf(r.w.Out, "%-12s %s\n", "", err)
	}
	return nil
}
