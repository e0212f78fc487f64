package harvest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

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
