// Package server is the one place that knows everybody: it opens the stores,
// gives the rooms to each other, and runs what must go on while the program
// serves: the listener, the watchers of the change log, the harvest. It holds no
// logic of a subject.
package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"broadsheet/account"
	"broadsheet/api"
	"broadsheet/cite"
	"broadsheet/db"
	"broadsheet/digest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/hook"
	"broadsheet/library"
	"broadsheet/mail/inbox"
	"broadsheet/mcp"
	"broadsheet/mirror"
	"broadsheet/outbox"
	"broadsheet/paper"
	"broadsheet/search/opensearch"
	"broadsheet/syndicate"
	"broadsheet/web"
)

// Config is everything that a server can be told.
type Config struct {
	DSN        string            // of package db
	ReadDSN    string            // of a standby that answers visitors; "" for none
	Index      string            // the folder of the search index; "" for none
	OpenSearch opensearch.Config // with nodes, these search instead of the index in the folder
	Models     string            // the folder of encoders that were added
	Model      string            // the name of the encoder; "" for the one in the program
	Listen     string            // host:port; port 0 chooses one
	TLS        TLS
	Base       string // the public address, without a slash at the end; "" to take it from each request's Host
	Edition    edition.Settings
	Outside    Outside // where papers that readers put in are asked for
	Account    account.Settings
	Mail       outbox.Config // Now, Log and Event are the house's
	MailIn     []string      // where mail comes in (inbox.Parse)
	Metrics    bool          // figures for Prometheus stand at /metrics
	Scrapers   bool          // pages carry what scrapers look for
	TrendRaw   bool          // trending measures by votes as they are, not by what is usual in the field
	Morning    bool          // before noon the day's edition stands as it is likely to end, not by votes
	PerHour    int           // requests to the API that one client may make in an hour; 0 for no limit
	Pressed    bool          // the pages are printed (Press) and not served
	HooksNear  bool          // programs inside private networks may be told of events, too
	Still      bool          // nothing leaves the house: no mail, no hook, no word to a hub
	Hub        string        // a WebSub hub that tells readers of feeds what is new; "" for none
	Version    string
	Now        func() time.Time // nil is time.Now; the demo has a clock of its own
	Demo       *web.Demo        // nil for a real server
	Drain      time.Duration    // how long a stop goes on answering, with 503 at /readyz, before the listener closes
}

// Outside is whom the house asks for papers that are not held: nobody, where it is
// empty.
type Outside struct {
	ArXiv      func(ctx context.Context, id string) (*paper.Paper, error) // by its identifier
	Pages      *http.Client                                               // of package fetch
	DOI        string                                                     // where DOIs lead; "" is https://doi.org
	OpenReview string                                                     // "" is https://openreview.net
}

// House is the program's rooms, open and wired together.
type House struct {
	Config   Config
	DB       *db.DB
	Papers   *paper.Store
	Editions *edition.Store
	Feeds    *feed.Feeds
	Accounts *account.Store
	Talk     *discuss.Store
	Library  *library.Store
	Keys     *syndicate.Keys
	Shelf    *cite.Shelf
	Hooks    *hook.Store
	Outbox   *outbox.Outbox
	Search   Searcher // nil without an index
	Digests  *digest.Store
	Mirror   *mirror.Store

	// What is given to Serve as work: an administrator's button asks for it. They are set before Serve.
	Harvests  bool
	BacksUpTo string // the place, "" without backups

	api     *api.API
	models  *mcp.Server
	pages   *web.Handler
	lookup  *edition.Lookup
	metrics *metrics
	inboxes []inbox.Source
	log     *slog.Logger
	state   atomic.Uint64 // changes whenever an answer could
	ready   atomic.Bool
	holder  string // of leases
	started time.Time
}

// Open opens the stores and wires the rooms. The caller closes the house.
func Open(ctx context.Context, c Config, log *slog.Logger) (*House, error) {
	d, err := db.Open(ctx, c.DSN)
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = d.Now
	}
	papers := paper.NewStore(d)
	h := &House{
		Config: c, DB: d, Papers: papers,
		Editions: edition.NewStore(papers, c.Edition),
		Feeds:    feed.New(papers),
		Accounts: account.NewStore(d, c.Account, c.Now, log),
		log:      log, started: c.Now(), metrics: newMetrics(), holder: rand.Text(),
	}
	h.Feeds.Raw = c.TrendRaw
	h.Talk = discuss.NewStore(papers, h.Accounts, notices{h})
	h.Accounts.Register(h.Talk)
	h.Accounts.Register(h.Editions)
	h.lookup = &edition.Lookup{Papers: papers, Accounts: h.Accounts, ArXiv: c.Outside.ArXiv, Client: c.Outside.Pages, DOI: c.Outside.DOI, OpenReview: c.Outside.OpenReview}
	h.Library = library.NewStore(papers, h.Accounts)
	h.Mirror = mirror.NewStore(papers, h.Editions, h.Talk, h.Accounts)
	h.Keys, h.Shelf = syndicate.NewKeys(d), cite.NewShelf(papers)
	h.Hooks = hook.New(hook.Config{DB: d, Papers: h.Papers, Private: c.HooksNear, Now: c.Now, Log: log, Sent: h.metrics.hook, Data: h.happened})
	h.Accounts.Register(h.Keys)
	h.Accounts.Register(h.Shelf)
	h.metrics.registry.MustRegister(state{h})
	if err := h.open(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *House) open(ctx context.Context) error {
	h.setClock(ctx)
	if h.Config.ReadDSN != "" {
		if err := h.DB.UseStandby(ctx, h.Config.ReadDSN); err != nil {
			return fmt.Errorf("the standby for visitors: %w", err)
		}
	}
	if err := h.openSearch(ctx); err != nil {
		return err
	}
	if err := h.openPost(ctx); err != nil {
		return err
	}
	h.Accounts.UseMailer(h.letter)
	h.Library.Ask(h.sources())
	return h.furnish()
}

// furnish makes the rooms that answer requests.
func (h *House) furnish() error {
	c := h.Config
	var err error
	answers := api.Config{
		Papers: h.Papers, Editions: h.Editions, Feeds: h.Feeds, Talk: h.Talk, Accounts: h.Accounts, Lookup: h.lookup, Library: h.Library, Hooks: h.Hooks, Follows: h.Mirror.Follows, Elsewhere: h.Mirror.Elsewhere,
		Version: c.Version, Base: c.Base, State: h.State, PerHour: c.PerHour, Log: h.log, Now: c.Now,
	}
	if h.Search != nil {
		answers.Finder, h.lookup.Near = h.Search, h.near
	}
	if c.Mail.Dial != nil {
		answers.Mails = h.Digests
	}
	if h.api, err = api.New(answers); err != nil {
		return err
	}
	h.models = mcp.New(mcp.Config{Client: h.Ask(""), Base: c.Base, Version: c.Version, Log: h.log})
	told := &report{House: h}
	pages := web.Config{
		Papers: h.Papers, Editions: h.Editions, Feeds: h.Feeds, State: h.State,
		Base: c.Base, Version: c.Version, Now: c.Now, Started: h.started, Log: h.log,
		Accounts: h.Accounts, Lookup: h.lookup, Talk: h.Talk, Library: h.Library, ORCID: h.orcid, PutIn: h.putIn, Voted: h.Talk.Voted, QuietFor: h.quietFor, Demo: c.Demo, Pressed: c.Pressed,
		Keys: h.Keys, Shelf: h.Shelf, Hub: c.Hub,
		Ledger: told.Ledger, Status: told.Status, Progress: told.Progress, Instance: told.Instance, Operate: h.operate,
	}
	if h.Search != nil {
		pages.Finder = h.Search
	}
	pages.Agents = true
	if pages.Reference, err = api.ReadReference(); err != nil {
		return err
	}
	if c.Mail.Dial != nil {
		pages.Digests = h.Digests
	}
	h.Feeds.CountVotes(h.Talk)
	if c.Morning {
		pages.Forecast = h.Feeds.Forecast
	}
	if c.Scrapers {
		pages.Scrape = h.api.Items
	}
	if c.Pressed { // nobody keeps anything on printed pages, and no program asks them
		pages.Library, pages.Reference = nil, nil
	}
	h.pages, err = web.New(pages)
	return err
}

// Close closes the stores.
func (h *House) Close() error {
	var err error
	if h.Search != nil {
		err = h.Search.Close()
	}
	return errors.Join(err, h.DB.Close())
}

// CatchUp brings everything that watches the change log up to date.
func (h *House) CatchUp(ctx context.Context) error {
	for {
		n, err := h.Editions.Update(ctx, h.Config.Now(), 2000)
		if err != nil {
			return err
		}
		m, err := h.Digests.Update(ctx, h.Config.Now(), 2000)
		if err != nil {
			return err
		}
		if n+m == 0 {
			return h.Talk.Weigh(ctx, h.Config.Now())
		}
	}
}

// State returns a number that changes whenever an answer of the pages or the API
// could: with every change in the log, and as the hours pass, since pages speak
// of today. What was computed under one number may be sent again under it. It is
// at most pulse old.
func (h *House) State() uint64 { return h.state.Load() }

// pulse is how often the change log is looked at.
const pulse = 200 * time.Millisecond

// watch keeps the watchers of the change log up to date until ctx ends.
func (h *House) watch(ctx context.Context) {
	var last int64 = -1
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for {
		if err := h.beat(ctx, &last); err != nil && ctx.Err() == nil {
			h.log.Error("watching the change log failed; it will be tried again", "error", err)
			sleep(ctx, time.Second)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *House) beat(ctx context.Context, last *int64) error {
	seq, err := paper.Latest(ctx, h.DB)
	if err != nil {
		return err
	}
	if seq != *last {
		if err := h.CatchUp(ctx); err != nil {
			return err
		}
		if seq, err = paper.Latest(ctx, h.DB); err != nil {
			return err
		}
		*last = seq
	}
	h.DB.Want(seq) // before an answer is kept under the new state
	hour := uint64(h.Config.Now().Unix() / 3600)
	h.state.Store(uint64(seq)<<24 | hour&(1<<24-1))
	return nil
}

// During runs f while the house follows what changes, as it does while it serves, but
// fetches and mails nothing.
func (h *House) During(ctx context.Context, f func(context.Context) error) error {
	inner, stop := context.WithCancel(ctx)
	var workers sync.WaitGroup
	workers.Go(func() { h.watch(inner) })
	if h.Search != nil {
		if err := h.AttachEncoder(); err != nil {
			h.log.Error("the encoder could not be opened; papers are found by words alone", "error", err)
		}
		workers.Go(func() { h.index(inner) })
	}
	err := f(inner)
	stop()
	workers.Wait()
	return err
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
