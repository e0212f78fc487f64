package api

import (
	"context"
	"net/http"
	"strconv"

	"broadsheet/account"
	"broadsheet/fault"
)

// personal makes a handler of a function whose answer is for who asks alone: nobody
// keeps it. The function must answer for an address that visitors may not ask.
func (a *API) personal(f func(context.Context, *account.Viewer, *http.Request) (answer, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := account.From(r.Context())
		if v == nil {
			a.Fail(w, r, fault.SignIn("Sign in first."))
			return
		}
		out, err := f(r.Context(), v, r)
		if err != nil {
			a.Fail(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/json; charset=utf-8")
		h.Set("Cache-Control", "private, no-store")
		h.Set("Content-Length", strconv.Itoa(len(out.body)))
		if out.status != 0 {
			w.WriteHeader(out.status)
		}
		if r.Method != http.MethodHead {
			w.Write(out.body)
		}
	})
}

// whoami says who asks, in the shape that the clients of Hugging Face read: name,
// orgs, and what the token is good for.
func (a *API) whoami(_ context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	var o, auth object
	o.set("type", "user")
	o.set("id", strconv.FormatInt(v.ID, 10))
	o.set("name", v.Handle)
	o.set("fullname", v.Name)
	if v.Address != "" {
		o.set("email", v.Address)
	}
	o.set("emailVerified", v.Address != "")
	o.set("canPay", false)
	o.set("periodEnd", nil)
	o.set("isPro", false)
	o.set("avatarUrl", "")
	o.set("orgs", []string{})
	o.set("role", v.Role.String()) // ours; theirs have none
	if t := v.Token; t == nil {
		auth.set("type", "session")
	} else {
		var access object
		access.set("displayName", t.Name)
		access.set("role", hubRole(t.Scopes))
		access.set("createdAt", stamp(t.Made))
		access.set("scopes", t.Scopes) // ours
		auth.set("type", "access_token")
		auth.set("accessToken", access)
	}
	o.set("auth", auth)
	return answer{body: mustMarshal(o)}, nil
}

// hubRole is the nearest that the clients have to a token's scopes: they tell read
// from write.
func hubRole(scopes []account.Scope) string {
	for _, s := range scopes {
		if s != account.ScopeRead {
			return "write"
		}
	}
	return "read"
}
