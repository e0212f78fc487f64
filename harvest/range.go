package harvest

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"broadsheet/fault"
)

// backfill asks arXiv's API for the papers of some categories that were submitted in a
// span of days, both ends included: for a past that the other sources do not reach.
type backfill struct {
	api        atomAPI
	categories []string
	from, to   string
}

// Backfill returns the source of the papers submitted from one day to another, as
// arXiv's API has them.
func Backfill(s Settings, from, to string) (Source, error) {
	if s.API == "" {
		return nil, fault.Invalid("There is no address to ask for papers of the past; set --arxiv-api.")
	}
	for _, day := range []string{from, to} {
		if dayTime(day).IsZero() {
			return nil, fault.Invalid("%q is no day; write it as 2026-04-14.", day)
		}
	}
	if from > to {
		return nil, fault.Invalid("%s comes after %s; name the earlier day first.", from, to)
	}
	return &backfill{api: atomAPI{s.API, Client{Pace: s.Arxiv, Wait: s.Wait}}, categories: s.Categories, from: from, to: to}, nil
}

// Name tells one span from another, so that each continues where it was.
func (r *backfill) Name() string {
	return fmt.Sprintf("arxiv-api %s..%s %s", r.from, r.to, strings.Join(r.categories, ","))
}

// Fetch asks for a day at a time, since arXiv answers long lists badly; its place is
// the day and the number of papers of it that have been given. At the end it is
// behind the last day, so that a span is fetched once.
func (r *backfill) Fetch(ctx context.Context, place string, give func(*Batch) error) error {
	day, skip := r.from, 0
	if place != "" {
		if _, err := fmt.Sscanf(place, "%s %d", &day, &skip); err != nil {
			return fmt.Errorf("the place %q cannot be read: %w", place, err)
		}
	}
	for day <= r.to {
		b, err := r.page(ctx, &day, &skip)
		if err != nil {
			return err
		}
		if err := give(b); err != nil {
			return err
		}
	}
	return nil
}

// page asks for the papers of a day behind the first ones, and moves day and skip on.
func (r *backfill) page(ctx context.Context, day *string, skip *int) (*Batch, error) {
	at := dayTime(*day)
	query := url.Values{
		"search_query": {fmt.Sprintf("(%s) AND submittedDate:[%[2]s0000 TO %[2]s2359]", r.terms(), at.Format("20060102"))},
		"sortBy":       {"submittedDate"}, "sortOrder": {"ascending"},
		"start": {strconv.Itoa(*skip)}, "max_results": {strconv.Itoa(idsAtOnce)},
	}
	f, b, err := r.api.ask(ctx, query, func(f *atomFeed) bool { return len(f.Entries) > 0 || *skip >= f.Total })
	if err != nil {
		return nil, fmt.Errorf("the papers of %s: %w", *day, err)
	}
	if *skip += len(f.Entries); *skip >= f.Total {
		*day, *skip = at.AddDate(0, 0, 1).Format(time.DateOnly), 0
	}
	b.Expected, b.Place = 0, fmt.Sprintf("%s %d", *day, *skip)
	return b, nil
}

// terms asks for any of the categories; of an archive, for all that are in it.
func (r *backfill) terms() string {
	var terms []string
	for _, c := range r.categories {
		if !strings.Contains(c, ".") && !strings.Contains(physics, " "+c+" ") {
			c += ".*"
		}
		terms = append(terms, "cat:"+c)
	}
	return strings.Join(terms, " OR ")
}
