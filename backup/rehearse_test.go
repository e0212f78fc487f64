package backup

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/fault"
)

// TestRehearse restores what was backed up from each engine, has somebody look at it,
// leaves nothing behind and notes how it went.
func TestRehearse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		answers(t, d, 0, 10)
		folder := t.TempDir()
		v := openVault(t, filepath.Join(folder, "vault"), nil)
		take(t, v, d, noon)
		beside := filepath.Join(folder, "data")
		if err := os.Mkdir(beside, 0o750); err != nil {
			t.Fatal(err)
		}
		looked := 0
		r := Rehearsal{Now: noon.Add(time.Hour), Folder: beside, Look: func(ctx context.Context, dsn string) error {
			restored, err := db.Open(ctx, dsn)
			if err != nil {
				return err
			}
			defer restored.Close()
			var n int
			if err := restored.QueryRow(ctx, `SELECT count(*) FROM answer`).Scan(&n); err != nil || n != 10 {
				t.Errorf("it holds %d answers (%v)", n, err)
			}
			looked++
			return nil
		}}
		if at, err := v.Rehearse(t.Context(), d, r); err != nil || !at.Equal(noon) || looked != 1 {
			t.Fatalf("the rehearsal of %v, looked at %d times: %v", at, looked, err)
		}
		noted := func() Ran {
			t.Helper()
			list, err := Last(t.Context(), d)
			if err != nil || len(list) != 1 {
				t.Fatalf("on record is %+v (%v)", list, err)
			}
			return list[0]
		}
		if n := noted(); !n.Rehearsed.Equal(r.Now) || n.Rehearsal != "" {
			t.Errorf("noted is %+v", n)
		}
		r.Look = func(context.Context, string) error { return errors.New("the front page is blank") }
		if _, err := v.Rehearse(t.Context(), d, r); err == nil || !strings.Contains(noted().Rehearsal, "blank") {
			t.Errorf("a bad restore: %v; noted is %+v", err, noted())
		}
		packs, err := filepath.Glob(filepath.Join(folder, "vault", "packs", "*", "*"))
		if err != nil || len(packs) == 0 {
			t.Fatal("there is no pack", err)
		}
		if err := os.Truncate(packs[0], 10); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Rehearse(t.Context(), d, r); !fault.Is(err, fault.KindInvalid) || !strings.Contains(noted().Rehearsal, "damaged") {
			t.Errorf("a damaged backup: %v; noted is %+v", err, noted())
		}
		if left := files(t, beside); len(left) > 0 {
			t.Errorf("%v were left behind", left)
		}
	})
}

// TestAskedFor: what is asked of a place is done next, by whichever process keeps it.
func TestAskedFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := openVault(t, t.TempDir(), nil)
		ask := func(what Deed) error {
			return d.Transact(t.Context(), func(tx *db.Tx) error { return Ask(t.Context(), tx, v.Place(), what) })
		}
		if err := ask(DeedBackup); !fault.Is(err, fault.KindMissing) {
			t.Errorf("before the first backup: %v", err)
		}
		now := noon
		k := &Keeper{
			Vault: v, DB: d, Every: time.Hour, Settings: filepath.Join(t.TempDir(), "broadsheet.toml"), Now: func() time.Time { return now },
			Look: func(context.Context, string) error { return nil }, Log: slog.New(slog.DiscardHandler),
		}
		if err := k.once(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			deed Deed
			do   func(context.Context) error
		}{{DeedRehearsal, k.rehearse}, {DeedBackup, k.once}} {
			if err := ask(c.deed); err != nil {
				t.Fatal(err)
			}
			if at, deed, err := k.due(t.Context()); err != nil || deed != c.deed || at.After(now) {
				t.Errorf("%s was asked for: due is %q at %v (%v)", c.deed, deed, at, err)
			}
			now = now.Add(time.Minute)
			if err := c.do(t.Context()); err != nil {
				t.Fatal(err)
			}
			if at, deed, err := k.due(t.Context()); err != nil || deed != DeedBackup || !at.After(now) {
				t.Errorf("%s was done: due is %q at %v (%v)", c.deed, deed, at, err)
			}
		}
	})
}
