// Package fetch asks servers on the internet for what a reader names, and for
// nothing else: not for what stands inside the network of this server, not over
// another protocol than HTTP, not without an end. What it brings is text.
//
// An address is judged after its name was resolved, at the moment of connecting, so
// that a name which leads elsewhere at the second question leads nowhere; and again
// at each redirection, since each opens a connection of its own. Nothing that names
// the reader or this server's secrets is sent.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"broadsheet/fault"
)

// Config says how far a client goes.
type Config struct {
	Private bool          // private addresses too: for networks that are closed, and for tests
	Limit   int64         // the most bytes of an answer; 0 is 4 MB
	Timeout time.Duration // for the whole of a question, with its redirections; 0 is 15 s
	Agent   string        // the User-Agent; "" is Broadsheet
	Conns   int           // the most connections to one host at a time; 0 is 4
}

const (
	defaultLimit   = 4 << 20
	defaultTimeout = 15 * time.Second
	defaultConns   = 4
	redirections   = 5
)

// New returns a client that goes no further than c says. It is safe for concurrent
// use, and follows redirections of GET and HEAD as any client does.
func New(c Config) *http.Client {
	if c.Limit == 0 {
		c.Limit = defaultLimit
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Agent == "" {
		c.Agent = "Broadsheet"
	}
	if c.Conns == 0 {
		c.Conns = defaultConns
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	if !c.Private {
		dialer.Control = onlyPublic
	}
	return &http.Client{
		Timeout: c.Timeout,
		Transport: &bounded{Config: c, next: &http.Transport{
			DialContext:            dialer.DialContext, // and no proxy, which would resolve names out of our sight
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  c.Timeout,
			MaxResponseHeaderBytes: 64 << 10,
			MaxConnsPerHost:        c.Conns,
			MaxIdleConns:           16,
			IdleConnTimeout:        30 * time.Second,
		}},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > redirections {
				return fault.Invalid("%s leads from one address to the next without an end.", via[0].URL.Redacted())
			}
			r.Header.Del("Referer")
			return nil
		},
	}
}

// onlyPublic refuses a connection to an address that is not on the public internet.
// It is asked with the address that the name was resolved to.
func onlyPublic(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !Public(at.Addr()) {
		return fault.Forbidden("The address leads into a private network, where this server does not look.")
	}
	return nil
}

// notPublic are the networks set aside for other uses than the public internet, by
// IANA's registries of special-purpose addresses
// (https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-), and those
// whose addresses stand for IPv4 ones behind a translator.
var notPublic = networks(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
)

func networks(list ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(list))
	for i, s := range list {
		parsed[i] = netip.MustParsePrefix(s)
	}
	return parsed
}

var global = netip.MustParsePrefix("2000::/3") // all of IPv6 that is given out to anybody

// Public reports whether an address is one of the public internet.
func Public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if !a.IsValid() || a.Is6() && !global.Contains(a) {
		return false
	}
	for _, n := range notPublic {
		if n.Contains(a) {
			return false
		}
	}
	return true
}

// bounded is a transport that refuses what is not HTTP, sends no credentials, and
// cuts off what is too long.
type bounded struct {
	Config
	next http.RoundTripper
}

func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return nil, fault.Invalid("%s: only http and https addresses are read.", r.URL.Redacted())
	}
	if r.URL.User != nil {
		return nil, fault.Invalid("%s: an address with a name and a password in it is not read.", r.URL.Redacted())
	}
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", b.Agent)
	r.Header.Del("Cookie")
	a, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if a.StatusCode == http.StatusSwitchingProtocols { // what follows knows no end of time
		a.Body.Close()
		return nil, fault.Invalid("%s answers in another protocol than HTTP.", r.URL.Host)
	}
	a.Body = &limited{from: a.Body, left: b.Limit, most: b.Limit}
	return a, nil
}

// limited is a body that fails when more comes than may.
type limited struct {
	from       io.ReadCloser
	left, most int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.from.Read(p[:min(int64(len(p)), l.left+1)])
	if l.left -= int64(n); l.left < 0 {
		return 0, fault.Invalid("The answer has more than %d KB.", l.most>>10)
	}
	return n, err
}

func (l *limited) Close() error { return l.from.Close() }

// Page is a text from elsewhere.
type Page struct {
	URL  *url.URL // where it stood in the end
	Type string   // text/html, without parameters
	Text string   // in UTF-8
}

// Get reads the text at an address. What is wrong with the address or its answer is a
// fault with a sentence for whoever named it; so is a server that cannot be reached.
func Get(ctx context.Context, c *http.Client, address string) (*Page, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fault.Invalid("%q is no web address.", short(address))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.Invalid("%q is no web address.", short(address))
	}
	r.Header.Set("Accept", "text/html, application/xhtml+xml, text/plain;q=0.5")
	a, err := c.Do(r)
	if err != nil {
		return nil, failed(u, err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return nil, fault.Invalid("%s answers %d %s.", u.Host, a.StatusCode, http.StatusText(a.StatusCode))
	}
	kind, parameters, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	switch {
	case err != nil || kind != "text/html" && kind != "application/xhtml+xml" && kind != "text/plain":
		return nil, fault.Invalid("%s sends no page of text, but %q. The address of the page about the paper is wanted.", u.Host, short(a.Header.Get("Content-Type")))
	}
	body, err := io.ReadAll(a.Body)
	if err != nil {
		return nil, failed(u, err)
	}
	p := &Page{URL: a.Request.URL, Type: kind}
	if p.Text, err = decode(body, parameters["charset"]); err != nil {
		return nil, fault.Invalid("%s %s", u.Host, err)
	}
	return p, nil
}

// failed says why nothing came.
func failed(u *url.URL, err error) error {
	var name *net.DNSError
	var late interface{ Timeout() bool }
	switch {
	case fault.KindOf(err) != fault.Internal || errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &name) && name.IsNotFound:
		return fault.Invalid("There is no server %s.", u.Hostname())
	case errors.As(err, &late) && late.Timeout():
		return fault.Busy("%s takes too long to answer.", u.Host)
	}
	return &fault.Error{Kind: fault.KindBusy, Message: fmt.Sprintf("%s cannot be reached.", u.Host)}
}

func short(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
