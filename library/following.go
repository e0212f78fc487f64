package library

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"broadsheet/fault"
	"broadsheet/paper"
)

// follower says by which of a reader's follows a paper concerns them.
type follower struct {
	authors    map[string]string // as compared → as followed
	categories []string
	topics     map[string]bool
	readers    map[int64][]string // paper → the readers who voted for it
	shelves    map[int64][]shelf  // paper → in whose collections it stands
	searches   []found
}

type shelf struct{ owner, title string }

type found struct {
	words  string
	papers map[int64]bool
}

// follower reads what an account follows and asks the other rooms about papers.
func (s *Store) follower(ctx context.Context, account int64, papers []int64) (*follower, error) {
	follows, err := s.Follows(ctx, account)
	if err != nil || len(follows) == 0 {
		return nil, err
	}
	f := &follower{authors: map[string]string{}, topics: map[string]bool{}, readers: map[int64][]string{}, shelves: map[int64][]shelf{}}
	away := false // the search, or its index is still being made
	for _, w := range follows {
		switch w.Kind {
		case Author:
			f.authors[paper.FoldName(w.Key)] = w.Key
		case Category:
			f.categories = append(f.categories, w.Key)
		case Topic:
			f.topics[w.Key] = true
		case Reader:
			err = s.deeds(ctx, f, w)
		case Search:
			if s.sources.Search != nil && !away {
				var is map[int64]bool
				is, err = s.sources.Search(ctx, w.Key, papers)
				f.searches = append(f.searches, found{w.Key, is})
			}
		}
		if fault.Is(err, fault.KindBusy) {
			away, err = true, nil // who asks does not wait again for each search, and the others still stand
		}
		if err != nil {
			return nil, fmt.Errorf("look for what %s %q brings: %w", w.Kind, w.Key, err)
		}
	}
	return f, nil
}

// deeds notes what a followed reader shows: their votes, if they show them, and the
// papers of their public collections.
func (s *Store) deeds(ctx context.Context, f *follower, w Follow) error {
	const most = 500
	a, err := s.accounts.Get(ctx, w.reader)
	if err != nil {
		return err
	}
	if a.Shows.Votes && s.sources.Votes != nil {
		votes, err := s.sources.Votes(ctx, w.reader, most)
		if err != nil {
			return err
		}
		for _, v := range votes {
			f.readers[v.Paper] = append(f.readers[v.Paper], w.Name)
		}
	}
	rows, err := s.db.Query(ctx, `SELECT d.paper, c.title FROM collection c JOIN collected d ON d.collection = c.id
		WHERE c.account = $1 AND c.public = 1 ORDER BY d.at DESC LIMIT $2`, w.reader, most)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var title string
		if err := rows.Scan(&id, &title); err != nil {
			return err
		}
		f.shelves[id] = append(f.shelves[id], shelf{w.Name, title})
	}
	return rows.Err()
}

// mostReasons is how many reasons stand by one paper.
const mostReasons = 2

// why returns the reasons for which a paper concerns the reader, "" for none.
func (f *follower) why(p *Facts) string {
	var reasons []string
	for i, a := range p.folded {
		if name := f.authors[a]; name != "" {
			reasons = append(reasons, authorReason(p.Authors[i], len(p.Authors)))
		}
	}
	for _, t := range p.Topics {
		if f.topics[t] {
			reasons = append(reasons, "You follow "+t+".")
		}
	}
	for _, c := range f.categories {
		if slices.ContainsFunc(p.Categories, func(has string) bool { return inCategory(has, c) }) {
			reasons = append(reasons, "In "+c+", which you follow.")
			break
		}
	}
	switch names := f.readers[p.Paper]; {
	case len(names) == 1:
		reasons = append(reasons, "Upvoted by "+names[0]+".")
	case len(names) > 1:
		reasons = append(reasons, fmt.Sprintf("Upvoted by %d readers you follow: %s.", len(names), strings.Join(names[:min(3, len(names))], ", ")))
	}
	for _, c := range f.shelves[p.Paper] {
		reasons = append(reasons, "In “"+c.title+"”, a collection of "+c.owner+".")
	}
	for _, s := range f.searches {
		if s.papers[p.Paper] {
			also := "It matches"
			if len(reasons) > 0 {
				also = "It also matches"
			}
			reasons = append(reasons, also+" your search “"+s.words+"”.")
			break
		}
	}
	return strings.Join(reasons[:min(mostReasons, len(reasons))], " ")
}

// inCategory reports whether a category is the wanted one, or of the wanted archive.
func inCategory(has, want string) bool {
	return has == want || strings.HasPrefix(has, want+".")
}

func authorReason(name string, authors int) string {
	if authors > 3 {
		return fmt.Sprintf("%s is one of %d authors.", name, authors)
	}
	return name + " wrote it."
}

// Followed returns which of the papers concern what an account follows, each with its
// reason. What the account has muted is not among them.
func (s *Store) Followed(ctx context.Context, account int64, papers []int64) (map[int64]string, error) {
	f, err := s.follower(ctx, account, papers)
	if err != nil || f == nil {
		return nil, err
	}
	m, err := s.muter(ctx, account)
	if err != nil {
		return nil, err
	}
	why := map[int64]string{}
	for part := range slices.Chunk(papers, 500) {
		list, err := s.papers.List(ctx, s.db, part)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if reason := f.why(factsOf(p, "")); reason != "" && !m.mutes(p) {
				why[p.ID] = reason
			}
		}
	}
	return why, nil
}

// muter says what a reader does not want to be shown.
type muter struct {
	words, categories []string
	authors           map[string]bool
	papers            map[int64]bool
}

func (s *Store) muter(ctx context.Context, account int64) (*muter, error) {
	list, err := s.Mutes(ctx, account)
	if err != nil {
		return nil, err
	}
	m := &muter{authors: map[string]bool{}, papers: map[int64]bool{}}
	for _, x := range list {
		switch x.Kind {
		case Word:
			m.words = append(m.words, x.Key)
		case Category:
			m.categories = append(m.categories, x.Key)
		case Author:
			m.authors[paper.FoldName(x.Key)] = true
		case Paper:
			m.papers[x.paper] = true
		}
	}
	return m, nil
}

// mutes reports whether a paper is muted. A category mutes the papers whose primary
// one it is.
func (m *muter) mutes(p *paper.Paper) bool {
	if m.papers[p.ID] {
		return true
	}
	if slices.ContainsFunc(m.categories, func(c string) bool { return inCategory(p.Primary(), c) }) {
		return true
	}
	if len(m.authors) > 0 && slices.ContainsFunc(p.Authors, func(a paper.Author) bool { return m.authors[paper.FoldName(a.Name)] }) {
		return true
	}
	if len(m.words) == 0 {
		return false
	}
	text := strings.ToLower(p.Form.Text(p.Title) + "\n" + p.Form.Text(p.Abstract))
	return slices.ContainsFunc(m.words, func(w string) bool { return paper.HoldsWord(text, w) })
}

// Muted returns those of the papers that an account has muted.
func (s *Store) Muted(ctx context.Context, account int64, papers []*paper.Paper) (map[int64]bool, error) {
	m, err := s.muter(ctx, account)
	if err != nil {
		return nil, err
	}
	muted := map[int64]bool{}
	for _, p := range papers {
		if m.mutes(p) {
			muted[p.ID] = true
		}
	}
	return muted, nil
}

// Concern is a paper that concerns what a reader follows.
type Concern struct {
	Paper *paper.Paper
	Day   string // of its edition
	Why   string
}

// Followings are the papers of the last Window days that concern what a reader follows.
type Followings struct {
	Papers []Concern
	Next   string // where the list goes on; "" at the end
	Muted  int    // papers that were kept back by a mute, among those looked at
}

// Following joins what an account follows: the newest papers first, each once with its
// reasons, mutes applied; at most limit papers (200 at most), from a place on (Next)
// or from the beginning with "".
func (s *Store) Following(ctx context.Context, account int64, after string, limit int) (*Followings, error) {
	limit = min(max(limit, 1), 200)
	recents, err := s.Recent(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(recents))
	for i, p := range recents {
		ids[i] = p.Paper
	}
	f, err := s.follower(ctx, account, ids)
	if err != nil || f == nil {
		return &Followings{}, err
	}
	m, err := s.muter(ctx, account)
	if err != nil {
		return nil, err
	}
	day, last, _ := strings.Cut(after, " ")
	out := &Followings{}
	var batch []*Facts
	take := func() error {
		more, err := s.concerns(ctx, f, m, batch, out)
		out.Papers, batch = append(out.Papers, more...), batch[:0]
		return err
	}
	for _, p := range recents {
		if after != "" && (p.Day > day || p.Day == day && fmt.Sprintf("%012d", p.Paper) >= last) || f.why(p) == "" {
			continue
		}
		if batch = append(batch, p); len(batch) > limit {
			if err := take(); err != nil {
				return nil, err
			}
		}
		if len(out.Papers) > limit {
			break
		}
	}
	if err := take(); err != nil {
		return nil, err
	}
	if len(out.Papers) > limit {
		out.Papers = out.Papers[:limit]
		end := out.Papers[limit-1]
		out.Next = fmt.Sprintf("%s %012d", end.Day, end.Paper.ID)
	}
	return out, nil
}

// concerns reads papers and leaves out those that are muted.
func (s *Store) concerns(ctx context.Context, f *follower, m *muter, batch []*Facts, out *Followings) ([]Concern, error) {
	ids := make([]int64, len(batch))
	facts := map[int64]*Facts{}
	for i, p := range batch {
		ids[i], facts[p.Paper] = p.Paper, p
	}
	papers, err := s.papers.List(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	var list []Concern
	for _, p := range papers {
		if m.mutes(p) {
			out.Muted++
			continue
		}
		list = append(list, Concern{Paper: p, Day: facts[p.ID].Day, Why: f.why(facts[p.ID])})
	}
	return list, nil
}
