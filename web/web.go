// Package web serves the pages for people: the editions of days, weeks and
// months, the papers, the archive, the status report, and what goes wrong.
//
// Every page is a typed view (a struct that embeds Page) made by a pure function
// from what the stores hold, and one template that draws it. Every page works
// without script; nothing on it comes from another server.
//
// It stores nothing. Finished pages are kept in memory under their address and
// the number of the state that they show (Config.State); a page that is asked for
// again under the same state costs neither a query nor a template.
//
// A page that readers share is made once; what differs by reader (their name, their
// votes, what they saved and read) is filled in for each (cut), and only their own
// browser may keep that. Cookies other than the theme's tell no pages apart.
//
// What others may keep: every page has an ETag and may be kept for as long as it
// is asked for again each time (no-cache); the edition of a day that is over may
// also be shown for a minute without asking, and, while it is asked for again
// behind, for ever. Static files carry their checksum in the name and never
// change. Pages vary by cookie, because the theme is one.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"broadsheet/account"
	"broadsheet/api"
	"broadsheet/cite"
	"broadsheet/digest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/library"
	"broadsheet/paper"
	"broadsheet/syndicate"
)

// Config is what the pages are made with. Papers, Editions, Feeds and State must
// be set.
type Config struct {
	Papers   *paper.Store
	Editions *edition.Store
	Feeds    *feed.Feeds

	// State returns a number that changes whenever a page could. Pages made under
	// one number are sent again as long as it stands.
	State func() uint64

	Base    string           // the public address, without a slash at the end; "" to take it from each request's Host
	Version string           // of the program, shown in the foot
	Now     func() time.Time // nil is time.Now
	Started time.Time        // when the program began to serve

	// Ledger returns what was announced and held in a span of days, nil when nothing
	// is known. A nil Ledger knows nothing.
	Ledger func(context.Context, edition.Span) (*LedgerDay, error)
	// Status returns what the report says of sources and ledger; the page adds what
	// is held. A nil Status says nothing.
	Status func(context.Context) (StatusData, error)
	// Instance returns what administrators see of the server; the page adds what is held.
	// With a nil Instance they have no such page. It needs Accounts.
	Instance func(context.Context) (InstanceData, error)
	// Operate has the server do one of InstanceData.Deeds soon, for an administrator.
	Operate func(ctx context.Context, actor int64, deed string) error
	// Progress returns how far the first harvest is. A nil Progress means that none
	// goes on.
	Progress func(context.Context) (ProgressData, error)
	// Scrape returns the items of a span as a JSON array in the upstream's shape, for
	// readers that scrape. With nil no page carries such data.
	Scrape func(context.Context, edition.Span) ([]byte, error)
	// Reference describes the API; with nil there is no page of it. Agents says that there
	// is a server for them, too.
	Reference *api.Reference
	Agents    bool
	// Lookup finds the papers that readers put in. With nil nobody can; it needs Accounts.
	Lookup *edition.Lookup
	// Accounts are those of readers; with nil nobody can sign in.
	Accounts *account.Store
	// Digests are the mails that readers subscribe to. With nil there are none.
	Digests *digest.Store
	// Demo is what a demo shows beside the rest; nil for a real server.
	Demo *Demo
	// Talk holds votes, comments and claims; with nil nobody can vote or write. It needs
	// Accounts.
	Talk *discuss.Store
	// Finder finds papers. With nil there is no search.
	Finder Finder
	// PutIn returns the newest papers that an account put in, at most limit. A nil PutIn
	// knows none.
	PutIn func(ctx context.Context, account int64, limit int) ([]int64, error)
	// QuietFor reports whether an address by which an account wants no more mail of
	// discussions is one that was mailed to it.
	QuietFor func(account int64, sum string) bool
	// ORCID returns the ORCID iD that an account has proved, "" for none. A nil ORCID
	// knows none.
	ORCID func(ctx context.Context, account int64) (string, error)
	// Voted returns for which papers a reader voted; with nil nobody has voted.
	Voted Marks
	// Library is what readers keep; with nil nobody keeps anything. It needs Accounts.
	Library *library.Store
	// Forecast returns the papers that were put in for a day in the order in which they
	// are likely to end. Before noon the edition of the day stands in that order; with
	// nil it stands by votes from the beginning.
	Forecast func(ctx context.Context, day string, now time.Time) ([]feed.Item, error)
	// Pressed says that the pages will be read without a server: they offer nothing that
	// needs one, but for the search, which is then made in the browser.
	Pressed bool
	// Keys are the secret addresses of readers' own feeds, Shelf is what they imported;
	// with nil there are none. They need Library.
	Keys  *syndicate.Keys
	Shelf *cite.Shelf
	// Hub is a WebSub hub that feeds name; "" for none.
	Hub string
	// RequestID names a request in the log and on the page of a failure. With nil the
	// page names it itself.
	RequestID func(*http.Request) string
	Log       *slog.Logger // nil is slog.Default()
}

// Handler serves the pages. It is safe for concurrent use.
type Handler struct {
	Config
	files     *Static
	templates *Templates
	pages     pages
	packers   packers
	fronts    fronts
	ranks     ranks
	changed   changed
	marks     marks
	topical   topical
	markdown  *discuss.Markdown
	mux       http.Handler
	routes    []account.Route
}

// New returns the handler of all addresses of this package: mount it at the root.
func New(c Config) (*Handler, error) {
	files, err := NewStatic()
	if err != nil {
		return nil, err
	}
	templates, err := ParseTemplates(files)
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Started.IsZero() {
		c.Started = c.Now()
	}
	h := &Handler{Config: c, files: files, templates: templates}
	h.markdown = discuss.NewMarkdown(h.mentioned)
	h.mount()
	return h, nil
}

func (h *Handler) mount() {
	mux := http.NewServeMux()
	page := func(pattern string, f handler) { h.route(mux, pattern, account.Look, f) }

	page("GET /{$}", h.home)                   // the newest edition
	page("GET /papers", h.papers)              // leads to it
	page("GET /papers/date/{day}", h.day)      // the edition of a day
	page("GET /papers/week/{week}", h.week)    // of a week
	page("GET /papers/month/{month}", h.month) // of a month
	page("GET /papers/trending", h.trending)   // what is rising
	page("GET /papers/{id...}", h.paper)       // one paper
	if h.Finder != nil {
		page("GET /papers/similar", h.similarPapers) // like others
		page("POST /papers/similar", h.similarText)  // like a text
		page("GET /authors/{name}", h.author)        // the papers of an author
		page("GET /categories/{cat}", h.category)    // and of a category
	}
	h.mountLists(mux) // any list as a feed and as citations
	if h.Reference != nil {
		page("GET /api", h.reference) // the API, described
	}
	page("GET /archive", h.archive)          // all editions
	page("GET /status", h.status)            // what was announced, what is held
	page("POST /theme", h.theme)             // the reader chooses light or dark
	page("GET /sitemap.xml", h.sitemapIndex) // for crawlers: the months
	page("GET /robots.txt", h.robots)        // for crawlers: welcome
	mux.Handle("GET /static/", h.files)      // style sheet, script, fonts
	h.mountMail(mux)                         // the paper by e-mail
	page("GET /theme", h.wrongMethod)        // the theme is posted
	page("GET /{rest...}", h.rest)           // readers at /@handle, sitemaps of months; else nothing
	if h.Accounts != nil {
		h.mountAccounts(mux)
	}
	if h.Talk != nil {
		h.mountTalk(mux)
	}
	if h.Library != nil {
		h.mountLibrary(mux)
	}
	if h.Accounts != nil {
		h.mountDesk(mux)
	}
	if h.Lookup != nil {
		h.mountSubmit(mux)
	}
	h.mux = mux
}

// mountAccounts adds the addresses by which people come, go, and look after their
// account.
func (h *Handler) mountAccounts(mux *http.ServeMux) {
	enter := func(pattern string, f handler) { h.route(mux, pattern, account.Enter, f) }
	manage := func(pattern string, f handler) { h.route(mux, pattern, account.Manage, f) }

	enter("GET /sign-in", h.signInPage)                            // the form
	enter("POST /sign-in", h.signIn)                               // a link is asked for, or a password given
	enter("GET /sign-in/link", h.linkPage)                         // what a mailed link is for
	enter("POST /sign-in/link", h.useLink)                         // and its use
	enter("POST /sign-in/passkey/options", h.passkeySignInOptions) // for the script
	enter("POST /sign-in/passkey", h.passkeySignIn)                // for the script
	enter("GET /auth/{provider}", h.depart)                        // to an OpenID Connect provider
	enter("GET /auth/{provider}/callback", h.arrive)               // and back
	enter("GET /join/{code}", h.join)                              // an invitation
	enter("POST /sign-out", h.signOut)
	enter("POST /demo", h.demo) // one click, in the demo alone

	manage("GET /account", h.account)
	manage("POST /account/profile", h.change(h.changeProfile))
	manage("POST /account/address", h.change(h.changeAddress))
	manage("POST /account/password", h.change(h.changePassword))
	manage("POST /account/way", h.change(h.changeWay))
	manage("POST /account/passkey/options", h.passkeyOptions) // for the script
	manage("POST /account/passkey", h.addPasskey)             // for the script
	manage("POST /account/session", h.change(h.endSession))
	manage("POST /account/token", h.makeToken)
	manage("POST /account/token/revoke", h.change(h.revokeToken))
	manage("GET /account/export", h.export)
	manage("POST /account/leave", h.leave)
	if h.Talk != nil {
		manage("POST /account/mail", h.change(h.changeMails))
	}
	h.route(mux, "GET /accounts", account.Administer, h.accounts) // all of them
	if h.Instance != nil {
		h.route(mux, "GET /instance", account.Administer, h.instance)
		h.route(mux, "POST /instance", account.Administer, h.operate) // harvest or back up now
	}
	h.route(mux, "POST /accounts/role", account.Administer, h.changeRole) // of one
	h.route(mux, "POST /account/invite", account.Administer, h.invite)
	h.route(mux, "POST /account/uninvite", account.Administer, h.change(h.uninvite))
}

// route has a handler answer for an address, to those who may do the act.
func (h *Handler) route(mux *http.ServeMux, pattern string, act account.Act, f handler) {
	h.routes = append(h.routes, account.Route{Pattern: pattern, Act: act})
	mux.Handle(pattern, h.serve(func(w http.ResponseWriter, r *http.Request) error {
		if err := account.May(account.From(r.Context()), act); err != nil {
			return err
		}
		return f(w, r)
	}))
}

// Routes returns every address of the pages with the act that a request to it is.
func (h *Handler) Routes() []account.Route { return h.routes }

// ServeHTTP answers from the pages that are ready, and makes those that are not.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if reads && h.again(w, r) {
		return
	}
	h.mux.ServeHTTP(w, r)
}
