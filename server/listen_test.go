package server_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"broadsheet/server"
)

// serving opens a house, has it serve, and returns its address.
func serving(t *testing.T, c server.Config) string {
	t.Helper()
	c.DSN = filepath.Join(t.TempDir(), "broadsheet.db")
	h, err := server.Open(t.Context(), c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Serve(ctx, in) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		h.Close()
	})
	line := make([]byte, 200)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, out) // ends with the pipe, which nothing holds after the test
	return strings.TrimSpace(strings.TrimPrefix(string(line[:n]), "listening on "))
}

// free returns an address on which nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestHTTPSByFiles(t *testing.T) {
	t.Parallel()
	cert, key, pool := server.Certificate(t, t.TempDir(), "papers.test")
	plain := free(t)
	base := serving(t, server.Config{Listen: "127.0.0.1:0", TLS: server.TLS{Cert: cert, Key: key, Plain: plain}})
	client := &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	a, err := client.Get(base + "/healthz")
	if err != nil || a.StatusCode != http.StatusOK || a.ProtoMajor != 2 || !strings.HasPrefix(base, "https://") {
		t.Fatalf("%s: %v, %v", base, a, err)
	}
	a, err = client.Get("http://" + plain + "/papers?q=x")
	if err != nil || a.StatusCode != http.StatusPermanentRedirect || a.Header.Get("Location") != "https://127.0.0.1/papers?q=x" {
		t.Errorf("a plain request: %v, %v", a, err)
	}
}

// TestServeChild is the program that TestASocketOutlivesTheProgram starts.
func TestServeChild(t *testing.T) {
	dsn := os.Getenv("BROADSHEET_CHILD")
	if dsn == "" {
		t.Skip("it is for another test")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	h, err := server.Open(ctx, server.Config{DSN: dsn, Listen: "127.0.0.1:1"}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if err := h.Serve(ctx, io.Discard); err != nil {
		t.Fatal(err)
	}
}

// TestASocketOutlivesTheProgram replaces the program under load several times, as a
// service manager does that holds its socket: no request is lost.
func TestASocketOutlivesTheProgram(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	socket, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	told := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: told, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	dsn := filepath.Join(t.TempDir(), "broadsheet.db")
	start := func() *exec.Cmd {
		c := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0" -test.run='^TestServeChild$'`, os.Args[0])
		c.Env = append(os.Environ(), "LISTEN_FDS=1", "NOTIFY_SOCKET="+told, "BROADSHEET_CHILD="+dsn)
		c.ExtraFiles = []*os.File{socket}
		c.Stdout, c.Stderr = os.Stderr, os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	heard := func(want string) {
		t.Helper()
		manager.SetReadDeadline(time.Now().Add(time.Minute))
		b := make([]byte, 100)
		if n, err := manager.Read(b); err != nil || string(b[:n]) != want {
			t.Fatalf("the manager heard %q, %v, not %s", b[:n], err, want)
		}
	}
	child := start()
	heard("READY=1")
	var asked, lost atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for i := range 8 {
		load.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%2 == 0}, Timeout: time.Minute}
			defer client.CloseIdleConnections()
			for ctx.Err() == nil {
				a, err := client.Get("http://" + l.Addr().String() + "/healthz")
				if err == nil {
					_, err = io.Copy(io.Discard, a.Body)
					a.Body.Close()
				}
				if asked.Add(1); err != nil || a.StatusCode != http.StatusOK {
					lost.Add(1)
					t.Logf("lost: %v, %v", a, err)
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	for range 4 {
		before := asked.Load()
		for asked.Load() < before+50 {
			time.Sleep(5 * time.Millisecond)
		}
		child.Process.Signal(syscall.SIGTERM)
		heard("STOPPING=1")
		if err := child.Wait(); err != nil {
			t.Fatal(err)
		}
		child = start()
		heard("READY=1")
	}
	stop()
	load.Wait()
	child.Process.Signal(syscall.SIGTERM)
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
	if lost.Load() > 0 || asked.Load() < 200 {
		t.Errorf("%d of %d requests were lost", lost.Load(), asked.Load())
	}
}

// TestACME has Pebble, an authority for tests, give a certificate: it checks the name by
// asking the server that wants it.
func TestACME(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("BROADSHEET_TEST_PEBBLE")
	if folder == "" {
		t.Skip("BROADSHEET_TEST_PEBBLE names no folder with pebble and pebble-challtestsrv")
	}
	dir := t.TempDir()
	cert, key, pool := server.Certificate(t, dir, "localhost")
	authority, manage, dns, listen, plain := free(t), free(t), free(t), free(t), free(t)
	port := func(address string) (n int) {
		_, p, _ := net.SplitHostPort(address)
		fmt.Sscan(p, &n)
		return n
	}
	settings, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": authority, "managementListenAddress": manage, "certificate": cert, "privateKey": key, "httpPort": port(plain), "tlsPort": port(listen),
		"profiles": map[string]any{"default": map[string]any{"description": "of a test", "validityPeriod": 7776000}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "pebble.json")
	if err := os.WriteFile(config, settings, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) {
		c := exec.Command(filepath.Join(folder, name), args...)
		c.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0")
		var said bytes.Buffer
		c.Stdout, c.Stderr = &said, &said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			c.Process.Kill()
			c.Wait()
			if t.Failed() {
				t.Logf("%s:\n%s", name, said.String())
			}
		})
	}
	run("pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dnsserver", dns, "-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "", "-management", free(t))
	run("pebble", "-config", config, "-dnsserver", dns)
	directory := "https://" + strings.Replace(authority, "127.0.0.1", "localhost", 1) + "/dir"
	trusting := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer trusting.CloseIdleConnections()
	until(t, func() error {
		a, err := trusting.Get(directory)
		if err == nil {
			a.Body.Close()
		}
		return err
	})
	serving(t, server.Config{Listen: listen, TLS: server.TLS{Hosts: []string{"papers.test"}, Directory: directory, Roots: pool, Folder: filepath.Join(dir, "kept"), Plain: plain}})
	a, err := trusting.Get("https://" + strings.Replace(manage, "127.0.0.1", "localhost", 1) + "/roots/0")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	root, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	given := x509.NewCertPool()
	given.AppendCertsFromPEM(root)
	reader := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: given},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", listen)
		},
	}}
	defer reader.CloseIdleConnections()
	if a, err = reader.Get("https://papers.test/healthz"); err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", a, err)
	}
	if list, err := os.ReadDir(filepath.Join(dir, "kept")); err != nil || len(list) < 2 {
		t.Errorf("the certificate is not kept: %v, %v", list, err)
	}
	if _, err := reader.Get("https://other.test/"); err == nil {
		t.Error("a certificate was got for a name that is not ours")
	}
}

// until tries again for half a minute.
func until(t *testing.T, f func() error) {
	t.Helper()
	var err error
	for range 300 {
		if err = f(); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal(err)
}
