package fetch_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"broadsheet/fault"
	"broadsheet/fetch"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.216.34": true, "8.8.8.8": true, "2606:2800:220:1::1": true, "172.32.0.1": true, "100.128.0.1": true,
		"127.0.0.1": false, "127.1.2.3": false, "0.0.0.0": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "100.127.255.255": false, "224.0.0.1": false,
		"239.255.255.250": false, "255.255.255.255": false, "240.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false,
		"::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false,
		"2002:7f00:1::": false, "2001:0:7f00:1::": false, "2001:db8::1": false, "fec0::1": false,
	} {
		if got := fetch.Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is public: %v, want %v", address, got, want)
		}
	}
	if fetch.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

// TestInside asks for what stands inside the network by every way there is to say so:
// not one question may arrive.
func TestInside(t *testing.T) {
	t.Parallel()
	inside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s arrived", r.URL) }))
	defer inside.Close()
	port := inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	c := fetch.New(fetch.Config{Timeout: 3 * time.Second})
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "017700000001", "[::]", "localhost."} {
		if _, err := fetch.Get(t.Context(), c, "http://"+host+port+"/"); fault.KindOf(err) == fault.Internal {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, address := range []string{"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.org/x", "//example.org", "javascript:alert(1)", "http://", "http://a b/", "unix:///run/x", "http://joe:secret@192.0.2.1/"} {
		_, err := fetch.Get(t.Context(), c, address)
		if k := fault.KindOf(err); k != fault.KindInvalid && k != fault.KindRefused {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestRedirected follows a way that leads from a place outside to one inside. The
// test's own server stands for the one outside: only its first address is allowed.
func TestRedirected(t *testing.T) {
	t.Parallel()
	arrived := make(chan *http.Request, 20)
	var target string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- r
		if r.URL.Path == "/text" {
			w.Header().Set("Content-Type", "text/plain; charset=iso-8859-1")
			w.Write([]byte("caf\xe9"))
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		http.Redirect(w, r, target, http.StatusFound)
	}))
	defer s.Close()
	c := fetch.New(fetch.Config{Private: true})

	target = s.URL + "/text"
	p, err := fetch.Get(t.Context(), c, s.URL+"/")
	if err != nil || p.Text != "café" || p.URL.Path != "/text" || p.Type != "text/plain" {
		t.Errorf("%+v, %v", p, err)
	}
	for range 2 {
		if r := <-arrived; r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" || r.Header.Get("Referer") != "" || r.UserAgent() != "Broadsheet" {
			t.Errorf("sent along: %v", r.Header)
		}
	}
	for _, target = range []string{"file:///etc/passwd", "ftp://example.org/", "http://joe:secret@" + s.Listener.Addr().String() + "/text", s.URL + "/again"} {
		if _, err := fetch.Get(t.Context(), c, s.URL+"/"); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("to %s: %v", target, err)
		}
	}
	// A public client may not be led inside either: its dialer is asked at each step.
	if _, err := fetch.Get(t.Context(), fetch.New(fetch.Config{}), s.URL); !fault.Is(err, fault.KindRefused) {
		t.Errorf("inside: %v", err)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(make([]byte, 10<<20))
	z.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := "text/html; charset=utf-8"
		switch r.URL.Path {
		case "/pdf":
			kind = "application/pdf"
		case "/none":
			kind = ""
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
			return
		case "/long":
			w.Header().Set("Content-Type", kind)
			for range 200 {
				fmt.Fprint(w, strings.Repeat("x", 1000))
			}
			return
		case "/bomb":
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(packed.Bytes())
			return
		case "/slow":
			w.Header().Set("Content-Type", kind)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		case "/empty":
			w.Header().Set("Content-Type", kind)
			return
		}
		w.Header()["Content-Type"] = []string{kind}
		w.Write([]byte("\x01\xff"))
	}))
	defer s.Close()
	c := fetch.New(fetch.Config{Private: true, Limit: 100_000, Timeout: 500 * time.Millisecond})
	for path, want := range map[string]fault.Kind{"/pdf": fault.KindInvalid, "/none": fault.KindInvalid, "/missing": fault.KindInvalid, "/long": fault.KindInvalid, "/bomb": fault.KindInvalid, "/slow": fault.KindBusy} {
		if p, err := fetch.Get(t.Context(), c, s.URL+path); fault.KindOf(err) != want || fault.Message(err) == "" {
			t.Errorf("%s: %v, %v", path, p, err)
		}
	}
	for path, want := range map[string]string{"/empty": "", "/": "\x01\uFFFD"} {
		if p, err := fetch.Get(t.Context(), c, s.URL+path); err != nil || p.Text != want {
			t.Errorf("%s: %+v, %v", path, p, err)
		}
	}
	s.Close()
	if _, err := fetch.Get(t.Context(), c, s.URL); !fault.Is(err, fault.KindBusy) {
		t.Errorf("nobody there: %v", err)
	}
}
