package server

import (
	"context"
	"fmt"
	"time"

	"broadsheet/account"
	"broadsheet/backup"
	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/harvest"
	"broadsheet/outbox"
	"broadsheet/web"
)

// deeds are what an administrator may ask of this process.
func (h *House) deeds() (list []string) {
	if h.Harvests {
		list = append(list, web.DeedHarvest)
	}
	if h.BacksUpTo != "" {
		list = append(list, web.DeedBackup, web.DeedRehearse)
	}
	return list
}

// operate asks for a deed in the database, where whichever process does such things sees
// it, and writes down who asked.
func (h *House) operate(ctx context.Context, actor int64, deed string) error {
	return h.DB.Transact(ctx, func(tx *db.Tx) error {
		var err error
		switch {
		case deed == web.DeedHarvest && h.Harvests:
			err = harvest.Soon(ctx, tx)
		case deed == web.DeedBackup && h.BacksUpTo != "":
			err = backup.Ask(ctx, tx, h.BacksUpTo, backup.DeedBackup)
		case deed == web.DeedRehearse && h.BacksUpTo != "":
			err = backup.Ask(ctx, tx, h.BacksUpTo, backup.DeedRehearsal)
		case deed == web.DeedPause:
			err = outbox.Pause(ctx, tx, h.Config.Now())
		case deed == web.DeedResume:
			err = outbox.Resume(ctx, tx)
		default:
			return fault.Invalid("This server does no such thing.")
		}
		if err != nil {
			return err
		}
		return account.Audit(ctx, tx, h.Config.Now(), actor, deed, "", "")
	})
}

// rehearsed says how the restore of a place was last rehearsed.
func rehearsed(b backup.Ran) web.Fact {
	f := web.Fact{Name: "Last rehearsal of a restore", Value: "none"}
	switch {
	case b.Asked == backup.DeedRehearsal:
		f.Value = "asked for"
	case b.Rehearsal != "":
		f.Value = fmt.Sprintf("%s, failed: %s", b.Rehearsed.Format("2 Jan 15:04 UTC"), b.Rehearsal)
	case !b.Rehearsed.IsZero():
		f.Value = b.Rehearsed.Format("2 Jan 15:04 UTC") + ", good"
	}
	return f
}

// unrehearsed says what is due when no restore has been rehearsed for long, "" when one has.
func unrehearsed(list []backup.Ran, now time.Time) (title, text string) {
	const promise = 30 * 24 * time.Hour
	var last time.Time
	for _, b := range list {
		if b.Rehearsal == "" && b.Rehearsed.After(last) {
			last = b.Rehearsed
		}
	}
	text = "Backups that are never read may be good. A rehearsal restores one beside the instance, asks it for its pages and removes it: broadsheet backup rehearse, or the button below."
	switch {
	case last.IsZero():
		return "No restore was ever rehearsed.", text
	case now.Sub(last) > promise:
		return fmt.Sprintf("The last rehearsal of a restore is %d days old.", int(now.Sub(last).Hours()/24)), text
	}
	return "", ""
}

// pace says how long the disk lasts when papers go on coming as in the last thirty days'
// editions and take as much room as those that are held; "" when nobody can say.
func pace(taken, held, came int, free uint64) string {
	const days, year = 30, 365
	if held == 0 || came == 0 || free == 0 {
		return ""
	}
	daily := float64(taken) / float64(held) * float64(came) / days
	says := "for more than ten years"
	switch left := float64(free) / daily; {
	case left < 2*days:
		says = fmt.Sprintf("for about %d days", int(left))
	case left < 2*year:
		says = fmt.Sprintf("for about %d months", int(left/days))
	case left < 10*year:
		says = fmt.Sprintf("for about %d years", int(left/year))
	}
	return fmt.Sprintf("%s a day, room %s", size(uint64(daily)), says)
}
