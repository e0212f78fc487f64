package paper

import (
	"cmp"
	"slices"
)

// Join puts what a source says onto what is held and returns the result;
// neither argument is changed. The rules:
//
//   - Of two authorities the higher one's word stands and the lower one's fills
//     what the higher left out. Of equal ones the newer word stands (by Revised;
//     on a tie the one said last).
//   - Title, abstract and form go together, and so do an author's parts.
//   - Identifiers, links and versions are united; a claim, once seen, stays.
//   - The earliest announcement and the earliest feature stand.
//   - The newest figures stand.
//
// Joining the same word twice changes nothing, so a repeated harvest is
// harmless.
func Join(held, said *Paper) *Paper {
	first, second := said, held
	if said.Authority < held.Authority || said.Authority == held.Authority && said.Revised.Before(held.Revised) {
		first, second = held, said
	}
	p := *first
	p.ID, p.Key, p.Here, p.Since = held.ID, held.Key, held.Here, held.Since
	text := first
	if first.Title == "" || first.Abstract == "" && second.Title != "" && second.Abstract != "" {
		text = second
	}
	p.Title, p.Abstract, p.Form = text.Title, text.Abstract, text.Form
	p.Identifiers = sortIdentifiers(append(slices.Clone(held.Identifiers), said.Identifiers...))
	p.Categories = orElse(first.Categories, second.Categories)
	if p.Submitted.IsZero() {
		p.Submitted = second.Submitted
	}
	if second.Revised.After(p.Revised) {
		p.Revised = second.Revised
	}
	if p.Announced == "" || second.Announced != "" && second.Announced < p.Announced {
		p.Announced = second.Announced
	}
	p.Figures = held.Figures
	if said.Figures.At.After(held.Figures.At) {
		p.Figures = said.Figures
	}
	p.Record = Record{
		AbstractBy:   text.AbstractBy,
		Authors:      joinAuthors(first, second),
		AuthorCount:  max(first.AuthorCount, second.AuthorCount),
		Topics:       orElse(first.Topics, second.Topics),
		Comment:      cmp.Or(first.Comment, second.Comment),
		JournalRef:   cmp.Or(first.JournalRef, second.JournalRef),
		Licence:      cmp.Or(first.Licence, second.Licence),
		Organisation: cmp.Or(first.Organisation, second.Organisation),
		Links:        joinLinks(held.Links, said.Links),
		Versions:     joinVersions(first.Versions, second.Versions),
		Featured:     cmp.Or(held.Featured, said.Featured),
	}
	if s := said.Featured; s != nil && s.At.Before(p.Featured.At) {
		p.Featured = s
	}
	return &p
}

func orElse[T any](a, b []T) []T {
	if len(a) > 0 {
		return a
	}
	return b
}

// joinAuthors takes the first's list, or the second's when the first's is known
// to be cut, and carries over from the other what people have claimed and where
// they work.
func joinAuthors(first, second *Paper) []Author {
	list, other := first.Authors, second.Authors
	if len(list) == 0 || len(list) < first.AuthorCount && len(other) > len(list) {
		list, other = other, list
	}
	known := map[string]*Author{}
	for i := range other {
		if a := &other[i]; a.Claimed || len(a.Affiliations) > 0 {
			known[a.Name] = a
		}
	}
	if len(known) == 0 {
		return list
	}
	list = slices.Clone(list)
	for i := range list {
		a := &list[i]
		o := known[a.Name]
		if o == nil {
			continue
		}
		a.Claimed = a.Claimed || o.Claimed
		a.User = cmp.Or(a.User, o.User)
		a.Affiliations = orElse(a.Affiliations, o.Affiliations)
	}
	return list
}

// joinLinks keeps the held links in their order, with the stars said last, and
// puts the new ones behind them.
func joinLinks(held, said []Link) []Link {
	if len(said) == 0 {
		return held
	}
	list := slices.Clone(held)
	for _, l := range said {
		i := slices.IndexFunc(list, func(h Link) bool { return h.Kind == l.Kind && h.URL == l.URL })
		switch {
		case i < 0:
			list = append(list, l)
		default:
			list[i].Reader = list[i].Reader && l.Reader
			if l.Stars > 0 {
				list[i].Stars = l.Stars
			}
		}
	}
	return list
}

func joinVersions(first, second []Version) []Version {
	if len(second) == 0 {
		return first
	}
	list := slices.Clone(first)
	for _, v := range second {
		if !slices.ContainsFunc(first, func(f Version) bool { return f.N == v.N }) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(a, b Version) int { return a.N - b.N })
	return list
}
