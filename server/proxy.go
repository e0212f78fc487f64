package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// behind makes a request that came through a proxy of ours look as if it came from
// whom the proxy names in X-Forwarded-For: the last address there that is no proxy
// of ours, since what stands before it anybody can have written.
func (h *House) behind(next http.Handler) http.Handler {
	if len(h.Config.Account.Proxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && h.ours(peer.Addr()) {
			if client, ok := h.client(r.Header.Values("X-Forwarded-For")); ok {
				r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (h *House) ours(a netip.Addr) bool {
	return slices.ContainsFunc(h.Config.Account.Proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// client returns the last address of X-Forwarded-For that is no proxy of ours.
func (h *House) client(headers []string) (netip.Addr, bool) {
	list := strings.Split(strings.Join(headers, ","), ",")
	for _, text := range slices.Backward(list) {
		text = strings.TrimSpace(text)
		a, err := netip.ParseAddr(text)
		if err != nil {
			with, err := netip.ParseAddrPort(text) // some proxies add the port
			if err != nil {
				return netip.Addr{}, false
			}
			a = with.Addr()
		}
		if a = a.Unmap().WithZone(""); !h.ours(a) {
			return a, true
		}
	}
	return netip.Addr{}, false
}
