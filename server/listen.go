package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// TLS says how connections are encrypted; the zero value leaves them plain, for a proxy
// in front that does it.
type TLS struct {
	Cert, Key string         // files, read again when they change
	Hosts     []string       // names for which certificates are fetched by ACME (RFC 8555)
	Directory string         // of the authority; "" for Let's Encrypt
	Roots     *x509.CertPool // what the authority's own address is trusted by; nil for the system's
	Contact   string         // a mail address that the authority may write to
	Folder    string         // where fetched certificates are kept
	Plain     string         // host:port on which plain requests lead to HTTPS and ACME is answered; "" for none
}

func (t *TLS) on() bool { return t.Cert != "" || len(t.Hosts) > 0 }

// config returns how connections are made and what answers plain ones, which it does
// not when t is off.
func (t *TLS) config(log *slog.Logger) (*tls.Config, http.Handler, error) {
	if t.Cert != "" {
		pair := &pairFile{cert: t.Cert, key: t.Key, log: log}
		if err := pair.read(); err != nil {
			return nil, nil, fmt.Errorf("read the certificate: %w", err)
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get}, toHTTPS(""), nil
	}
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(t.Folder), HostPolicy: autocert.HostWhitelist(t.Hosts...), Email: t.Contact,
		Client: &acme.Client{DirectoryURL: t.Directory, UserAgent: "Broadsheet"},
	}
	if t.Roots != nil {
		m.Client.HTTPClient = &http.Client{Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.Roots}}}
	}
	if t.Directory == "" {
		m.Client.DirectoryURL = autocert.DefaultACMEDirectory
	}
	c := m.TLSConfig()
	c.MinVersion = tls.VersionTLS12
	return c, m.HTTPHandler(toHTTPS("")), nil
}

// toHTTPS leads a request to the same address by HTTPS, on a port or on the usual one.
func toHTTPS(port string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if port != "" {
			host = net.JoinHostPort(host, port)
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, "https://"+host+r.URL.RequestURI(), http.StatusPermanentRedirect)
	})
}

// pairFile is a certificate and its key in files that something else renews.
type pairFile struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	changed time.Time // of the file that was read
	looked  time.Time
}

func (p *pairFile) read() error {
	st, err := os.Stat(p.cert)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		return err
	}
	p.pair, p.changed = &pair, st.ModTime()
	return nil
}

// get looks once in a while whether the file is another one. While the new one cannot
// be read the old one serves.
func (p *pairFile) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	const often = 10 * time.Second
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.looked) > often {
		p.looked = now
		if st, err := os.Stat(p.cert); err == nil && !st.ModTime().Equal(p.changed) {
			if err := p.read(); err != nil {
				p.log.Error("the new certificate cannot be read; the old one serves on", "file", p.cert, "error", err)
			}
		}
	}
	return p.pair, nil
}

// listener opens the address to listen on, or takes the socket that the service manager
// holds for us (systemd's LISTEN_FDS, sd_listen_fds(3)): one that stays open while the
// program is replaced, so that no request is refused meanwhile.
func (h *House) listener() (net.Listener, error) {
	const first = 3
	if pid, err := strconv.Atoi(os.Getenv("LISTEN_PID")); err == nil && pid == os.Getpid() && os.Getenv("LISTEN_FDS") != "" {
		f := os.NewFile(first, "the service manager's socket")
		defer f.Close()
		l, err := net.FileListener(f)
		if err != nil {
			return nil, fmt.Errorf("take the service manager's socket: %w", err)
		}
		return l, nil
	}
	l, err := net.Listen("tcp", h.Config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", h.Config.Listen, err)
	}
	return l, nil
}

// serve answers on l until the server is shut down, by TLS when that is on.
func (h *House) serve(s *http.Server, l net.Listener) error {
	if !h.Config.TLS.on() {
		return s.Serve(l)
	}
	return s.ServeTLS(l, "", "")
}

// connections are those of a server that may hold a request.
type connections struct {
	mu   sync.Mutex
	busy map[net.Conn]bool
}

func (c *connections) changed(conn net.Conn, to http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to == http.StateNew || to == http.StateActive {
		c.busy[conn] = true
	} else {
		delete(c.busy, conn)
	}
}

// rest waits until no connection holds a request any more, or some seconds. A server
// that is shut down forgets requests that have come in and are not read yet, so first
// it has to come to rest.
func (c *connections) rest(s *http.Server) {
	s.SetKeepAlivesEnabled(false)
	const pause, most = 2 * time.Millisecond, 5 * time.Second
	for limit := time.Now().Add(most); time.Now().Before(limit); time.Sleep(pause) {
		c.mu.Lock()
		n := len(c.busy)
		c.mu.Unlock()
		if n == 0 {
			return
		}
	}
}

// plainly answers plain connections, beside TLS, until ctx ends.
func (h *House) plainly(ctx context.Context, l net.Listener, answer http.Handler) {
	s := &http.Server{Handler: answer, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelDebug)}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		h.log.Error("plain connections are not answered any more", "error", err)
	}
}

// notify tells a service manager that waits for it (systemd's Type=notify, sd_notify(3))
// how the program is.
func notify(state string) {
	address := os.Getenv("NOTIFY_SOCKET")
	if address == "" || !filepath.IsAbs(address) && address[0] != '@' {
		return
	}
	conn, err := net.Dial("unixgram", address)
	if err != nil {
		return // nobody waits
	}
	defer conn.Close()
	conn.Write([]byte(state)) // likewise
}
