package server

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"broadsheet/account"
)

func TestBehindAProxy(t *testing.T) {
	t.Parallel()
	h := &House{Config: Config{Account: account.Settings{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}}}
	for _, c := range []struct{ name, peer, forwarded, want string }{
		{"straight", "192.0.2.1:99", "", "192.0.2.1:99"},
		{"straight, with a claim", "192.0.2.1:99", "198.51.100.7", "192.0.2.1:99"},
		{"one proxy", "10.0.0.1:99", "198.51.100.7", "198.51.100.7:0"},
		{"two proxies", "10.0.0.1:99", "198.51.100.7, 10.9.9.9", "198.51.100.7:0"},
		{"a forged beginning", "10.0.0.1:99", "127.0.0.1, 198.51.100.7", "198.51.100.7:0"},
		{"with a port", "[::1]:99", "[2001:db8::7]:4711", "[2001:db8::7]:0"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.1]:99", "::ffff:198.51.100.7", "198.51.100.7:0"},
		{"nonsense", "10.0.0.1:99", "unknown", "10.0.0.1:99"},
		{"proxies alone", "10.0.0.1:99", "10.0.0.2", "10.0.0.1:99"},
		{"nothing said", "10.0.0.1:99", "", "10.0.0.1:99"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.peer
			if c.forwarded != "" {
				r.Header.Set("X-Forwarded-For", c.forwarded)
			}
			got := ""
			h.behind(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
			if got != c.want {
				t.Errorf("it seems to come from %s, want %s", got, c.want)
			}
		})
	}
}

func FuzzForwarded(f *testing.F) {
	f.Add("198.51.100.7, 10.9.9.9")
	f.Add("[::1]:0,,")
	h := &House{Config: Config{Account: account.Settings{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}}
	f.Fuzz(func(t *testing.T, header string) {
		if a, ok := h.client([]string{header}); ok && (h.ours(a) || !a.IsValid() || a.Zone() != "") {
			t.Fatalf("%q names %s", header, a)
		}
	})
}
