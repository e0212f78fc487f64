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

// mountOwn adds what readers keep and do.
func (a *API) mountOwn() {
	own := func(address string, f deed) { a.route("GET "+base1+address, account.Own, a.owning(f)) }
	do := func(address string, act account.Act, f deed) {
		method, path, _ := strings.Cut(address, " ")
		a.route(method+" "+base1+path, act, a.acting(f))
	}
	if a.Accounts != nil {
		own("/me", a.v1Me)
		own("/me/profile", a.v1Profile)
		do("PATCH /me/profile", account.Keep, a.v1ChangeProfile)
		own("/me/subscriptions", a.v1Mails)
		do("POST /me/subscriptions", account.Keep, a.v1Subscribe)
		do("PATCH /me/subscriptions/{subscription}", account.Keep, a.v1Resubscribe)
		do("DELETE /me/subscriptions/{subscription}", account.Keep, a.v1Unsubscribe)
	}
	if a.Talk != nil {
		do("PUT /papers/{id}/vote", account.Vote, a.v1Vote(true))
		do("DELETE /papers/{id}/vote", account.Vote, a.v1Vote(false))
		do("POST /papers/{id}/comments", account.Comment, a.v1Write)
		do("PATCH /comments/{comment}", account.Comment, a.v1Edit)
		do("DELETE /comments/{comment}", account.Comment, a.v1Withdraw)
		do("PUT /comments/{comment}/reaction", account.Comment, a.v1React)
		do("POST /comments/{comment}/reports", account.Comment, a.v1Report)
		do("POST /papers/{id}/reports", account.Comment, a.v1ReportRecord)
		do("POST /papers/{id}/claims", account.Submit, a.v1Claim)
		own("/me/votes", a.v1Voted)
		own("/me/comments", a.v1Written)
		own("/me/claims", a.v1Claims)
		a.mountModeration()
	}
	if a.Library != nil {
		own("/me/saved", a.v1Saved)
		own("/me/papers/{id}", a.v1Mark)
		do("PUT /me/saved/{id}", account.Keep, a.v1Save(true))
		do("DELETE /me/saved/{id}", account.Keep, a.v1Save(false))
		do("PUT /me/read/{id}", account.Keep, a.v1Read(true))
		do("DELETE /me/read/{id}", account.Keep, a.v1Read(false))
		do("PUT /me/notes/{id}", account.Keep, a.v1Note)
		own("/me/collections", a.v1Collections)
		do("POST /me/collections", account.Keep, a.v1Collect)
		own("/me/collections/{slug}", a.v1Collection)
		do("PUT /me/collections/{slug}", account.Keep, a.v1Recollect)
		do("DELETE /me/collections/{slug}", account.Keep, a.v1Uncollect)
		do("PUT /me/collections/{slug}/papers/{id}", account.Keep, a.v1Put(true))
		do("DELETE /me/collections/{slug}/papers/{id}", account.Keep, a.v1Put(false))
		a.route("GET "+base1+"/readers/{handle}", account.Look, a.owning(a.v1Reader))
		a.route("GET "+base1+"/readers/{handle}/collections/{slug}", account.Look, a.owning(a.v1PublicCollection))
		own("/me/follows", a.v1Follows)
		do("PUT /me/follows/{kind}/{key}", account.Keep, a.v1Follow(true))
		do("DELETE /me/follows/{kind}/{key}", account.Keep, a.v1Follow(false))
		own("/me/mutes", a.v1Mutes)
		do("PUT /me/mutes/{kind}/{key}", account.Keep, a.v1Mute(true))
		do("DELETE /me/mutes/{kind}/{key}", account.Keep, a.v1Mute(false))
		own("/me/following", a.v1Following)
		do("POST /me/following/looks", account.Keep, a.v1Look)
		own("/me/knobs", a.v1Knobs)
		do("PUT /me/knobs/{kind}/{key}", account.Keep, a.v1Turn)
	}
	if a.Lookup != nil && a.Library != nil {
		do("POST /me/saved", account.Keep, a.v1Keep)
	}
	if a.Lookup != nil {
		do("POST /submissions", account.Submit, a.v1Submit)
		own("/me/submissions", a.v1Submissions)
		a.route("GET "+base1+"/lookup", account.Submit, a.owning(a.v1Lookup))
	}
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
