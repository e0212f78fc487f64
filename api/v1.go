package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"broadsheet/account"
	"broadsheet/fault"
)

// mountV1 adds our own API, version 1, as openapi.yaml describes it. An identifier
// with a slash is written with %2F in an address.
func (a *API) mountV1() {
	read := func(address string, f func(context.Context, *request) (answer, error)) {
		a.route("GET "+base1+address, account.Look, a.handle(trimming(f)))
	}
	read("", a.v1Instance)
	read("/papers", a.v1Papers)
	read("/papers/{id}", a.v1Paper)
	read("/editions", a.v1Editions)
	read("/editions/{date}", a.v1Edition)
	read("/weeks/{week}", a.v1Week)
	read("/months/{month}", a.v1Month)
	read("/trending", a.v1Trending)
	read("/ledger", a.v1Ledger)
	a.route("GET "+base1+"/changes", account.Look, a.changes())
	if a.Finder != nil {
		read("/search", a.v1Search)
		read("/suggest", a.v1Suggest)
		read("/similar", a.v1Similar)
		read("/papers/{id}/similar", a.v1SimilarTo)
		read("/authors/{name}", a.v1Author)
		read("/categories/{name}", a.v1Category)
		a.route("POST "+base1+"/similar", account.Look, a.owning(a.v1SimilarText))
	}
	if a.Talk != nil {
		read("/papers/{id}/comments", a.v1Comments)
		read("/comments/{comment}", a.v1Comment)
		read("/log", a.v1Log)
	}
	a.mountOwn()
	if a.Accounts != nil {
		a.mountDesk()
	}
	if a.Hooks != nil {
		a.mountHooks()
	}
	a.route(base1+"/", account.Look, http.HandlerFunc(a.nothing))
}

// own serves a reader what is theirs.
func (a *API) own(address string, f deed) { a.route("GET "+base1+address, account.Own, a.owning(f)) }

// do has a reader do something that changes what is kept.
func (a *API) do(address string, act account.Act, f deed) {
	method, path, _ := strings.Cut(address, " ")
	a.route(method+" "+base1+path, act, a.acting(f))
}

// mountOwn adds what readers keep and do.
func (a *API) mountOwn() {
	if a.Accounts != nil {
		a.own("/me", a.v1Me)
		a.own("/me/profile", a.v1Profile)
		a.do("PATCH /me/profile", account.Keep, a.v1ChangeProfile)
		a.own("/me/subscriptions", a.v1Mails)
		a.do("POST /me/subscriptions", account.Keep, a.v1Subscribe)
		a.do("PATCH /me/subscriptions/{subscription}", account.Keep, a.v1Resubscribe)
		a.do("DELETE /me/subscriptions/{subscription}", account.Keep, a.v1Unsubscribe)
	}
	if a.Talk != nil {
		a.mountOwnTalk()
		a.mountModeration()
	}
	if a.Library != nil {
		a.mountLibrary()
	}
	if a.Lookup != nil && a.Library != nil {
		a.do("POST /me/saved", account.Keep, a.v1Keep)
	}
	if a.Lookup != nil {
		a.do("POST /submissions", account.Submit, a.v1Submit)
		a.own("/me/submissions", a.v1Submissions)
		a.route("GET "+base1+"/lookup", account.Submit, a.owning(a.v1Lookup))
	}
}

// mountOwnTalk adds votes, comments, reports and claims.
func (a *API) mountOwnTalk() {
	a.do("PUT /papers/{id}/vote", account.Vote, a.v1Vote(true))
	a.do("DELETE /papers/{id}/vote", account.Vote, a.v1Vote(false))
	a.do("POST /papers/{id}/comments", account.Comment, a.v1Write)
	a.do("PATCH /comments/{comment}", account.Comment, a.v1Edit)
	a.do("DELETE /comments/{comment}", account.Comment, a.v1Withdraw)
	a.do("PUT /comments/{comment}/reaction", account.Comment, a.v1React)
	a.do("POST /comments/{comment}/reports", account.Comment, a.v1Report)
	a.do("POST /papers/{id}/reports", account.Comment, a.v1ReportRecord)
	a.do("POST /papers/{id}/claims", account.Submit, a.v1Claim)
	a.own("/me/votes", a.v1Voted)
	a.own("/me/comments", a.v1Written)
	a.own("/me/claims", a.v1Claims)
}

// mountLibrary adds what readers save, collect, follow and mute.
func (a *API) mountLibrary() {
	a.own("/me/saved", a.v1Saved)
	a.own("/me/papers/{id}", a.v1Mark)
	a.do("PUT /me/saved/{id}", account.Keep, a.v1Save(true))
	a.do("DELETE /me/saved/{id}", account.Keep, a.v1Save(false))
	a.do("PUT /me/read/{id}", account.Keep, a.v1Read(true))
	a.do("DELETE /me/read/{id}", account.Keep, a.v1Read(false))
	a.do("PUT /me/notes/{id}", account.Keep, a.v1Note)
	a.own("/me/collections", a.v1Collections)
	a.do("POST /me/collections", account.Keep, a.v1Collect)
	a.own("/me/collections/{slug}", a.v1Collection)
	a.do("PUT /me/collections/{slug}", account.Keep, a.v1Recollect)
	a.do("DELETE /me/collections/{slug}", account.Keep, a.v1Uncollect)
	a.do("PUT /me/collections/{slug}/papers/{id}", account.Keep, a.v1Put(true))
	a.do("DELETE /me/collections/{slug}/papers/{id}", account.Keep, a.v1Put(false))
	a.route("GET "+base1+"/readers/{handle}", account.Look, a.owning(a.v1Reader))
	a.route("GET "+base1+"/readers/{handle}/collections/{slug}", account.Look, a.owning(a.v1PublicCollection))
	a.own("/me/follows", a.v1Follows)
	a.do("PUT /me/follows/{kind}/{key}", account.Keep, a.v1Follow(true))
	a.do("DELETE /me/follows/{kind}/{key}", account.Keep, a.v1Follow(false))
	a.own("/me/mutes", a.v1Mutes)
	a.do("PUT /me/mutes/{kind}/{key}", account.Keep, a.v1Mute(true))
	a.do("DELETE /me/mutes/{kind}/{key}", account.Keep, a.v1Mute(false))
	a.own("/me/following", a.v1Following)
	a.do("POST /me/following/looks", account.Keep, a.v1Look)
	a.own("/me/knobs", a.v1Knobs)
	a.do("PUT /me/knobs/{kind}/{key}", account.Keep, a.v1Turn)
}

// limitOf reads how many things a list is to have.
func limitOf(r *request) (int, error) { return number(r.query, "limit", 20, 1, 100) }

// page reads how many things a list is to have and the number at which it goes on, 0 at
// its beginning.
func (r *request) page(list string) (limit int, from int64, err error) {
	if limit, err = limitOf(r); err != nil {
		return 0, 0, err
	}
	c, err := cursorOf(r.query, list, 1)
	if err != nil || c == nil {
		return limit, 0, err
	}
	return limit, c[0], nil
}

// cursor is the place in a list from which to go on: numbers that mean something to
// that list alone. Outside it is a word without a meaning, and stays good for as long
// as the list exists.
type cursor []int64

// cursorOf reads the cursor of a list, which has n numbers; nil when none is given.
func cursorOf(query url.Values, list string, n int) (cursor, error) {
	s := query.Get("cursor")
	if s == "" && !query.Has("cursor") {
		return nil, nil
	}
	wrong := fault.Invalid("cursor is taken from next in the answer before; %q is none of this list.", clip(s))
	b, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.Split(string(b), ".")
	if err != nil || len(parts) != n+1 || parts[0] != list {
		return nil, wrong
	}
	c := make(cursor, n)
	for i, p := range parts[1:] {
		if c[i], err = strconv.ParseInt(p, 36, 64); err != nil || c[i] < 0 {
			return nil, wrong
		}
	}
	return c, nil
}

// onward returns the address of the rest of a list.
func (r *request) onward(list string, at ...int64) string {
	word := list
	for _, n := range at {
		word += "." + strconv.FormatInt(n, 36)
	}
	q := url.Values{}
	for name, v := range r.query {
		q[name] = v
	}
	q.Set("cursor", base64.RawURLEncoding.EncodeToString([]byte(word)))
	return r.path + "?" + q.Encode()
}

// words reads a list of words, of which each must be among those known.
func words(query url.Values, name string, known ...string) (map[string]bool, error) {
	set := map[string]bool{}
	for _, s := range query[name] {
		for w := range strings.SplitSeq(s, ",") {
			if !slices.Contains(known, w) {
				return nil, fault.Invalid("%s takes %s, not %q.", name, strings.Join(known, ", "), clip(w))
			}
			set[w] = true
		}
	}
	return set, nil
}
