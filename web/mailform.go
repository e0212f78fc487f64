package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"broadsheet/digest"
	"broadsheet/fault"
)

// formOf reads a posted form.
func formOf(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fault.Invalid("That form could not be read.")
	}
	return r.PostForm, nil
}

// choiceOf reads what a form says of a subscription, and checks it.
func choiceOf(form url.Values) (digest.Choice, error) {
	on := func(name string) bool { return form.Get(name) != "" }
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimSpace(form.Get(name)))
		if err != nil && on(name) {
			return -1 // no such number can be chosen
		}
		return n
	}
	c := digest.Choice{
		Edition: on("edition"), Trending: on("trending"), Follows: on("follows"),
		Topics: form["topic"], Categories: strings.FieldsFunc(form.Get("categories"), func(r rune) bool { return r == ',' || r == ' ' }), Authors: strings.Split(form.Get("authors"), ","), Words: form.Get("q"),
		Least: number("least"), Size: number("size"), Abstracts: form.Get("body") == "abstracts", TextOnly: on("plain"), Quiet: on("quiet"),
		Cadence: digest.Cadence{Every: digest.Every(form.Get("cadence")), Hour: number("hour"), Zone: strings.TrimSpace(form.Get("tz"))},
	}
	for _, d := range form["day"] {
		n, err := strconv.Atoi(d)
		if err != nil {
			return c, fault.Invalid("%q is no day of the week.", clip(d, 20))
		}
		c.Cadence.Days = append(c.Cadence.Days, time.Weekday(n))
	}
	err := c.Check()
	return c, err
}

// clientOf returns the address that a request comes from.
func clientOf(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, _ := netip.ParseAddr(host)
	return a
}
