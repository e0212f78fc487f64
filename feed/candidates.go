package feed

import (
	"cmp"
	"slices"
	"time"

	"broadsheet/edition"
	"broadsheet/paper"
)

// Rank puts the candidates of a day's edition into the order in which the desk sees
// them, and returns by the papers' numbers what the forecast says of each: those that
// are kept stand first, in their order; then the others, by how many readers put them
// in and then by the forecast.
func (f *Feeds) Rank(day string, now time.Time, list []edition.Candidate) map[int64]string {
	papers := make([]*paper.Paper, len(list))
	for i, c := range list {
		papers[i] = c.Paper
	}
	why := map[int64]string{}
	score := map[int64]float64{}
	for i, x := range f.Expect(day, now, papers) {
		why[papers[i].ID], score[papers[i].ID] = x.Why, x.Score
	}
	slices.SortStableFunc(list, func(a, b edition.Candidate) int {
		if a.Pick == edition.Kept || b.Pick == edition.Kept {
			return cmp.Compare(cmp.Or(a.Ord, len(list)+1), cmp.Or(b.Ord, len(list)+1))
		}
		return cmp.Or(cmp.Compare(len(b.PutIn), len(a.PutIn)), cmp.Compare(score[b.Paper.ID], score[a.Paper.ID]))
	})
	return why
}
