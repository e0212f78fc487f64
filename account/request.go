package account

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"broadsheet/fault"
)

// Recognise returns a handler that finds out who asks, by the session's cookie or a
// bearer token, and hands the request on with the answer in its context (From). A
// token of ours that opens nothing is a failure, told to fail; other credentials are
// not ours, and their bearer is a visitor. secure says whether a request came
// through TLS.
func (s *Store) Recognise(next http.Handler, secure func(*http.Request) bool, fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header["Cookie"] == nil && r.Header["Authorization"] == nil {
			next.ServeHTTP(w, r)
			return
		}
		v, err := s.viewer(w, r, secure(r))
		switch {
		case err != nil:
			fail(w, r, err)
		case v != nil:
			next.ServeHTTP(w, r.WithContext(With(r.Context(), v)))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s *Store) viewer(w http.ResponseWriter, r *http.Request, secure bool) (*Viewer, error) {
	scheme, credentials, _ := strings.Cut(r.Header.Get("Authorization"), " ") // a scheme is written in any letters (RFC 9110, 11.1)
	if bearer, ok := strings.CutPrefix(credentials, tokenMark); ok && strings.EqualFold(scheme, "Bearer") {
		v, err := s.ByToken(r.Context(), tokenMark+bearer)
		if err == nil && v == nil {
			err = fault.SignIn("The token is not known here, or has ended.")
		}
		return v, err
	}
	c, err := r.Cookie(cookieName("session", secure))
	if err != nil || c.Value == "" {
		return nil, nil
	}
	v, err := s.BySession(r.Context(), c.Value)
	if err != nil || v == nil {
		return nil, err
	}
	renewed, err := s.visit(r.Context(), v)
	if err == nil && renewed != "" {
		SetCookie(w, "session", renewed, secure)
	}
	return v, err
}

// cookieName returns the name of a cookie. Through TLS it has the prefix with which
// browsers refuse one that a neighbouring site set (RFC 6265bis, 4.1.3.2).
func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// SetCookie gives a browser one of our secrets: a session, or a ceremony that is
// under way. The server decides how long it is good for.
func SetCookie(w http.ResponseWriter, name, value string, secure bool) {
	const long = 400 * 24 * 60 * 60 // the most that browsers keep
	c := &http.Cookie{Name: cookieName(name, secure), Value: value, Path: "/", MaxAge: long, HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// Cookie returns the value that SetCookie gave, "" for none.
func Cookie(r *http.Request, name string, secure bool) string {
	c, err := r.Cookie(cookieName(name, secure))
	if err != nil {
		return ""
	}
	return c.Value
}

// PlaceOf returns from where a request comes, as far as it is kept: the kind of
// browser, and the network that one household or office has.
func PlaceOf(r *http.Request) Place {
	return Place{Agent: agentOf(r.UserAgent()), Network: networkOf(r.RemoteAddr)}
}

func networkOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	ip = ip.Unmap().WithZone("")
	bits := 24
	if ip.Is6() {
		bits = 48
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// agentOf names a browser and its system in a few words. The order matters: most
// browsers name those whose ancestors they claim.
func agentOf(ua string) string {
	find := func(list ...string) string {
		for i := 0; i < len(list); i += 2 {
			if strings.Contains(ua, list[i]) {
				return list[i+1]
			}
		}
		return ""
	}
	browser := find("Firefox/", "Firefox", "Edg/", "Edge", "OPR/", "Opera", "Chrome/", "Chrome", "Safari/", "Safari", "curl/", "curl")
	system := find("Android", "Android", "iPhone", "an iPhone", "iPad", "an iPad", "Windows", "Windows", "Mac OS X", "a Mac", "CrOS", "ChromeOS", "Linux", "Linux")
	switch {
	case browser == "":
		return "A browser"
	case system == "":
		return browser
	}
	return browser + " on " + system
}
