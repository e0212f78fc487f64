package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"broadsheet/backup"
	"broadsheet/edition"
	"broadsheet/harvest"
	"broadsheet/mirror"
	"broadsheet/web"
)

// report answers what the pages say of the harvest: the ledger, the sources, how far
// the first harvest is.
type report struct {
	*House

	mu      sync.Mutex
	ledgers map[edition.Span]keptLedger
}

type keptLedger struct {
	until time.Time
	state uint64
	told  *web.LedgerDay
}

// Ledgers are counted from their listings. One is kept for as long as nothing has
// changed, and for a moment when something has: months have tens of thousands of
// listings, and a page may be asked for a thousand times in a second.
const (
	ledgerAge   = 10 * time.Second
	ledgersKept = 1000
)

// Ledger returns the ledger of a span, nil when nothing is known of it.
func (r *report) Ledger(ctx context.Context, span edition.Span) (*web.LedgerDay, error) {
	now, state := r.Config.Now(), r.State()
	r.mu.Lock()
	kept, ok := r.ledgers[span]
	r.mu.Unlock()
	if ok && (kept.state == state || now.Before(kept.until)) {
		return kept.told, nil
	}
	l, err := harvest.LedgerOf(ctx, r.DB, now, span.From, span.To)
	if err != nil {
		return nil, err
	}
	kept = keptLedger{until: now.Add(ledgerAge), state: state}
	if l != nil {
		kept.told = ledgerDay(l)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ledgers == nil || len(r.ledgers) >= ledgersKept {
		r.ledgers = map[edition.Span]keptLedger{}
	}
	r.ledgers[span] = kept
	return kept.told, nil
}

func ledgerDay(l *harvest.Ledger) *web.LedgerDay {
	d := &web.LedgerDay{Day: l.Day, Total: web.LedgerCount(l.Total), Checked: l.Checked, Rebuilt: l.Rebuilt}
	for _, c := range l.Counts {
		d.Rows = append(d.Rows, web.LedgerCount(c))
	}
	return d
}

// back is how many days the report looks back.
const back = 30

// Status returns what the report page says of sources and ledger.
func (r *report) Status(ctx context.Context) (web.StatusData, error) {
	now := r.Config.Now()
	var s web.StatusData
	runs, err := harvest.Runs(ctx, r.DB)
	if err != nil {
		return s, err
	}
	going, err := harvest.Going(ctx, r.DB, now)
	if err != nil {
		return s, err
	}
	for _, run := range runs {
		s.Sources = append(s.Sources, sourceOf(run, going, now))
		if run.Failed != "" {
			s.Notes = append(s.Notes, web.Note{Strong: sourceName(run.Source) + " is failing.", Text: run.Failed + nextTry(run.Next)})
		}
	}
	if err := r.peers(ctx, &s); err != nil {
		return s, err
	}
	if err := r.gaps(ctx, now, &s); err != nil {
		return s, err
	}
	if r.Search != nil {
		words, meaning := r.Search.Docs()
		s.Facts = append(s.Facts, web.Fact{Name: "Found by words", Value: edition.Thousands(words)}, web.Fact{Name: "Found by meaning", Value: edition.Thousands(meaning)})
		if name, n := r.Search.Coming(); name != "" {
			s.Facts = append(s.Facts, web.Fact{Name: "Found by " + name + ", which comes next", Value: edition.Thousands(n)})
		}
	}
	if err := r.backups(ctx, &s); err != nil {
		return s, err
	}
	bad, total, err := harvest.Quarantine(ctx, r.DB, 1)
	if err != nil {
		return s, err
	}
	if total > 0 {
		s.Notes = append(s.Notes, web.Note{
			Strong: fmt.Sprintf("%s lines or records could not be used.", edition.Thousands(total)),
			Text:   fmt.Sprintf("The newest: %s, line %d: %s", bad[0].File, bad[0].Line, bad[0].Reason),
		})
	}
	s.Harvested, err = harvest.Harvested(ctx, r.DB, now, back)
	return s, err
}

// peers fills in how far the instances that are followed have been read.
func (r *report) peers(ctx context.Context, s *web.StatusData) error {
	list, err := mirror.States(ctx, r.DB)
	if err != nil {
		return err
	}
	for _, p := range list {
		row := web.Source{Name: p.Name, Ran: p.Asked, Got: int(p.Seq), State: web.Done, Says: "Followed"}
		if anew := p.AnewSince(r.Config.Now().Add(-mirror.Remembered)); anew != "" {
			s.Notes = append(s.Notes, web.Note{Strong: p.Name + " has begun anew.", Text: anew})
		}
		switch behind := p.Latest - p.Seq; {
		case p.Failed != "":
			row.State, row.Says = web.Failed, "Failed"
			s.Notes = append(s.Notes, web.Note{Strong: p.Name + " cannot be followed.", Text: p.Failed})
		case behind > 0:
			row.State, row.Says = web.Running, edition.Thousands(int(behind))+" changes to come"
		}
		s.Sources = append(s.Sources, row)
	}
	return nil
}

// backups fills in how the last backup went.
func (r *report) backups(ctx context.Context, s *web.StatusData) error {
	list, err := backup.Last(ctx, r.DB)
	if err != nil || len(list) == 0 {
		return err
	}
	newest := list[0].Point
	for _, b := range list {
		if b.Point.After(newest) {
			newest = b.Point
		}
	}
	value := "None yet"
	if !newest.IsZero() {
		value = newest.Format("2 January 2006, 15:04 UTC")
	}
	s.Facts = append(s.Facts, web.Fact{Name: "Last backup", Value: value})
	if list[0].Failed != "" {
		s.Notes = append(s.Notes, web.Note{Strong: "The last backup failed.", Text: "It will be tried again; broadsheet doctor says why it failed."})
	}
	return nil
}

// gaps fills in the ledger of the newest day, that of the days before it, and what
// is missing.
func (r *report) gaps(ctx context.Context, now time.Time, s *web.StatusData) error {
	newest, err := harvest.Newest(ctx, r.DB)
	if err != nil || newest == "" {
		return err
	}
	last, err := edition.ParseDay(newest)
	if err != nil {
		return err
	}
	from := last.AddDate(0, 0, 1-back)
	days, err := harvest.LedgerDays(ctx, r.DB, now, from.Format(time.DateOnly), newest)
	if err != nil {
		return err
	}
	s.Back = map[string][]web.LedgerCount{}
	for _, d := range days {
		at, err := edition.ParseDay(d.Day)
		if err != nil {
			return err
		}
		for _, c := range append(d.Counts, d.Total) {
			if s.Back[c.Category] == nil {
				s.Back[c.Category] = make([]web.LedgerCount, back)
			}
			s.Back[c.Category][int(at.Sub(from).Hours())/24] = web.LedgerCount(c)
		}
		if d.Day == newest {
			s.Ledger = ledgerDay(&d)
		}
	}
	const named = 100
	absent, _, err := harvest.AllAbsent(ctx, r.DB, from.Format(time.DateOnly), named)
	for _, a := range absent {
		s.Missing = append(s.Missing, web.Absent{ID: a.Paper, Category: a.Category, Day: a.Day, Reason: a.Reason, Next: a.Next})
	}
	return err
}

func sourceOf(run harvest.Ran, going bool, now time.Time) web.Source {
	s := web.Source{Name: sourceName(run.Source), Ran: run.Began, Took: run.Ended.Sub(run.Began), Got: run.Got, State: web.Done, Says: "Current", Next: run.Next}
	switch {
	case run.Ended.IsZero() && going:
		s.Took, s.State, s.Says = now.Sub(run.Began), web.Running, "Fetching"
	case run.Ended.IsZero():
		s.Took, s.State, s.Says = 0, web.Waiting, "Interrupted"
	case run.Failed != "":
		s.State, s.Says = web.Failed, "Failed"
	}
	return s
}

// sourceName is a source's name for people.
func sourceName(key string) string {
	names := map[string]string{"arxiv-oai": "arXiv, OAI-PMH", "arxiv-feed": "arXiv, daily feeds", "arxiv-api": "arXiv, API", "huggingface": "huggingface.co"}
	if name, ok := names[key]; ok {
		return name
	}
	return key
}

func nextTry(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return fmt.Sprintf(" Next try at %s.", at.UTC().Format("15:04 UTC"))
}

// Progress returns how far the first harvest is: what was announced on the newest
// day against what is held of it, or, before any announcement was read, what the
// sources have given.
func (r *report) Progress(ctx context.Context) (web.ProgressData, error) {
	now := r.Config.Now()
	var p web.ProgressData
	going, err := harvest.Going(ctx, r.DB, now)
	if err != nil || !going {
		return p, err
	}
	p.Harvesting = true
	runs, err := harvest.Runs(ctx, r.DB)
	if err != nil {
		return p, err
	}
	began := now
	for _, run := range runs {
		p.Got += run.Got
		if run.Began.Before(began) {
			began = run.Began
		}
	}
	newest, err := harvest.Newest(ctx, r.DB)
	if err != nil || newest == "" {
		return p, err
	}
	l, err := harvest.LedgerOf(ctx, r.DB, now, newest, newest)
	if err != nil || l == nil {
		return p, err
	}
	p.Got, p.Of = l.Total.Held, l.Total.Announced
	if p.Got > 0 {
		p.Left = now.Sub(began) / time.Duration(p.Got) * time.Duration(p.Of-p.Got)
	}
	counts := map[string]harvest.Count{}
	for _, c := range r.Config.Edition.Categories {
		counts[c] = harvest.Count{Category: c}
	}
	for _, c := range l.Counts {
		counts[c.Category] = c
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		p.Rows = append(p.Rows, progressOf(counts[name]))
	}
	return p, nil
}

func progressOf(c harvest.Count) web.ProgressRow {
	row := web.ProgressRow{Category: c.Category, Announced: c.Announced, Held: c.Held, State: web.Running}
	switch {
	case c.Held == c.Announced && c.Held > 0:
		row.State = web.Done
	case c.Held == 0:
		row.State = web.Waiting
	}
	return row
}
