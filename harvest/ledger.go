package harvest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
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
	read := map[ListedDay]bool{} // days that only datestamps told of so far
	for _, l := range b.Listings {
		if l.Rebuilt {
			d := ListedDay{l.Day, l.Category}
			rebuilt, known := read[d]
			if !known {
				var n int
				if err := tx.QueryRow(ctx, `SELECT count(*) FROM listing_day WHERE day = $1 AND category = $2 AND rebuilt = 0`, l.Day, l.Category).Scan(&n); err != nil {
					return err
				}
				rebuilt = n == 0
				read[d] = rebuilt
				if rebuilt {
					if err := h.checked(ctx, tx, now, d, true); err != nil {
						return err
					}
				}
			}
			if !rebuilt {
				continue
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO listing (day, category, paper, kind) VALUES ($1, $2, $3, $4)
			ON CONFLICT (day, category, paper) DO UPDATE SET kind = excluded.kind`, l.Day, l.Category, l.Paper, l.Kind); err != nil {
			return err
		}
	}
	return nil
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

// Ledger is what was announced in a span of days against what is held.
type Ledger struct {
	Day     string // the newest of the span that was announced
	Counts  []Count
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

// LedgerOf returns the ledger of the days from one to another, nil when nothing is
// known of any of them.
func LedgerOf(ctx context.Context, d *db.DB, now time.Time, from, to string) (*Ledger, error) {
	l := &Ledger{}
	late := now.Add(-due).UTC().Format(time.DateOnly) // what was announced after it is not due yet
	err := d.Snapshot(ctx, func(tx *db.Tx) error {
		var checked int64
		var rebuilt, days int
		if err := tx.QueryRow(ctx, `SELECT count(*), coalesce(max(day), ''), coalesce(max(checked), 0), coalesce(max(rebuilt), 0)
			FROM listing_day WHERE day BETWEEN $1 AND $2`, from, to).Scan(&days, &l.Day, &checked, &rebuilt); err != nil || days == 0 {
			l = nil
			return err
		}
		l.Checked, l.Rebuilt = db.Time(checked), rebuilt == 1
		rows, err := tx.Query(ctx, `SELECT category, count(*), sum(h), sum(CASE WHEN h = 0 AND day > $3 THEN 1 ELSE 0 END) FROM (
			SELECT category, day, CASE WHEN `+held+` THEN 1 ELSE 0 END AS h FROM listing WHERE day BETWEEN $1 AND $2 AND kind <> 'replace') told
			GROUP BY category ORDER BY category`, from, to, late)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c Count
			if err := rows.Scan(&c.Category, &c.Announced, &c.Held, &c.Late); err != nil {
				return err
			}
			c.Missing = c.Announced - c.Held - c.Late
			l.Counts = append(l.Counts, c)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close()
		t := &l.Total
		if err := tx.QueryRow(ctx, `SELECT count(*), coalesce(sum(h), 0), coalesce(sum(CASE WHEN h = 0 AND day > $3 THEN 1 ELSE 0 END), 0) FROM (
			SELECT paper, max(day) AS day, max(CASE WHEN `+held+` THEN 1 ELSE 0 END) AS h FROM listing
			WHERE day BETWEEN $1 AND $2 AND kind <> 'replace' GROUP BY paper) told`, from, to, late).Scan(&t.Announced, &t.Held, &t.Late); err != nil {
			return err
		}
		t.Missing = t.Announced - t.Held - t.Late
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the ledger from %s to %s: %w", from, to, err)
	}
	return l, nil
}

// Newest returns the newest day of which an announcement is known, "" when none is.
func Newest(ctx context.Context, d *db.DB) (string, error) {
	var day string
	err := d.QueryRow(ctx, `SELECT coalesce(max(day), '') FROM listing_day`).Scan(&day)
	return day, err
}

// Absent is a paper that was announced and is not held.
type Absent struct {
	Paper    string
	Day      string // of the announcement, the newest
	Category string // one of those it was announced in
	Reason   string
	Tries    int
	Next     time.Time // of the next try
}

// AllAbsent returns the papers that were announced since a day and are not held,
// the newest first, at most limit of them, and how many there are.
func AllAbsent(ctx context.Context, d *db.DB, since string, limit int) ([]Absent, int, error) {
	rows, err := d.Query(ctx, `SELECT listing.paper, max(listing.day), min(listing.category), coalesce(max(absent.reason), ''), coalesce(max(absent.tries), 0), coalesce(max(absent.next), 0)
		FROM listing LEFT JOIN absent ON absent.paper = listing.paper
		WHERE listing.day >= $1 AND listing.kind <> 'replace' AND NOT `+held+`
		GROUP BY listing.paper ORDER BY 2 DESC, 1`, since)
	if err != nil {
		return nil, 0, fmt.Errorf("look for the papers that are missing: %w", err)
	}
	defer rows.Close()
	var list []Absent
	total := 0
	for rows.Next() {
		var a Absent
		var next int64
		if err := rows.Scan(&a.Paper, &a.Day, &a.Category, &a.Reason, &a.Tries, &next); err != nil {
			return nil, 0, err
		}
		if total++; total > limit {
			continue
		}
		a.Reason = cmp.Or(a.Reason, "Announced; its record has not come yet.")
		a.Next = db.Time(next)
		list = append(list, a)
	}
	return list, total, rows.Err()
}

// Fill asks arXiv's API for the papers that were announced since a day and are not
// held, those whose next try is due or, when all is set, every one of them. It
// returns how many it asked for and how many of them came.
func (h *Harvester) Fill(ctx context.Context, since string, all bool) (asked, came int, err error) {
	if h.Settings.API == "" {
		return 0, 0, fault.Invalid("There is no address to ask for missing papers; set --arxiv-api.")
	}
	const most = 100_000
	list, _, err := AllAbsent(ctx, h.db(), since, most)
	if err != nil {
		return 0, 0, err
	}
	now := h.now()
	list = slices.DeleteFunc(list, func(a Absent) bool { return !all && a.Next.After(now) })
	api := atomAPI{h.Settings.API, Client{Pace: h.Settings.Arxiv, Wait: h.Settings.Wait}}
	const name = "arxiv-api"
	if _, err := h.begin(ctx, name); err != nil || len(list) == 0 {
		return 0, 0, err
	}
	for part := range slices.Chunk(list, idsAtOnce) {
		got, err := h.fill(ctx, &api, name, part)
		asked, came = asked+len(part), came+got
		if h.Progress != nil {
			h.Progress(Step{Source: name, Got: came, Made: came, Expected: len(list)})
		}
		if err != nil {
			return asked, came, h.failed(ctx, name, err)
		}
	}
	return asked, came, h.end(ctx, name, nil)
}

func (h *Harvester) failed(ctx context.Context, name string, err error) error {
	if end := h.end(context.WithoutCancel(ctx), name, err); end != nil {
		return end
	}
	return fmt.Errorf("ask %s for the missing papers: %w", name, err)
}

// fill asks for some papers and stores those that come.
func (h *Harvester) fill(ctx context.Context, api *atomAPI, name string, part []Absent) (came int, err error) {
	ids := make([]string, len(part))
	for i, a := range part {
		ids[i] = a.Paper
	}
	b, err := api.byID(ctx, ids)
	reason := "arXiv’s API does not know it."
	if err != nil {
		if ctx.Err() != nil || fault.KindOf(err) == fault.Internal {
			reason = "arXiv’s API did not answer: " + clip(err.Error(), 120)
		} else {
			reason = fault.Message(err)
		}
		b = &Batch{}
	}
	got := map[string]bool{}
	for _, p := range b.Papers {
		got[p.ArXiv()] = true
	}
	if _, e := h.store(ctx, name, b); e != nil {
		return 0, e
	}
	noted := h.note(ctx, part, got, reason)
	if err == nil {
		err = noted
	}
	return len(got), err
}

// note keeps, for each paper that did not come, why, and when to try again.
func (h *Harvester) note(ctx context.Context, part []Absent, got map[string]bool, reason string) error {
	now := h.now()
	return h.db().Transact(ctx, func(tx *db.Tx) error {
		for _, a := range part {
			if got[a.Paper] {
				if _, err := tx.Exec(ctx, `DELETE FROM absent WHERE paper = $1`, a.Paper); err != nil {
					return err
				}
				continue
			}
			pause := min(time.Hour<<min(a.Tries, 10), 7*24*time.Hour)
			if _, err := tx.Exec(ctx, `INSERT INTO absent (paper, day, reason, tries, next) VALUES ($1, $2, $3, 1, $4)
				ON CONFLICT (paper) DO UPDATE SET day = excluded.day, reason = excluded.reason, tries = absent.tries + 1, next = excluded.next`,
				a.Paper, a.Day, reason, db.Micros(now.Add(pause))); err != nil {
				return err
			}
		}
		return nil
	})
}
