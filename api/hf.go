// Package api answers programs. Its first face is the papers API of Hugging Face,
// so that existing clients work with nothing but the address changed: huggingface_hub
// and its command line, scripts and scrapers. Answers are bare JSON arrays and
// objects; times end in Z and have milliseconds; errors are {"error": "…"} with the
// same text in X-Error-Message.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/digest"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/feed"
	"broadsheet/hook"
	"broadsheet/library"
	"broadsheet/paper"
)

// Config is what the API is made of.
type Config struct {
	Papers   *paper.Store
	Editions *edition.Store
	Feeds    *feed.Feeds
	Talk     *discuss.Store // votes and comments; nil where there are none. It needs Accounts
	Accounts *account.Store
	Library  *library.Store                          // what readers keep; nil where they keep nothing. It needs Accounts
	Lookup   *edition.Lookup                         // finds papers that readers put in; nil where they put in none. It needs Accounts
	Mails    *digest.Store                           // subscriptions; nil where no mail goes out. It needs Accounts
	Finder   Finder                                  // nil while there is no search
	Hooks    *hook.Store                             // programs that are told of events; nil for none. It needs Accounts
	Follows  func(context.Context) ([]string, error) // the instances that this one follows, itself or through others; nil for none
	Version  string                                  // of the program
	Base     string                                  // the public address; "" to take it from each request's Host
	State    func() uint64                           // a number that changes whenever an answer could
	PerHour  int                                     // requests that one client may make in an hour; 0 for no limit
	Log      *slog.Logger
	Now      func() time.Time

	// Elsewhere returns the votes on a paper that were not given here, by where they were;
	// none when all of them are upstream's. nil where no instance is followed.
	Elsewhere func(context.Context, *paper.Paper) ([]v1.Votes, error)
}

// API answers the requests under /api/ and for papers as Markdown. It is safe for
// concurrent use.
type API struct {
	Config
	papers  *paper.Store
	eastern *time.Location
	mux     *http.ServeMux
	cache   cache
	packers sync.Pool // of gzip.Writer
	limits  *limits
	routes  []account.Route
	text    *discuss.Markdown

	watching *watchers
}

// New returns the API.
func New(c Config) (*API, error) {
	zone, err := time.LoadLocation(eastern)
	if err != nil {
		return nil, fmt.Errorf("load the time zone of the API: %w", err)
	}
	a := &API{Config: c, papers: c.Papers, eastern: zone, mux: http.NewServeMux(), limits: newLimits(c.PerHour), watching: newWatchers()}
	a.route("GET /api/daily_papers", account.Look, a.handle(a.dailyPapers))
	a.route("GET /api/papers", account.Look, a.handle(a.listPapers))
	a.route("GET /api/papers/search", account.Look, a.handle(a.search))
	a.route("GET /api/papers/suggest", account.Look, a.handle(a.suggest))
	a.route("GET /api/papers/{id...}", account.Look, a.handle(a.paper))
	a.route("GET /api/arxiv/{id...}", account.Look, a.handle(a.repos))
	a.route("GET /api/whoami-v2", account.Own, a.personal(a.whoami))
	if c.Lookup != nil {
		a.mountSubmit()
	}
	if c.Talk != nil {
		a.text = discuss.NewMarkdown(func(string) string { return "" }) // names stay names
		a.mountTalk()
	}
	a.mountV1()
	a.mountMarkdown()
	if err := a.mountDocument(); err != nil {
		return nil, err
	}
	a.route("/api/", account.Look, http.HandlerFunc(a.nothing))
	return a, nil
}

// route has a handler answer for an address, to those who may do the act.
func (a *API) route(pattern string, act account.Act, h http.Handler) {
	a.routes = append(a.routes, account.Route{Pattern: pattern, Act: act})
	a.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := account.May(account.From(r.Context()), act); err != nil {
			a.Fail(w, r, err)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// Routes returns every address of the API with the act that a request to it is.
func (a *API) Routes() []account.Route { return a.routes }

// ServeHTTP answers one request, unless its client has asked too often.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.Count(a.mux).ServeHTTP(w, r)
}

// Count lets requests through to another handler, unless their client has asked too
// often: these and those of the API count together.
func (a *API) Count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.limits.allow(w, r, a.Now()) {
			next.ServeHTTP(w, r)
			return
		}
		a.fail(w, r, http.StatusTooManyRequests, "Too many requests. Wait as long as Retry-After says.")
	})
}

// Inside returns the API for callers in this process, whose own callers are counted
// already.
func (a *API) Inside() http.Handler { return a.mux }

// answer is a body and what goes with it.
type answer struct {
	status int    // of an answer for one; 0 is 200
	kind   string // "" is application/json
	body   []byte
	link   string // of the header Link
	// passing says that the answer is kept for nobody: the index may follow the papers
	// a moment later than the state does.
	passing bool
}

// request is what a handler may look at: the answer is kept for the next who asks
// with the same words, so it depends on nothing else.
type request struct {
	path  string
	query url.Values
	base  string
	id    string
	value func(name string) string // what stands in the address in the place of a name
}

// dailyPapers lists the papers of editions.
//
// date, week, month: the papers of that edition, by votes. Without any, all
// editions, the newest first, each by votes. submitter: only what they put in.
// sort: publishedAt for the newest first, trending for what is rising (trending.go);
// the papers of given days are by votes then too.
// p counts pages from 0, limit is 1 to 100, 50 when not given.
func (a *API) dailyPapers(ctx context.Context, r *request) (answer, error) {
	q := feed.Query{Submitter: r.query.Get("submitter")}
	page, err := number(r.query, "p", 0, 0, 1_000_000)
	if err != nil {
		return answer{}, err
	}
	limit, err := number(r.query, "limit", 50, 1, 100)
	if err != nil {
		return answer{}, err
	}
	order := r.query.Get("sort")
	switch order {
	case "", "trending":
	case "publishedAt":
		q.Newest = true
	default:
		return answer{}, fault.Invalid("sort is publishedAt or trending, not %q.", clip(order))
	}
	whole, err := span(r.query, &q)
	if err != nil {
		return answer{}, err
	}
	if whole && order == "trending" {
		return a.trending(ctx, r, page, limit)
	}
	q.Skip, q.Limit = page*limit, limit
	var items []feed.Item
	var total int
	if whole && !q.Newest && q.Submitter == "" {
		items, total, err = a.allEditions(ctx, q.Skip, limit)
	} else {
		items, total, err = a.Feeds.List(ctx, q)
	}
	if err != nil {
		return answer{}, err
	}
	body, err := a.list(ctx, items)
	if err != nil {
		return answer{}, err
	}
	out := answer{body: body}
	if q.Skip+limit < total {
		r.query.Set("p", strconv.Itoa(page+1))
		out.link = r.next()
	}
	return out, nil
}

func (a *API) list(ctx context.Context, items []feed.Item) ([]byte, error) {
	list := make([]object, len(items))
	for i, it := range items {
		var err error
		if list[i], err = a.itemOf(ctx, it.Paper, &it.Place); err != nil {
			return nil, err
		}
	}
	return mustMarshal(list), nil
}

// Items returns the papers of some editions, by votes, as the JSON array that
// daily_papers answers with, for pages that carry it.
func (a *API) Items(ctx context.Context, span edition.Span) ([]byte, error) {
	items, _, err := a.Feeds.List(ctx, feed.Query{Span: span, Origin: edition.Submitted, Limit: mostItems})
	if err != nil {
		return nil, err
	}
	return a.list(ctx, items)
}

// mostItems is how many papers a page carries for those who scrape it: more than
// any month of the upstream's has.
const mostItems = 2000

// span sets the days that are asked for and reports whether these are all.
func span(query url.Values, q *feed.Query) (whole bool, err error) {
	date, week, month := query.Get("date"), query.Get("week"), query.Get("month")
	switch {
	case date != "":
		if _, err := edition.ParseDay(date); err != nil {
			return false, err
		}
		q.Span = edition.DaySpan(date)
	case week != "":
		q.Span, err = edition.ParseWeek(week)
	case month != "":
		q.Span, err = edition.ParseMonth(month)
	default:
		q.Span = edition.Span{From: "", To: "9999"}
		return true, nil
	}
	return false, err
}

// allEditions lists all editions, the newest first. It reads only those that the
// page asked for lies in.
func (a *API) allEditions(ctx context.Context, skip, limit int) ([]feed.Item, int, error) {
	days, err := a.Editions.Days(ctx, edition.Span{From: "", To: "9999"})
	if err != nil {
		return nil, 0, err
	}
	var items []feed.Item
	total := 0
	for i := len(days) - 1; i >= 0; i-- {
		first := total
		total += days[i].Count()
		if total <= skip || first >= skip+limit {
			continue
		}
		from := max(0, skip-first)
		part, _, err := a.Feeds.List(ctx, feed.Query{Span: edition.DaySpan(days[i].Day), Skip: from, Limit: skip + limit - first - from})
		if err != nil {
			return nil, 0, err
		}
		items = append(items, part...)
	}
	return items, total, nil
}

// next returns the header that leads to the request with its changed query.
func (r *request) next() string {
	return fmt.Sprintf(`<%s%s?%s>; rel="next"`, r.base, r.path, r.query.Encode())
}

// number reads a whole number of the query.
func number(query url.Values, name string, otherwise, least, most int) (int, error) {
	s := query.Get(name)
	if s == "" && !query.Has(name) {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		return 0, fault.Invalid("%s is a whole number from %d to %d, not %q.", name, least, most, clip(s))
	}
	return n, nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// find returns the paper that an address names, by any identifier, with or without
// a version.
func (a *API) find(ctx context.Context, name string) (*paper.Paper, *edition.Place, error) {
	id, _, err := paper.ParseIdentifier(name)
	if err != nil {
		return nil, nil, fault.NotFound("%s", fault.Message(err))
	}
	p, err := a.papers.Find(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	place, err := a.Editions.Place(ctx, a.papers.DB(), p.ID)
	return p, place, err
}

// paper returns one paper, flat, with what is linked to it.
func (a *API) paper(ctx context.Context, r *request) (answer, error) {
	p, place, err := a.find(ctx, r.id)
	if err != nil {
		return answer{}, err
	}
	item, err := a.itemOf(ctx, p, place)
	if err != nil {
		return answer{}, err
	}
	flat, err := parseObject(item.get("paper"))
	if err != nil {
		return answer{}, err
	}
	flat.set("id", p.Key)
	flat.set("numComments", p.Comments())
	for _, kind := range []string{"Models", "Datasets", "Spaces"} {
		flat.ensure("linked"+kind, []string{})
		flat.ensure("numTotal"+kind, 0)
	}
	return answer{body: mustMarshal(flat)}, nil
}

// repos lists what is linked to a paper. Broadsheet hosts no repositories, so the
// lists are empty for a paper that is held.
func (a *API) repos(ctx context.Context, r *request) (answer, error) {
	id, ok := strings.CutSuffix(r.id, "/repos")
	if !ok {
		return answer{}, fault.NotFound("There is nothing at this address; /api/arxiv/ID/repos is meant, perhaps.")
	}
	if _, _, err := a.find(ctx, id); err != nil {
		return answer{}, err
	}
	return answer{body: []byte(`{"models":[],"datasets":[],"spaces":[]}`)}, nil
}

// listPapers lists all papers held, the newest first by their arrival here, limit
// at a time; cursor is what the Link of the page before says.
func (a *API) listPapers(ctx context.Context, r *request) (answer, error) {
	limit, err := number(r.query, "limit", 50, 1, 100)
	if err != nil {
		return answer{}, err
	}
	before := int64(0)
	if c := r.query.Get("cursor"); c != "" {
		if before, err = strconv.ParseInt(c, 36, 64); err != nil || before < 1 {
			return answer{}, fault.Invalid("cursor is taken from the Link of the page before; %q is none.", clip(c))
		}
	}
	papers, err := a.papers.Newest(ctx, before, limit+1)
	if err != nil {
		return answer{}, err
	}
	out := answer{}
	if len(papers) > limit {
		papers = papers[:limit]
		r.query.Set("cursor", strconv.FormatInt(papers[limit-1].ID, 36))
		out.link = r.next()
	}
	list := make([]object, len(papers))
	for i, p := range papers {
		item, err := a.itemOf(ctx, p, nil)
		if err != nil {
			return answer{}, err
		}
		if list[i], err = parseObject(item.get("paper")); err != nil {
			return answer{}, err
		}
	}
	out.body = mustMarshal(list)
	return out, nil
}
