package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"broadsheet/account"
	"broadsheet/fault"
	"broadsheet/library"
	"broadsheet/search"
)

// FollowButton follows something, or no longer.
type FollowButton struct {
	Action string
	What   string // for who cannot see what it stands beside
	On     bool
	Count  string // 214 readers follow
}

// followButton returns the button for what f names, nil where nobody can follow.
func (h *Handler) followButton(ctx context.Context, f library.Follow) (*FollowButton, error) {
	if h.Library == nil {
		return nil, nil
	}
	b := &FollowButton{Action: "/follow?" + query("kind", string(f.Kind), "key", f.Key), What: f.Key}
	n, err := h.Library.Followers(ctx, f)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		b.Count = count(n, "reader")
		if n == 1 {
			b.Count += " follows"
		} else {
			b.Count += " follow"
		}
	}
	if v := account.From(ctx); v != nil {
		b.On, err = h.Library.IsFollowing(ctx, v.ID, f)
	}
	return b, err
}

// query writes the query of an address: a name, its value, and so on.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q.Encode()
}

// follow follows something, or no longer: follow=1 or follow=0, with its kind and key
// in the address or in the form.
func (h *Handler) follow(w http.ResponseWriter, r *http.Request) (string, error) {
	on, err := onOff(r, "follow")
	if err != nil {
		return "", err
	}
	f := library.Follow{Kind: library.Kind(r.FormValue("kind")), Key: r.FormValue("key")}
	if err := h.Library.Follow(r.Context(), h.Now(), account.From(r.Context()).ID, f, on); err != nil {
		return "", err
	}
	return kept(w, r, on, "/following")
}

// mute mutes something, or no longer: mute=1 or mute=0.
func (h *Handler) mute(w http.ResponseWriter, r *http.Request) (string, error) {
	on, err := onOff(r, "mute")
	if err != nil {
		return "", err
	}
	m := library.Mute{Kind: library.Kind(r.FormValue("kind")), Key: r.FormValue("key")}
	if err := h.Library.Mute(r.Context(), h.Now(), account.From(r.Context()).ID, m, on); err != nil {
		return "", err
	}
	return kept(w, r, on, "/following")
}

// knob sets how much a reason counts in what is chosen for the reader.
func (h *Handler) knob(w http.ResponseWriter, r *http.Request) (string, error) {
	turn, err := strconv.Atoi(r.FormValue("turn"))
	if err != nil {
		return "", fault.Invalid("turn is a number from %d to %d, not %q.", library.None, library.More, clip(r.FormValue("turn"), 20))
	}
	k := library.Knob{Kind: library.Kind(r.FormValue("kind")), Key: r.FormValue("key"), Turn: turn}
	if err := h.Library.TurnKnob(r.Context(), account.From(r.Context()).ID, k); err != nil {
		return "", err
	}
	return "/following#foryou", nil
}

// followed says what a search can be followed as: a topic or a category when it asks
// for nothing else.
func followed(q *search.Query, text string) library.Follow {
	if len(q.Words) == 0 && len(q.Must) == 1 {
		if k, ok := q.Must[0].(search.Key); ok {
			switch k.Field {
			case search.Topic:
				return library.Follow{Kind: library.Topic, Key: k.Value}
			case search.Category:
				return library.Follow{Kind: library.Category, Key: k.Value}
			}
		}
	}
	return library.Follow{Kind: library.Search, Key: text}
}
