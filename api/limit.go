package api

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// limits counts the requests of each client in windows of five minutes. A client
// is an IPv4 address, or the half of an IPv6 address that one household has.
type limits struct {
	quota  int // requests in a window; 0 for no limit
	policy string
	mu     sync.Mutex
	began  time.Time
	used   map[netip.Prefix]int
}

const window = 5 * time.Minute

// mostClients bounds the memory: with more clients than these in one window the
// counting begins anew, in favour of the clients.
const mostClients = 100_000

func newLimits(perHour int) *limits {
	l := &limits{quota: perHour * int(window/time.Minute) / 60, used: map[netip.Prefix]int{}}
	if perHour > 0 {
		l.quota = max(l.quota, 1)
	}
	l.policy = fmt.Sprintf(`"fixed window";"api";q=%d;w=%d`, l.quota, int(window.Seconds()))
	return l
}

// allow counts a request, tells the client how it stands, and reports whether the
// request may go on. The headers are those of draft-ietf-httpapi-ratelimit-headers.
func (l *limits) allow(w http.ResponseWriter, r *http.Request, now time.Time) bool {
	if l.quota == 0 {
		return true
	}
	client := clientOf(r)
	l.mu.Lock()
	if now.Sub(l.began) >= window || now.Before(l.began) || len(l.used) >= mostClients {
		l.began = now
		clear(l.used)
	}
	l.used[client]++
	left := l.quota - l.used[client]
	reset := int(window.Seconds()) - int(now.Sub(l.began).Seconds())
	l.mu.Unlock()
	h := w.Header()
	h.Set("RateLimit", fmt.Sprintf(`"api";r=%d;t=%d`, max(left, 0), reset))
	h.Set("RateLimit-Policy", l.policy)
	if left < 0 {
		h.Set("Retry-After", strconv.Itoa(reset))
		return false
	}
	return true
}

func clientOf(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap()
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
