package harvest

import (
	"slices"
	"strings"
	"time"
)

// Settings say what is harvested, and from where. An address that is "" is not
// asked.
type Settings struct {
	Categories []string // of arXiv: cs.LG, or a whole archive: math
	Since      string   // the day back to which is harvested, 2026-04-14
	OAI        string   // https://oaipmh.arxiv.org/oai
	Feed       string   // https://rss.arxiv.org
	API        string   // https://export.arxiv.org/api/query
	Upstream   string   // https://huggingface.co, or another Broadsheet
	Arxiv      *Pace    // for the three of arXiv's
	Other      *Pace    // for the upstream
	Wait       Wait     // between tries; nil sleeps
}

// The public addresses.
const (
	ArxivOAI    = "https://oaipmh.arxiv.org/oai"
	ArxivFeed   = "https://rss.arxiv.org"
	ArxivAPI    = "https://export.arxiv.org/api/query"
	HuggingFace = "https://huggingface.co"
)

// ArxivGap is the pace that arXiv asks for: a question in three seconds, over one
// connection (https://info.arxiv.org/help/api/tou.html).
const ArxivGap = 3 * time.Second

// Sources returns the sources that are set, in the order in which a first harvest
// asks them: those with which a page stands soonest come first.
func (s Settings) Sources(now func() time.Time) []Source {
	var list []Source
	if s.Upstream != "" {
		list = append(list, &upstream{base: strings.TrimRight(s.Upstream, "/"), client: Client{Pace: s.Other, Wait: s.Wait}, since: s.Since, now: now})
	}
	if s.Feed != "" && len(s.Categories) > 0 {
		list = append(list, &announcements{base: strings.TrimRight(s.Feed, "/"), client: Client{Pace: s.Arxiv, Wait: s.Wait}, categories: s.Categories})
	}
	if s.OAI != "" && len(s.Categories) > 0 {
		list = append(list, newArxiv(s, now))
	}
	return list
}

// in returns which of the wanted categories a paper's fall under: cs.LG under
// cs.LG, math.AG under math.AG and under math.
func in(wanted, categories []string) []string {
	var found []string
	for _, w := range wanted {
		if slices.ContainsFunc(categories, func(c string) bool { return c == w || strings.HasPrefix(c, w+".") }) {
			found = append(found, w)
		}
	}
	return found
}
