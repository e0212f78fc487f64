package api

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"broadsheet/db"
)

// limits counts the requests of each client in windows of five minutes, which begin
// for all processes at once. A client is an IPv4 address, or the half of an IPv6 address
// that one household has. Who makes many requests is counted together with what other
// processes have counted, once a second (ShareLimits); so with n processes a client may
// get a tenth of the quota more from each but one, and a second's worth.
type limits struct {
	quota  int // requests in a window; 0 for no limit
	policy string
	mu     sync.Mutex
	began  time.Time
	used   map[netip.Prefix]*use
}

// use is what a client has asked for in a window.
type use struct {
	here, elsewhere int
	told            int // of here, what other processes can know
}

const window = 5 * time.Minute

// mostClients bounds the memory: with more clients than these in one window the
// counting begins anew, in favour of the clients.
const mostClients = 100_000

func newLimits(perHour int) *limits {
	l := &limits{quota: perHour * int(window/time.Minute) / 60, used: map[netip.Prefix]*use{}}
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
	client, began := clientOf(r), now.Truncate(window)
	l.mu.Lock()
	if !began.Equal(l.began) || len(l.used) >= mostClients {
		l.began = began
		clear(l.used)
	}
	u := l.used[client]
	if u == nil {
		u = &use{}
		l.used[client] = u
	}
	u.here++
	left := l.quota - u.here - u.elsewhere
	l.mu.Unlock()
	reset := int(window.Seconds()) - int(now.Sub(began).Seconds())
	h := w.Header()
	h.Set("RateLimit", fmt.Sprintf(`"api";r=%d;t=%d`, max(left, 0), reset))
	h.Set("RateLimit-Policy", l.policy)
	if left < 0 {
		h.Set("Retry-After", strconv.Itoa(reset))
		return false
	}
	return true
}

// ShareLimits tells other processes who has made many requests to this one, and learns
// what those clients have asked of others.
func (a *API) ShareLimits(ctx context.Context) error {
	began, clients, rows := a.limits.busy()
	for part := range slices.Chunk(rows, 3*200) {
		if err := a.papers.DB().Transact(ctx, func(tx *db.Tx) error {
			return a.share(ctx, tx, began, clients, part)
		}); err != nil {
			return fmt.Errorf("share the limits of the API: %w", err)
		}
	}
	return nil
}

// busy returns the clients with many requests by their names, and the rows of those
// who made more since the last time.
func (l *limits) busy() (began time.Time, clients map[string]*use, rows []any) {
	const many = 10 // of so many parts of the quota
	l.mu.Lock()
	defer l.mu.Unlock()
	clients = map[string]*use{}
	for client, u := range l.used {
		if many*u.here >= l.quota && u.here > u.told {
			clients[client.String()] = u
		}
	}
	for _, name := range slices.Sorted(maps.Keys(clients)) { // one order for all, so that none waits in a circle
		u := clients[name]
		rows = append(rows, db.Micros(l.began), name, u.here-u.told)
		u.told = u.here
	}
	return l.began, clients, rows
}

func (a *API) share(ctx context.Context, tx *db.Tx, began time.Time, clients map[string]*use, rows []any) error {
	if _, err := tx.Exec(ctx, `DELETE FROM api_use WHERE began < $1`, db.Micros(began.Add(-window))); err != nil {
		return err
	}
	found, err := tx.Query(ctx, `INSERT INTO api_use (began, client, n) VALUES `+tx.Dialect.Rows(len(rows)/3, 3, 1)+`
		ON CONFLICT (began, client) DO UPDATE SET n = api_use.n + excluded.n RETURNING client, n`, rows...)
	if err != nil {
		return err
	}
	defer found.Close()
	a.limits.mu.Lock()
	defer a.limits.mu.Unlock()
	for found.Next() {
		var name string
		var n int
		if err := found.Scan(&name, &n); err != nil {
			return err
		}
		u := clients[name]
		u.elsewhere = max(0, n-u.told)
	}
	return found.Err()
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
