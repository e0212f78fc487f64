package backup

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// Keeper takes backups while a server serves.
type Keeper struct {
	Vault    *Vault
	DB       *db.DB
	Every    time.Duration
	Program  string
	Settings string // as in Taking
	Look     Look   // at what a rehearsal restored
	Now      func() time.Time
	Log      *slog.Logger
}

// Keep takes a backup whenever one is due until ctx ends, and removes old ones. Of
// several processes with one database, one takes it.
func (k *Keeper) Keep(ctx context.Context) {
	for ctx.Err() == nil {
		due, deed, err := k.due(ctx)
		switch {
		case err != nil || due.After(k.Now()):
		case deed == DeedRehearsal:
			err = k.rehearse(ctx)
		default:
			err = k.once(ctx)
		}
		if err != nil && ctx.Err() == nil && !fault.Is(err, fault.KindBusy) {
			k.Log.Error("the backup failed; it will be tried again", "place", k.Vault.Place(), "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(look, max(time.Second, due.Sub(k.Now())))):
		}
	}
}

// look is how often it is seen whether somebody asked for something.
const look = 10 * time.Second

// retry is how long after a failure a backup is tried again.
const retry = 10 * time.Minute

// due returns when the next thing is to be done, and which.
func (k *Keeper) due(ctx context.Context) (time.Time, Deed, error) {
	list, err := Last(ctx, k.DB)
	if err != nil {
		return time.Time{}, "", err
	}
	for _, r := range list {
		switch {
		case r.Place != k.Vault.Place():
		case r.Asked != "":
			return time.Time{}, r.Asked, nil
		case r.Failed != "":
			return r.Ended.Add(min(retry, k.Every)), DeedBackup, nil
		case r.Point.IsZero():
			return time.Time{}, DeedBackup, nil
		default:
			return r.Point.Add(k.Every), DeedBackup, nil
		}
	}
	return time.Time{}, DeedBackup, nil
}

func (k *Keeper) rehearse(ctx context.Context) error {
	at, err := k.Vault.Rehearse(ctx, k.DB, Rehearsal{Now: k.Now(), Folder: filepath.Dir(k.Settings), Look: k.Look})
	if err == nil {
		k.Log.Info("rehearsed a restore", "place", k.Vault.Place(), "of", at)
	}
	return err
}

func (k *Keeper) once(ctx context.Context) error {
	taken, err := k.Vault.Run(ctx, k.DB, Taking{Now: k.Now(), Program: k.Program, Settings: k.Settings})
	if err != nil {
		return err
	}
	points, packs, err := k.Vault.Prune(ctx, k.Now())
	k.Log.Info("took a backup", "place", k.Vault.Place(), "bytes", taken.Bytes(), "written", taken.Written, "old points removed", points, "old packs removed", packs)
	return err
}
