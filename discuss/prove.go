package discuss

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"

	"broadsheet/paper"
)

// prove returns how a claim is proved, and the proof in a sentence that may be
// printed; "" when the desk must decide.
func prove(p *paper.Paper, author string, who Claimant) (Way, string) {
	if !SameName(author, who.Name) {
		return ByDesk, ""
	}
	if who.ORCID != "" {
		return ByORCID, "By the ORCID iD " + who.ORCID + ", which is in the author’s name."
	}
	_, host, _ := strings.Cut(who.Address, "@")
	if d := domainOf(host); d != "" && slices.Contains(Domains(p), d) {
		return ByMail, "By a verified mail address at " + d + " in the author’s name."
	}
	return ByDesk, ""
}

// shared are domains under which everybody can have a page or a mailbox.
var shared = map[string]bool{
	"github.com": true, "gitlab.com": true, "bitbucket.org": true, "huggingface.co": true, "google.com": true, "gmail.com": true, "googlemail.com": true,
	"youtube.com": true, "youtu.be": true, "notion.so": true, "medium.com": true, "x.com": true, "twitter.com": true, "zenodo.org": true, "arxiv.org": true,
	"doi.org": true, "openreview.net": true, "osf.io": true, "figshare.com": true, "kaggle.com": true, "dropbox.com": true, "wordpress.com": true,
	"outlook.com": true, "hotmail.com": true, "yahoo.com": true, "icloud.com": true, "qq.com": true, "163.com": true, "126.com": true, "proton.me": true, "protonmail.com": true,
}

// domainOf returns the domain that somebody has registered and host lies in; "" for
// none, and for those that everybody shares.
func domainOf(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	d, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil || shared[d] {
		return ""
	}
	return d
}

var (
	inAffiliation = regexp.MustCompile(`(?i)\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b`)
	paperSchemes  = []string{"http", "https"}
)

// Domains returns the domains that a paper comes from: of its project page and other
// links that no reader gave, of the page that it was put in from, and those that its authors'
// affiliations name.
func Domains(p *paper.Paper) []string {
	var list []string
	add := func(host string) {
		if d := domainOf(host); d != "" && !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	address := func(s string) {
		if u, err := url.Parse(s); err == nil && slices.Contains(paperSchemes, u.Scheme) {
			add(u.Hostname())
		}
	}
	for _, l := range p.Links {
		if !l.Reader {
			address(l.URL)
		}
	}
	for _, id := range p.Identifiers {
		if id.Scheme == paper.URL {
			address(id.URL())
		}
	}
	for _, a := range p.Authors {
		for _, where := range a.Affiliations {
			for _, host := range inAffiliation.FindAllString(where, 20) {
				add(host)
			}
		}
	}
	return list
}

// SameName reports whether two names can be those of one person: the same family
// name, and first names of which one may be an initial. Accents and case do not
// matter, nor do middle names.
func SameName(a, b string) bool {
	x, y := nameWords(a), nameWords(b)
	if len(x) < 2 || len(y) < 2 {
		return false
	}
	if x[len(x)-1] != y[len(y)-1] {
		slices.Sort(x)
		slices.Sort(y)
		return slices.Equal(x, y) // Family Given
	}
	return x[0] == y[0] || len(x[0]) == 1 && strings.HasPrefix(y[0], x[0]) || len(y[0]) == 1 && strings.HasPrefix(x[0], y[0])
}

func nameWords(s string) []string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case unicode.IsLetter(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFD.String(s))
	return strings.Fields(plain)
}
