package cli

import (
	"context"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // the zones, on machines that have none

	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/fetch"
	"broadsheet/harvest"
	"broadsheet/server"
)

// site are the flags that say what stands in an edition and how it is served.
type site struct {
	Zone       string        `help:"The zone of the feed day." default:"UTC" placeholder:"ZONE" env:"BROADSHEET_ZONE"`
	Turn       time.Duration `help:"How long after midnight in that zone the date turns; before midnight with a minus." default:"0h" env:"BROADSHEET_TURN"`
	Edition    string        `help:"What an edition holds: what was put in (submitted), what arXiv announced (announced), or both." enum:"submitted,announced,both" default:"both" env:"BROADSHEET_EDITION"`
	Categories []string      `help:"The arXiv categories to take, such as cs.LG, or a whole archive such as math." default:"cs.AI,cs.CL,cs.CV,cs.LG,stat.ML" placeholder:"CATEGORY" env:"BROADSHEET_CATEGORIES"`
	editing
}

// editing are the flags that say who makes the edition and what readers may put in.
type editing struct {
	DeskHour string `help:"When the edition of a day is published, such as 06:00 in that zone. Until then what comes in waits at the desk, which keeps, skips and orders it. Without an hour there is no desk: an edition fills as its day goes." placeholder:"HH:MM" env:"BROADSHEET_DESK_HOUR"`
	Decides  string `name:"desk-decides" help:"What readers are told, where they put papers in, of how the desk decides." placeholder:"TEXT" env:"BROADSHEET_DESK_DECIDES"`
	PerDay   int    `name:"submit-per-day" help:"How many papers a reader may put in on one day; 0 for none." default:"3" env:"BROADSHEET_SUBMIT_PER_DAY"`
	Window   int    `name:"submit-window" help:"The age in days up to which readers may put papers in; 0 for any." default:"30" env:"BROADSHEET_SUBMIT_WINDOW"`
	Direct   string `name:"submit-direct" help:"With a desk: whose papers stand in the coming edition without it: nobody's, those of who is at the desk (desk), also of readers of whom it has kept one (known), everybody's." enum:"nobody,desk,known,everybody" default:"desk" env:"BROADSHEET_SUBMIT_DIRECT"`
}

// into adds what the flags say.
func (e editing) into(s *edition.Settings) (err error) {
	if e.PerDay < 0 || e.Window < 0 {
		return fault.Invalid("--submit-per-day and --submit-window take a number from 0.")
	}
	s.Submit = edition.Submitting{Window: e.Window, PerDay: e.PerDay, Direct: edition.Everybody}
	if e.DeskHour == "" {
		return nil
	}
	const longest = 2000
	if len(e.Decides) > longest {
		return fault.Invalid("--desk-decides: at most %d letters fit.", longest)
	}
	s.Desk, s.Decides, s.Submit.Direct = true, strings.TrimSpace(e.Decides), edition.Direct(e.Direct)
	if s.Hour, err = edition.ParseHour(e.DeskHour); err != nil {
		return fault.Invalid("--desk-hour: %s", fault.Message(err))
	}
	return nil
}

func (s site) settings() (edition.Settings, error) {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return edition.Settings{}, fault.Invalid("--zone %s: there is no such zone; write it as Europe/Berlin.", s.Zone)
	}
	if s.Turn <= -24*time.Hour || s.Turn >= 24*time.Hour {
		return edition.Settings{}, fault.Invalid("--turn %s: the date turns within a day of midnight.", s.Turn)
	}
	out := edition.Settings{Zone: zone, Turn: s.Turn, Fill: edition.Fill(s.Edition), Categories: s.Categories}
	return out, s.into(&out)
}

// listener are the flags of commands that serve.
type listener struct {
	Listen string `help:"The address to listen on; port 0 chooses one." default:"127.0.0.1:8080" placeholder:"HOST:PORT" env:"BROADSHEET_LISTEN"`
}

type serveCommand struct {
	store
	standby
	listener
	secured
	site
	sources
	post
	people
	encoder
	engine
	backups

	Base        string `name:"base-url" help:"The public address, for links in feeds, sitemaps and the API. Without it each request's own host is used." placeholder:"URL" env:"BROADSHEET_BASE_URL"`
	Hub         string `name:"websub-hub" help:"A WebSub hub, which is told of new papers and tells readers of feeds. It needs --base-url." placeholder:"URL" env:"BROADSHEET_WEBSUB_HUB"`
	Scrapers    bool   `help:"Let listing pages carry the data-props that scrapers of Hugging Face read. It makes them several times heavier." env:"BROADSHEET_SCRAPERS"`
	Trending    string `help:"What trending measures a paper by: what is usual in its field (field), or votes as they are (votes)." enum:"field,votes" default:"field" env:"BROADSHEET_TRENDING"`
	Morning     string `help:"How the day's edition stands before noon: as it is likely to end (forecast), or by votes." enum:"forecast,votes" default:"forecast" env:"BROADSHEET_MORNING"`
	PerHour     int    `name:"api-per-hour" help:"Requests to the API that one client may make in an hour; 0 for no limit." default:"18000" env:"BROADSHEET_API_PER_HOUR"`
	NoHarvest   bool   `help:"Serve what is held and fetch nothing." env:"BROADSHEET_NO_HARVEST"`
	Still       bool   `help:"Look at a restored copy: mail nobody, tell no program and no hub, fetch nothing, take no backup." env:"BROADSHEET_STILL"`
	Private     bool   `name:"fetch-private" help:"Read also pages inside private networks when a reader puts one in. It is for a server that only trusted people reach." env:"BROADSHEET_FETCH_PRIVATE"`
	HooksNear   bool   `name:"hooks-private" help:"Tell also programs inside private networks of events (broadsheet hook)." env:"BROADSHEET_HOOKS_PRIVATE"`
	DOI         string `name:"doi-resolver" help:"Where DOIs lead." default:"https://doi.org" placeholder:"URL" env:"BROADSHEET_DOI_RESOLVER"`
	Metrics     bool   `help:"Show figures for Prometheus at /metrics, to everybody who can reach the address." env:"BROADSHEET_METRICS"`
	PrintConfig bool   `help:"Print the settings that hold and where each came from, and exit."`

	Drain time.Duration `help:"How long to go on answering when told to stop, with 503 at /readyz, so that a load balancer sees it before the listener closes." default:"0s" env:"BROADSHEET_DRAIN"`
}

func (serveCommand) Help() string {
	return `Examples:
  broadsheet serve                                        papers in ./data, pages on http://127.0.0.1:8080
  broadsheet serve --listen :80 --base-url https://papers.example.org
  broadsheet serve --categories math.CO,math.NT --edition announced
  broadsheet serve --db postgres://user:password@host/name
  broadsheet serve --data restored --still                look at a copy, which mails and tells nobody

On a first start it begins to harvest at once, newest papers first; after that it
follows arXiv's timetable. Every flag can also stand in a TOML file (--config) or in
a variable: --base-url is BROADSHEET_BASE_URL.`
}

func (c *serveCommand) Run(ctx context.Context, w World, log *slog.Logger, s *settings) error {
	if c.PrintConfig {
		s.print(w)
		serves(w, c.store, c.engine, c.standby)
		return nil
	}
	if c.Still {
		c.NoHarvest, c.Backup = true, ""
	}
	asks, err := c.asks(c.Categories, log)
	if err != nil {
		return err
	}
	h, err := c.open(ctx, asks, log)
	if err != nil {
		return err
	}
	defer h.Close()
	keep, err := c.keepers(h, asks, log)
	if err != nil {
		return err
	}
	return h.Serve(ctx, w.Out, keep...)
}

// lookup says where papers that readers put in are asked for.
func (c *serveCommand) lookup(asks *harvest.Settings) server.Outside {
	if c.NoHarvest {
		return server.Outside{}
	}
	return server.Outside{
		ArXiv: asks.ByID, DOI: strings.TrimSuffix(c.DOI, "/"),
		Pages: fetch.New(fetch.Config{Private: c.Private, Agent: asks.Arxiv.Agent}),
	}
}

func (c *serveCommand) open(ctx context.Context, asks *harvest.Settings, log *slog.Logger) (*server.House, error) {
	dsn, err := c.dsn()
	if err != nil {
		return nil, err
	}
	settings, err := c.settings()
	if err != nil {
		return nil, err
	}
	if c.Base != "" {
		u, err := url.Parse(c.Base)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
			return nil, fault.Invalid("--base-url %s: an address such as https://papers.example.org is wanted, without a path.", c.Base)
		}
		c.Base = u.Scheme + "://" + u.Host
	}
	if c.Standby != "" && (c.DB == "" || !strings.HasPrefix(c.Standby, "postgres")) {
		return nil, fault.Invalid("--db-standby takes the address of a standby, postgres://…, of the PostgreSQL server that --db names.")
	}
	if err := c.check(c.store); err != nil {
		return nil, err
	}
	if u, err := url.Parse(c.Hub); c.Hub != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || c.Base == "") {
		return nil, fault.Invalid("--websub-hub %s: the address of a hub is wanted, such as https://hub.example.org/, and with it --base-url.", c.Hub)
	}
	accounts, err := c.accounts()
	if err != nil {
		return nil, err
	}
	mail, err := c.outbox()
	if err != nil {
		return nil, err
	}
	if mail.Dial != nil && c.Base == "" {
		return nil, fault.Invalid("--mail-from needs --base-url: mails hold links to this server.")
	}
	cluster, err := c.cluster()
	if err != nil {
		return nil, err
	}
	tls, err := c.tls(c.Data, c.Contact)
	if err != nil {
		return nil, err
	}
	return server.Open(ctx, server.Config{
		TLS: tls,
		DSN: dsn, ReadDSN: c.Standby, Index: filepath.Join(c.Data, "index"), OpenSearch: cluster, Models: c.models(), Model: c.Model, Listen: c.Listen, Base: c.Base, Hub: c.Hub, Still: c.Still, HooksNear: c.HooksNear, Edition: settings, Outside: c.lookup(asks), Account: accounts, Mail: mail, MailIn: c.MailIn, Metrics: c.Metrics,
		Scrapers: c.Scrapers, Morning: c.Morning == "forecast", TrendRaw: c.Trending == "votes", PerHour: c.PerHour, Drain: c.Drain, Version: Version(),
	}, log)
}
