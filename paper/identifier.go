package paper

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"broadsheet/fault"
)

// Scheme says who gives out an identifier.
type Scheme string

// The schemes.
const (
	ArXiv      Scheme = "arxiv"      // 2604.11666, hep-th/9901001
	DOI        Scheme = "doi"        // 10.1103/physrevd.104.055020, lower case
	OpenReview Scheme = "openreview" // the forum's id, as OpenReview writes it
	URL        Scheme = "url"        // an address of a page that is about the paper
	Own        Scheme = "own"        // b123: given out here, for a paper that none of the others knows
)

// Identifier names a paper. The value is in the canonical form of its scheme:
// two spellings of one identifier are equal once parsed.
type Identifier struct {
	Scheme Scheme
	Value  string
}

// String returns the identifier as text that ParseIdentifier reads back.
func (id Identifier) String() string {
	switch id.Scheme {
	case ArXiv:
		return "arXiv:" + id.Value
	case DOI:
		return "doi:" + id.Value
	case OpenReview:
		return "openreview:" + id.Value
	}
	return id.Value
}

// URL returns the address of the paper's page at whoever gives out the
// identifier, and the empty string for our own.
func (id Identifier) URL() string {
	switch id.Scheme {
	case ArXiv:
		return "https://arxiv.org/abs/" + id.Value
	case DOI:
		return "https://doi.org/" + (&url.URL{Path: id.Value}).EscapedPath()
	case OpenReview:
		return "https://openreview.net/forum?id=" + url.QueryEscape(id.Value)
	case URL:
		return id.Value
	}
	return ""
}

var (
	// Since April 2007: YYMM.NNNN, from January 2015 on YYMM.NNNNN.
	// Before: archive, perhaps a subject class, YYMMNNN.
	// https://info.arxiv.org/help/arxiv_identifier.html
	newStyle = regexp.MustCompile(`^(\d{2})(\d{2})\.(\d{4,5})(?:v([1-9]\d{0,3}))?$`)
	oldStyle = regexp.MustCompile(`^([a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?/(\d{2})(\d{2})(\d{3})(?:v([1-9]\d{0,3}))?$`)

	doiForm   = regexp.MustCompile(`^10\.\d{4,9}/[^\s]+$`)
	arxivDOI  = regexp.MustCompile(`^10\.48550/arxiv\.(.+)$`)
	ownForm   = regexp.MustCompile(`^b[1-9]\d{0,17}$`)
	forumForm = regexp.MustCompile(`^[A-Za-z0-9_-]{6,20}$`)
)

// ParseArXiv reads an arXiv identifier of either style, bare, with "arXiv:" in
// front, with or without a version, and returns it without the version and the
// version, 0 when none was given.
func ParseArXiv(s string) (id string, version int, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > 6 && strings.EqualFold(s[:6], "arxiv:") {
		s = strings.TrimSpace(s[6:])
	}
	s = strings.ToLower(s)
	if m := newStyle.FindStringSubmatch(s); m != nil {
		if long := m[1] >= "15"; !month(m[2]) || long != (len(m[3]) == 5) || m[1]+m[2] < "0704" {
			return "", 0, false
		}
		v, _ := strconv.Atoi(m[4])
		return m[1] + m[2] + "." + m[3], v, true
	}
	if m := oldStyle.FindStringSubmatch(s); m != nil {
		if !month(m[3]) || !(m[2] >= "91" || m[2]+m[3] < "0704") {
			return "", 0, false
		}
		v, _ := strconv.Atoi(m[5])
		return m[1] + "/" + m[2] + m[3] + m[4], v, true
	}
	return "", 0, false
}

func month(s string) bool { return s >= "01" && s <= "12" }

// ParseIdentifier reads whatever people write to name a paper: an arXiv
// identifier or address, a DOI or its address, an OpenReview address, an
// identifier of ours, any other http address. The version is the arXiv version
// that was asked for, 0 when none was. The error is a fault.Invalid.
func ParseIdentifier(s string) (id Identifier, version int, err error) {
	s = strings.TrimSpace(s)
	if len(s) > 2000 {
		return Identifier{}, 0, fault.Invalid("An identifier has at most 2,000 characters; this one has %d.", len(s))
	}
	bare, _, _ := strings.Cut(s, "#") // as people copy it: 2604.11666#page=3
	if a, v, ok := ParseArXiv(bare); ok {
		return Identifier{ArXiv, a}, v, nil
	}
	lower := strings.ToLower(s)
	if ownForm.MatchString(lower) {
		return Identifier{Own, lower}, 0, nil
	}
	if rest, ok := strings.CutPrefix(lower, "doi:"); ok {
		lower = strings.TrimSpace(rest)
	}
	if id, v, ok := parseDOI(lower); ok {
		return id, v, nil
	}
	if rest, ok := strings.CutPrefix(lower, "openreview:"); ok {
		if forum := s[len(s)-len(rest):]; forumForm.MatchString(forum) {
			return Identifier{OpenReview, forum}, 0, nil
		}
	}
	if u, err := url.Parse(s); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		id, version = parseURL(u)
		return id, version, nil
	}
	if strings.HasPrefix(lower, "arxiv.org/") || strings.HasPrefix(lower, "doi.org/") || strings.HasPrefix(lower, "openreview.net/") {
		return ParseIdentifier("https://" + s)
	}
	return Identifier{}, 0, fault.Invalid("%q is no arXiv identifier, DOI, OpenReview or web address. Examples: 2604.11666, hep-th/9901001, 10.1103/PhysRevD.104.055020.", clip(s, 80))
}

func parseDOI(lower string) (Identifier, int, bool) {
	if m := arxivDOI.FindStringSubmatch(lower); m != nil {
		if a, v, ok := ParseArXiv(m[1]); ok {
			return Identifier{ArXiv, a}, v, true
		}
	}
	if doiForm.MatchString(lower) {
		return Identifier{DOI, lower}, 0, true
	}
	return Identifier{}, 0, false
}

// parseURL finds the identifier that an address stands for; the address itself
// is one when it stands for no other.
func parseURL(u *url.URL) (Identifier, int) {
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	path := strings.Trim(u.Path, "/")
	switch {
	case host == "arxiv.org" || strings.HasSuffix(host, ".arxiv.org"), host == "alphaxiv.org", host == "ar5iv.org":
		kind, rest, _ := strings.Cut(path, "/")
		switch kind {
		case "abs", "pdf", "html", "format", "src", "e-print", "ps", "overview":
			if a, v, ok := ParseArXiv(strings.TrimSuffix(rest, ".pdf")); ok {
				return Identifier{ArXiv, a}, v
			}
		}
	case host == "huggingface.co" || host == "hf.co":
		if rest, ok := strings.CutPrefix(path, "papers/"); ok {
			if a, v, ok := ParseArXiv(rest); ok {
				return Identifier{ArXiv, a}, v
			}
		}
	case host == "doi.org" || host == "dx.doi.org":
		if id, v, ok := parseDOI(strings.ToLower(strings.TrimPrefix(u.Path, "/"))); ok {
			return id, v
		}
	case host == "openreview.net":
		if forum := u.Query().Get("id"); (path == "forum" || path == "pdf") && forumForm.MatchString(forum) {
			return Identifier{OpenReview, forum}, 0
		}
	}
	c := *u
	c.Fragment, c.RawFragment, c.User = "", "", nil
	c.Host = strings.ToLower(c.Host)
	if c.Path == "/" && c.RawQuery == "" {
		c.Path = ""
	}
	return Identifier{URL, c.String()}, 0
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
