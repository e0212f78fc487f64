package harvest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/paper"
)

// Kind says as what a paper was announced in a category.
type Kind string

// The kinds.
const (
	New      Kind = "new"     // a first version, in its primary category or archive
	Crossed  Kind = "cross"   // listed there from elsewhere
	Replaced Kind = "replace" // a later version; the ledger does not count it
)

// Listing says that a paper was announced.
type Listing struct {
	Day      string // as arXiv dates the announcement
	Category string // one of those wanted
	Paper    string // its arXiv identifier
	Kind     Kind
	Rebuilt  bool // told from a datestamp, not read in an announcement
}

// ListedDay names an announcement that has been read whole.
type ListedDay struct{ Day, Category string }

// list notes what was announced. What an announcement says takes the place of what
// was told from datestamps, and is never displaced by it.
func (h *Harvester) list(ctx context.Context, tx *db.Tx, now time.Time, b *Batch) error {
	for _, d := range b.Days {
		if _, err := tx.Exec(ctx, `DELETE FROM listing WHERE day = $1 AND category = $2`, d.Day, d.Category); err != nil {
			return err
		}
		if err := h.checked(ctx, tx, now, d, false); err != nil {
			return err
		}
	}
	told, err := h.countable(ctx, tx, now, b.Listings)
	if err != nil {
		return err
	}
	var values []any
	seen := map[Listing]bool{}
	for _, l := range told {
		key := Listing{Day: l.Day, Category: l.Category, Paper: l.Paper}
		if !seen[key] {
			seen[key] = true
			values = append(values, l.Day, l.Category, l.Paper, l.Kind)
		}
	}
	return tx.InsertRows(ctx, `INSERT INTO listing (day, category, paper, kind) VALUES `,
		` ON CONFLICT (day, category, paper) DO UPDATE SET kind = excluded.kind`, 4, values)
}

// countable leaves out what was told from datestamps for days whose announcement has
// been read, and for papers that were announced before: theirs tell of a change that
// is no announcement.
func (h *Harvester) countable(ctx context.Context, tx *db.Tx, now time.Time, list []Listing) ([]Listing, error) {
	open := map[ListedDay]bool{} // of which only datestamps tell
	var papers []any
	for _, l := range list {
		d := ListedDay{l.Day, l.Category}
		if _, known := open[d]; !l.Rebuilt || known {
			continue
		}
		var err error
		if open[d], err = h.rebuild(ctx, tx, now, d); err != nil {
			return nil, err
		}
	}
	for _, l := range list {
		if l.Rebuilt && open[ListedDay{l.Day, l.Category}] {
			papers = append(papers, l.Paper)
		}
	}
	type listed struct{ paper, category string }
	first := map[listed]string{}
	for part := range slices.Chunk(papers, tx.Dialect.Parameters()) {
		if err := each(ctx, tx, func(scan func(...any) error) error {
			var l listed
			var day string
			err := scan(&l.paper, &l.category, &day)
			first[l] = day
			return err
		}, `SELECT paper, category, min(day) FROM listing WHERE kind <> 'replace' AND paper IN `+tx.Dialect.Rows(1, len(part), 1)+` GROUP BY paper, category`, part...); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(l Listing) bool {
		before, known := first[listed{l.Paper, l.Category}]
		return l.Rebuilt && (!open[ListedDay{l.Day, l.Category}] || known && before < l.Day)
	}), nil
}

// rebuild notes that a day is told from datestamps, and reports whether it is: not
// when its announcement has been read.
func (h *Harvester) rebuild(ctx context.Context, tx *db.Tx, now time.Time, d ListedDay) (bool, error) {
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM listing_day WHERE day = $1 AND category = $2 AND rebuilt = 0`, d.Day, d.Category).Scan(&n); err != nil || n > 0 {
		return false, err
	}
	return true, h.checked(ctx, tx, now, d, true)
}

func (h *Harvester) checked(ctx context.Context, tx *db.Tx, now time.Time, d ListedDay, rebuilt bool) error {
	flag := 0
	if rebuilt {
		flag = 1
	}
	_, err := tx.Exec(ctx, `INSERT INTO listing_day (day, category, rebuilt, checked) VALUES ($1, $2, $3, $4)
		ON CONFLICT (day, category) DO UPDATE SET rebuilt = excluded.rebuilt, checked = excluded.checked`, d.Day, d.Category, flag, db.Micros(now))
	return err
}

// Count sets what was announced against what is held.
type Count struct {
	Category  string // "" in a total
	Announced int    // as new or cross-listed
	Held      int    // with the whole record of arXiv's
	Late      int    // not held, and not due yet
	Missing   int    // not held, and overdue
}

// Ledger is what was announced on a day, or in a span of days, against what is held.
type Ledger struct {
	Day     string    // the newest of the span on which something was announced
	Counts  []Count   // by category
	Total   Count     // each paper once
	Checked time.Time // when the newest announcement was read
	Rebuilt bool      // some day was told from datestamps
}

// due is how long after the beginning of its day an announced paper may take to be
// held: arXiv's servers agree with each other within a day and a half.
const due = 36 * time.Hour

// held is the condition, of a listing, that the paper is held as arXiv describes it.
var held = fmt.Sprintf(`EXISTS (SELECT 1 FROM identifier JOIN paper ON paper.id = identifier.paper
	WHERE identifier.scheme = '%s' AND identifier.value = listing.paper AND paper.authority >= %d)`, paper.ArXiv, paper.FromArXiv)

// told are the listings of a span that the ledger counts, each with h, whether its
// paper is held.
var told = `SELECT day, category, paper, CASE WHEN ` + held + ` THEN 1 ELSE 0 END AS h
	FROM listing WHERE day BETWEEN $1 AND $2 AND kind <> 'replace'`

// LedgerOf returns the ledger of the days from one to another, nil when nothing is
// known of any of them.
func LedgerOf(ctx context.Context, d *db.DB, now time.Time, from, to string) (*Ledger, error) {
	var l *Ledger
	err := d.Snapshot(ctx, func(tx *db.Tx) error {
		days, err := ledgers(ctx, tx, now, from, to)
		if err != nil || len(days) == 0 {
			return err
		}
		l = together(days)
		// A paper that was listed on two days counts once.
		c := &l.Total
		if err := tx.QueryRow(ctx, `SELECT count(*), coalesce(sum(h), 0), coalesce(sum(CASE WHEN h = 0 AND day > $3 THEN 1 ELSE 0 END), 0) FROM (
			SELECT paper, max(day) AS day, max(h) AS h FROM (`+told+`) AS told GROUP BY paper) AS papers`, from, to, overdue(now)).Scan(&c.Announced, &c.Held, &c.Late); err != nil {
			return err
		}
		c.Missing = c.Announced - c.Held - c.Late
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the ledger from %s to %s: %w", from, to, err)
	}
	return l, nil
}

// LedgerDays returns the ledger of each day from one to another of which anything is
// known, ascending.
func LedgerDays(ctx context.Context, d *db.DB, now time.Time, from, to string) ([]Ledger, error) {
	var days []Ledger
	err := d.Snapshot(ctx, func(tx *db.Tx) (err error) {
		days, err = ledgers(ctx, tx, now, from, to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the ledgers from %s to %s: %w", from, to, err)
	}
	return days, nil
}

// overdue returns the newest day whose papers that are not held are missing, not
// merely late.
func overdue(now time.Time) string { return now.Add(-due).UTC().Format(time.DateOnly) }

func ledgers(ctx context.Context, tx *db.Tx, now time.Time, from, to string) ([]Ledger, error) {
	var days []Ledger
	at := map[string]int{}
	if err := each(ctx, tx, func(scan func(...any) error) error {
		var l Ledger
		var checked, rebuilt int64
		if err := scan(&l.Day, &checked, &rebuilt); err != nil {
			return err
		}
		l.Checked, l.Rebuilt = db.Time(checked), rebuilt == 1
		at[l.Day] = len(days)
		days = append(days, l)
		return nil
	}, `SELECT day, max(checked), max(rebuilt) FROM listing_day WHERE day BETWEEN $1 AND $2 GROUP BY day ORDER BY day`, from, to); err != nil {
		return nil, err
	}
	late := overdue(now)
	count := func(scan func(...any) error) error {
		var day string
		var c Count
		if err := scan(&day, &c.Category, &c.Announced, &c.Held); err != nil {
			return err
		}
		if n := c.Announced - c.Held; day > late {
			c.Late = n
		} else {
			c.Missing = n
		}
		if i, ok := at[day]; ok && c.Category == "" {
			days[i].Total = c
		} else if ok {
			days[i].Counts = append(days[i].Counts, c)
		}
		return nil
	}
	if err := each(ctx, tx, count, `SELECT day, category, count(*), sum(h) FROM (`+told+`) AS told GROUP BY day, category ORDER BY day, category`, from, to); err != nil {
		return nil, err
	}
	return days, each(ctx, tx, count, `SELECT day, '', count(*), sum(h) FROM (
		SELECT day, paper, max(h) AS h FROM (`+told+`) AS told GROUP BY day, paper) AS papers GROUP BY day`, from, to)
}

// each runs a query and hands each row to f.
func each(ctx context.Context, q db.Querier, f func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// together adds the ledgers of some days up by category.
func together(days []Ledger) *Ledger {
	l := &Ledger{Day: days[len(days)-1].Day}
	sum := map[string]*Count{}
	for _, d := range days {
		if len(d.Counts) > 0 {
			l.Day = d.Day
		}
		if d.Checked.After(l.Checked) {
			l.Checked = d.Checked
		}
		l.Rebuilt = l.Rebuilt || d.Rebuilt
		for _, c := range d.Counts {
			s := sum[c.Category]
			if s == nil {
				s = &Count{Category: c.Category}
				sum[c.Category] = s
			}
			s.Announced, s.Held, s.Late, s.Missing = s.Announced+c.Announced, s.Held+c.Held, s.Late+c.Late, s.Missing+c.Missing
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sum)) {
		l.Counts = append(l.Counts, *sum[name])
	}
	return l
}

// Newest returns the newest day on which something was announced, "" when there is
// none.
func Newest(ctx context.Context, d *db.DB) (string, error) {
	var day string
	err := d.QueryRow(ctx, `SELECT coalesce(max(day), '') FROM listing`).Scan(&day)
	return day, err
}
