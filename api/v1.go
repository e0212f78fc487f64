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
	v1 "broadsheet/api/v1"
	"broadsheet/fault"
)

// mountV1 adds our own API, version 1, as openapi.yaml describes it. An identifier
// with a slash is written with %2F in an address.
func (a *API) mountV1() {
	read := func(address string, f func(context.Context, *request) (answer, error)) {
		a.route("GET "+base1+address, account.Look, a.handle(f))
	}
	read("/papers", a.v1Papers)
	read("/papers/{id}", a.v1Paper)
	a.route("GET "+base1+"/changes", account.Look, a.changes())
	a.route(base1+"/", account.Look, http.HandlerFunc(a.nothing))
}

// limitOf reads how many things a list is to have.
func limitOf(r *request) (int, error) { return number(r.query, "limit", 20, 1, 100) }

// cursor is the place in a list from which to go on. Outside it is a word without a
// meaning, that stays good for as long as the list exists.
type cursor []string

// String returns the cursor as it stands in an address.
func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(c, "\x00")))
}

// cursorOf reads the cursor of a list, which has n parts; nil when none is given.
func cursorOf(query url.Values, list string, n int) (cursor, error) {
	s := query.Get("cursor")
	if s == "" && !query.Has("cursor") {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	c := cursor(strings.Split(string(b), "\x00"))
	if err != nil || len(c) != n+1 || c[0] != list {
		return nil, fault.Invalid("cursor is taken from next in the answer before; %q is none of this list.", clip(s))
	}
	return c[1:], nil
}

// whole reads a part of a cursor that is a number.
func (c cursor) whole(i int) (int64, error) {
	n, err := strconv.ParseInt(c[i], 10, 64)
	if err != nil || n < 0 {
		return 0, fault.Invalid("cursor is taken from next in the answer before.")
	}
	return n, nil
}

// onward returns the address of the rest of a list.
func (r *request) onward(list string, parts ...string) string {
	q := r.query
	q.Set("cursor", cursor(append([]string{list}, parts...)).String())
	return r.path + "?" + q.Encode()
}

// v1Papers lists all papers held, the newest arrival first.
func (a *API) v1Papers(ctx context.Context, r *request) (answer, error) {
	limit, err := limitOf(r)
	if err != nil {
		return answer{}, err
	}
	before := int64(0)
	if c, err := cursorOf(r.query, "papers", 1); err != nil {
		return answer{}, err
	} else if c != nil {
		if before, err = c.whole(0); err != nil {
			return answer{}, err
		}
	}
	papers, err := a.papers.Newest(ctx, before, limit+1)
	if err != nil {
		return answer{}, err
	}
	var out v1.Papers
	if len(papers) > limit {
		papers = papers[:limit]
		out.Next = r.onward("papers", strconv.FormatInt(papers[limit-1].ID, 10))
	}
	if out.Papers, err = a.described(ctx, papers); err != nil {
		return answer{}, err
	}
	return answer{body: mustMarshal(out)}, nil
}

// v1Paper answers with one paper.
func (a *API) v1Paper(ctx context.Context, r *request) (answer, error) {
	p, place, err := a.find(ctx, r.id)
	if err != nil {
		return answer{}, err
	}
	said := describe(p, place)
	said.Received = received(p)
	return answer{body: mustMarshal(said)}, nil
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
