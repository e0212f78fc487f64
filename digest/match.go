package digest

import (
	"context"
	"slices"
	"strings"

	"broadsheet/fault"
	"broadsheet/paper"
)

// option is a candidate for one reader, with what speaks for it.
type option struct {
	*candidate
	worth   float64
	reasons []string
}

// options returns the candidates that a reader's choice admits, without what they
// were sent already.
func (s *Store) options(r *reader, pool []*candidate, sent map[int64]bits, said answer) []option {
	m := matcher{Choice: &r.choice, answer: said}
	m.prepare()
	var list []option
	for _, c := range pool {
		if sent[c.paper].has(r.id) {
			continue
		}
		if o, ok := m.match(c); ok {
			list = append(list, o)
		}
	}
	return list
}

// question is what the rooms that know more are asked for a reader: what a search finds,
// what the account follows, among the candidates after those that were seen.
type question struct {
	words   string
	account int64
	seen    int64
}

type answer struct {
	found   map[int64]bool   // by the search; nil when words are looked for here
	follows map[int64]string // with the reasons
}

func (s *Store) question(r *reader) question {
	q := question{seen: r.seen}
	if s.Search != nil {
		q.words = r.choice.Words
	}
	if s.Follows != nil && r.choice.Follows {
		q.account = r.account
	}
	return q
}

// hear asks the other rooms for readers, each question once. It is done before the
// transaction that makes the mails: the search may be on another machine, and while a
// transaction is open others wait for it. Once the search is away (fault.Busy) those
// whose words it should look for have no answer; the others have theirs.
func (s *Store) hear(ctx context.Context, b *book, readers []*reader) (map[question]answer, error) {
	told := map[question]answer{}
	var away error
	for _, r := range readers {
		q := s.question(r)
		if _, asked := told[q]; asked || away != nil && q.words != "" {
			continue
		}
		a, err := s.ask(ctx, q, b.after(q.seen))
		switch {
		case err == nil:
			told[q] = a
		case q.words != "" && fault.Is(err, fault.KindBusy):
			away = err
		default:
			return nil, err
		}
	}
	return told, away
}

func (s *Store) ask(ctx context.Context, q question, pool []*candidate) (a answer, err error) {
	if q.words == "" && q.account == 0 || len(pool) == 0 {
		return a, nil
	}
	ids := make([]int64, len(pool))
	for i, c := range pool {
		ids[i] = c.paper
	}
	if q.words != "" {
		if a.found, err = s.Search(ctx, q.words, ids); err != nil {
			return a, err
		}
	}
	if q.account != 0 {
		a.follows, err = s.Follows(ctx, q.account, ids)
	}
	return a, err
}

// matcher says what speaks for a paper, by one choice.
type matcher struct {
	*Choice
	answer
	authors []string
	words   query
	whole   bool
}

func (m *matcher) prepare() {
	m.whole = m.Whole()
	for _, a := range m.Authors {
		m.authors = append(m.authors, paper.FoldName(a))
	}
	if m.Words != "" && m.found == nil {
		m.words = parseQuery(m.Words)
	}
}

// What speaks for a paper, beside its votes.
const (
	byAuthor   = 9.0
	byFollow   = 6.0
	byTopic    = 4.0
	byWords    = 4.0
	byTrend    = 3.0
	byCategory = 2.0
)

// match returns the paper with what speaks for it, and whether the choice admits it.
func (m *matcher) match(c *candidate) (option, bool) {
	o := option{candidate: c, worth: votesWorth(c.likely)}
	named := m.byAuthors(&o)
	m.bySubject(&o)
	if why := m.follows[c.paper]; why != "" {
		o.worth += byFollow
		o.reasons = append(o.reasons, why)
	}
	if m.Words != "" && (m.found[c.paper] || m.found == nil && m.words.match(c.text)) {
		o.worth += byWords
		o.reasons = append(o.reasons, "It matches your words.")
	}
	if m.Trending && c.trend != "" {
		o.worth += byTrend
		o.reasons = append(o.reasons, c.trend)
	}
	admitted := len(o.reasons) > 0 || m.Edition && c.arrival != 0
	return o, named || admitted && c.votes >= m.Least
}

func (m *matcher) byAuthors(o *option) bool {
	for i, a := range m.authors {
		if slices.Contains(o.authors, a) {
			o.worth += byAuthor
			o.reasons = append(o.reasons, "You named "+m.Authors[i]+".")
			return true
		}
	}
	return false
}

// bySubject looks at topics and categories; one reason says both.
func (m *matcher) bySubject(o *option) {
	var what []string
	for _, t := range m.Topics {
		if slices.Contains(o.topics, t) {
			o.worth += byTopic
			what = append(what, t)
			break
		}
	}
	for _, want := range m.Categories {
		if slices.ContainsFunc(o.categories, func(c string) bool { return c == want || strings.HasPrefix(c, want+".") }) {
			o.worth += byCategory
			what = append(what, want)
			break
		}
	}
	if len(what) > 0 {
		o.reasons = append(o.reasons, "You follow "+list(what)+".")
	}
}

// query is a search in the plain words of titles and abstracts: words and "phrases",
// all of them; OR between two for either; a minus before what must not stand.
type query struct {
	all  [][]string // of each group, one must stand
	none []string
}

// parseQuery reads any text; what makes no sense is taken as words.
func parseQuery(s string) query {
	var q query
	either := false
	for s = strings.ToLower(s); ; {
		s = strings.TrimLeft(s, " ")
		if s == "" {
			return q
		}
		not := s[0] == '-' && len(s) > 1 && s[1] != ' '
		if not {
			s = s[1:]
		}
		var term string
		if rest, ok := strings.CutPrefix(s, `"`); ok {
			term, s, _ = strings.Cut(rest, `"`)
		} else {
			term, s, _ = strings.Cut(s, " ")
		}
		switch term = strings.TrimSpace(term); {
		case term == "" || term == "and":
		case term == "or":
			either = len(q.all) > 0
			continue
		case not:
			q.none = append(q.none, term)
		case either:
			last := len(q.all) - 1
			q.all[last] = append(q.all[last], term)
		default:
			q.all = append(q.all, []string{term})
		}
		either = false
	}
}

// match reports whether a text in lower case has what is asked for.
func (q query) match(text string) bool {
	has := func(term string) bool { return paper.HoldsWord(text, term) }
	return len(q.all) > 0 && !slices.ContainsFunc(q.none, has) &&
		!slices.ContainsFunc(q.all, func(group []string) bool { return !slices.ContainsFunc(group, has) })
}
