package backup

import (
	"context"
	"fmt"
	"time"
)

// Prune removes the points that say little any more, and the packs that no other point
// needs: every point of the last two days stays, then the last one of each day for sixty
// days, then the last one of each month. It returns how many of each it removed. A pack
// of the last day stays in any case: a backup that is under way may need it.
func (v *Vault) Prune(ctx context.Context, now time.Time) (points, packs int, err error) {
	times, err := v.Times(ctx)
	if err != nil {
		return 0, 0, err
	}
	kept, gone := keepers(times, now)
	used := map[string]bool{}
	for _, at := range kept { // one that cannot be read stops it: what it needs is not known
		p, err := v.read(ctx, at)
		if err != nil {
			return 0, 0, fmt.Errorf("remove old backups: %w", err)
		}
		for _, k := range p.Packs {
			used[k.name()] = true
		}
	}
	for _, at := range gone {
		if err := v.store.remove(ctx, pointName(at)); err != nil {
			return points, 0, err
		}
		points++
	}
	list, err := v.store.list(ctx, "packs/")
	if err != nil {
		return points, 0, err
	}
	for _, o := range list {
		if used[o.name] || now.Sub(o.at) < 24*time.Hour {
			continue
		}
		if err := v.store.remove(ctx, o.name); err != nil {
			return points, packs, err
		}
		packs++
	}
	return points, packs, nil
}

// keepers parts the times of points, the newest first, into those that stay and others.
func keepers(times []time.Time, now time.Time) (kept, gone []time.Time) {
	spans := map[string]bool{}
	for i, at := range times {
		age := now.Sub(at)
		span := at.Format("2006-01-02")
		if age > 60*24*time.Hour {
			span = at.Format("2006-01")
		}
		if i > 0 && age > 48*time.Hour && spans[span] {
			gone = append(gone, at)
			continue
		}
		spans[span] = true
		kept = append(kept, at)
	}
	return kept, gone
}
