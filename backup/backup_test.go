package backup

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/export"
	"broadsheet/fault"
)

var noon = time.Date(2026, 4, 15, 12, 0, 0, 0, time.UTC)

// s3 starts an S3-compatible server and returns the address of a bucket.
func s3(t *testing.T) string {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("papers"); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(s.Close)
	return "s3+http://id:secret@" + strings.TrimPrefix(s.URL, "http://") + "/papers/main"
}

func newKey(t *testing.T) *Key {
	t.Helper()
	text, err := NewKey(noon)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := ReadKey(file)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func openVault(t *testing.T, address string, key *Key) *Vault {
	t.Helper()
	v, err := Open(address, key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func change(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Transact(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// answers writes answers from one number to another, of some kilobytes each that do not
// compress away.
func answers(t *testing.T, d *db.DB, from, to int) {
	t.Helper()
	change(t, d, func(ctx context.Context, tx *db.Tx) error {
		for i := from; i < to; i++ {
			var body []byte
			for j := range 400 {
				body = fmt.Appendf(body, "%x", (i*7919+j)*2654435761)
			}
			if _, err := tx.Exec(ctx, `INSERT INTO answer (source, address, at, body) VALUES ('clear words', $1, $2, $3)`, fmt.Sprint(i), i, body); err != nil {
				return err
			}
		}
		return nil
	})
}

func everything(t *testing.T, d *db.DB) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := export.Write(t.Context(), d, &b, export.Options{Level: export.Whole, At: noon}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, `{"counter"`) { // PostgreSQL counts in more tables
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func take(t *testing.T, v *Vault, d *db.DB, at time.Time) *Taken {
	t.Helper()
	taken, err := v.Take(t.Context(), d, Taking{Now: at, Program: "1.0", Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

// restored returns what a restored point holds.
func restored(t *testing.T, v *Vault, at time.Time, dsn string) string {
	t.Helper()
	p, err := v.Point(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Check(t.Context(), p, nil); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	ready := 0
	err = v.Restore(t.Context(), p, Target{Data: data, DSN: dsn, Ready: func(context.Context, *db.DB) error {
		ready++
		if _, err := os.Stat(filepath.Join(data, "broadsheet.db")); err == nil {
			t.Error("the database is in its place before it is ready")
		}
		return nil
	}})
	if err != nil || ready != 1 {
		t.Fatalf("made ready %d times, %v", ready, err)
	}
	if dsn == "" {
		dsn = filepath.Join(data, "broadsheet.db")
	}
	d := dbtest.Open(t, dsn)
	return everything(t, d)
}

// TestBackAtEachPoint: from both engines, into a folder and a bucket, with a key and
// without, to both engines; and what has not changed is not written again.
func TestBackAtEachPoint(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"folder", "bucket"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			dbtest.EachDSN(t, func(t *testing.T, dsn string) {
				d := dbtest.Open(t, dsn)
				address, key := t.TempDir(), newKey(t)
				if place == "bucket" {
					address = s3(t)
				} else {
					key = nil
				}
				v := openVault(t, address, key)
				answers(t, d, 0, 500)
				first, want := take(t, v, d, noon), everything(t, d)
				answers(t, d, 500, 503)
				change(t, d, func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.Exec(ctx, `DELETE FROM answer WHERE at = 250`)
					return err
				})
				second, then := take(t, v, d, noon.Add(time.Hour)), everything(t, d)
				if first.Bytes() < 1<<20 || second.Written*4 > first.Written {
					t.Errorf("the first backup wrote %d bytes, the second %d", first.Written, second.Written)
				}
				if diff := cmp.Diff(want, restored(t, v, noon.Add(time.Minute), "")); diff != "" {
					t.Errorf("the first point is different:\n%.3000s", diff)
				}
				if diff := cmp.Diff(then, restored(t, v, time.Time{}, "")); diff != "" {
					t.Errorf("the second point is different:\n%.3000s", diff)
				}
				if diff := cmp.Diff(then, restored(t, v, time.Time{}, dbtest.Postgres(t))); diff != "" {
					t.Errorf("it is different on PostgreSQL:\n%.3000s", diff)
				}
				if _, err := v.Point(t.Context(), noon.Add(-time.Second)); !fault.Is(err, fault.KindMissing) {
					t.Errorf("before the first point there is %v", err)
				}
				_, err := v.Take(t.Context(), dbtest.Open(t, dbtest.SQLite(t)), Taking{Now: noon.Add(2 * time.Hour)})
				if !fault.Is(err, fault.KindClash) {
					t.Errorf("another instance writes among these backups: %v", err)
				}
			})
		})
	}
}

// TestOfOneMoment: a backup taken while others write holds no half of what they did.
func TestOfOneMoment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		answers(t, d, 0, 200)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			for i := 1; ctx.Err() == nil; i++ {
				if err := d.Transact(context.WithoutCancel(ctx), func(tx *db.Tx) error {
					if _, err := tx.Exec(ctx, `INSERT INTO absent (paper, day, reason, tries, next) VALUES ($1, '', '', $2, 0)`, fmt.Sprint(i), i); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, `INSERT INTO harvest_day (day, papers) VALUES ($1, $2)`, fmt.Sprint(i), i)
					return err
				}); err != nil && ctx.Err() == nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
		v := openVault(t, t.TempDir(), nil)
		for i := range 5 {
			take(t, v, d, noon.Add(time.Duration(i)*time.Minute))
		}
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			p, err := v.Point(t.Context(), noon.Add(time.Duration(i)*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			data := t.TempDir()
			if err := v.Restore(t.Context(), p, Target{Data: data}); err != nil {
				t.Fatal(err)
			}
			back := dbtest.Open(t, filepath.Join(data, "broadsheet.db"))
			var absent, days int
			if err := back.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM absent), (SELECT count(*) FROM harvest_day)`).Scan(&absent, &days); err != nil || absent != days {
				t.Errorf("point %d holds %d of one and %d of the other (%v)", i, absent, days, err)
			}
			if d.Dialect == db.SQLite {
				var verdict string
				if err := back.QueryRow(t.Context(), `PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
					t.Errorf("point %d: %s %v", i, verdict, err)
				}
			}
		}
	})
}

// files returns the files of a folder.
func files(t *testing.T, dir string) (list []string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			list = append(list, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestTheKey: nothing lies in clear, and nothing opens it but the key.
func TestTheKey(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	answers(t, d, 0, 50)
	dir, key := t.TempDir(), newKey(t)
	take(t, openVault(t, dir, nil), d, noon.Add(-time.Hour)) // before there was a key
	clear := files(t, dir)
	take(t, openVault(t, dir, key), d, noon)
	locked := 0
	for _, f := range files(t, dir) {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.Contains(strings.Join(clear, " "), f):
		case !bytes.HasPrefix(body, []byte("age-encryption.org/v1\n")) || bytes.Contains(body, []byte("clear words")):
			t.Errorf("%s is not encrypted", f)
		default:
			locked++
		}
	}
	if locked < 2 {
		t.Errorf("%d files are encrypted; want the point and its packs", locked)
	}
	for _, f := range clear { // the encrypted backup stands on its own
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	restored(t, openVault(t, dir, key), time.Time{}, "")
	for name, k := range map[string]*Key{"none": nil, "another": newKey(t)} {
		if _, err := openVault(t, dir, k).Point(t.Context(), time.Time{}); !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), "key") {
			t.Errorf("with key %s: %v", name, err)
		}
	}
}

// TestDamage: whatever is damaged is found, and nothing of it is restored.
func TestDamage(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	answers(t, d, 0, 100)
	dir := t.TempDir()
	v := openVault(t, dir, nil)
	take(t, v, d, noon)
	for _, f := range files(t, dir) {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for name, bad := range map[string][]byte{
			"flipped": append(bytes.Clone(body[:len(body)/2]), append([]byte{body[len(body)/2] ^ 1}, body[len(body)/2+1:]...)...),
			"cut":     body[:len(body)-10],
		} {
			if err := os.WriteFile(f, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := v.Point(t.Context(), time.Time{})
			data := t.TempDir()
			if err == nil {
				if err := v.Check(t.Context(), p, nil); err == nil {
					t.Errorf("%s: %s is not seen", f, name)
				}
				err = v.Restore(t.Context(), p, Target{Data: data})
			}
			if !fault.Is(err, fault.KindInvalid) {
				t.Errorf("%s: %s: %v", f, name, err)
			}
			if left := files(t, data); len(left) > 0 {
				t.Errorf("%s: %s: %v were left behind", f, name, left)
			}
		}
		if err := os.WriteFile(f, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := v.Point(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "broadsheet.db-wal"), []byte("of a file that is gone"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := v.Restore(t.Context(), p, Target{Data: data}); err != nil {
		t.Fatal(err)
	}
	if left := files(t, data); len(left) != 1 {
		t.Errorf("there are %v", left)
	}
	if err := v.Restore(t.Context(), p, Target{Data: data}); !fault.Is(err, fault.KindClash) {
		t.Errorf("over a database that is there: %v", err)
	}
}

// TestNoObjectIsReadWithoutEnd: a place cannot fill the memory with what it answers.
func TestNoObjectIsReadWithoutEnd(t *testing.T) {
	t.Parallel()
	for _, address := range []string{t.TempDir(), s3(t)} {
		s, err := openStore(address)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.put(t.Context(), "packs/aa/x", []byte("12345")); err != nil {
			t.Fatal(err)
		}
		if body, err := s.get(t.Context(), "packs/aa/x", 5); err != nil || string(body) != "12345" {
			t.Errorf("%s: %q, %v", address, body, err)
		}
		if body, err := s.get(t.Context(), "packs/aa/x", 4); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: more than the bytes asked for: %q, %v", address, body, err)
		}
	}
}

// forgetful is a place that loses bytes.
type forgetful struct{ store }

func (f forgetful) put(ctx context.Context, name string, body []byte) error {
	if strings.HasPrefix(name, "packs/") {
		body = append(bytes.Clone(body[:len(body)-1]), 0)
	}
	return f.store.put(ctx, name, body)
}

// TestAPlaceThatLosesBytes is found out when the backup is taken.
func TestAPlaceThatLosesBytes(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	answers(t, d, 0, 100)
	v := openVault(t, t.TempDir(), nil)
	v.store = forgetful{v.store}
	if _, err := v.Take(t.Context(), d, Taking{Now: noon}); err == nil || !strings.Contains(err.Error(), "loses data") {
		t.Errorf("it was taken: %v", err)
	}
	if times, err := v.Times(t.Context()); err != nil || len(times) != 0 {
		t.Errorf("there is a point (%v)", err)
	}
}

// TestRun notes how it went, and does not run twice at once.
func TestRun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		v := openVault(t, filepath.Join(dir, "a"), nil)
		settings := filepath.Join(dir, "broadsheet.toml")
		if err := os.WriteFile(settings, []byte("days = 7\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		k := &Keeper{Vault: v, DB: d, Every: time.Hour, Settings: settings, Now: func() time.Time { return noon }}
		due := func(want time.Time) {
			t.Helper()
			if got, deed, err := k.due(t.Context()); err != nil || !got.Equal(want) || deed != DeedBackup {
				t.Errorf("the next backup is due at %v (%v); want %v", got, err, want)
			}
		}
		due(time.Time{})
		if _, err := v.Run(t.Context(), d, Taking{Now: noon, Settings: settings}); err != nil {
			t.Fatal(err)
		}
		due(noon.Add(time.Hour))
		v.store = forgetful{v.store}
		answers(t, d, 0, 10)
		if _, err := v.Run(t.Context(), d, Taking{Now: noon.Add(time.Minute)}); err == nil {
			t.Error("it ran into a place that loses bytes")
		}
		list, err := Last(t.Context(), d)
		if err != nil || len(list) != 1 || !list[0].Point.Equal(noon) || !strings.Contains(list[0].Failed, "loses data") || list[0].Bytes == 0 {
			t.Errorf("on record is %+v (%v)", list, err)
		}
		if got, _, err := k.due(t.Context()); err != nil || got.Sub(noon) < retry || got.Sub(noon) > retry+2*time.Minute {
			t.Errorf("after a failure it is due at %v (%v)", got, err)
		}
		change(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO lease (name, holder, until) VALUES ('backup', 'x', $1)`, db.Micros(time.Now().Add(time.Hour)))
			return err
		})
		if _, err := v.Run(t.Context(), d, Taking{Now: noon}); !fault.Is(err, fault.KindBusy) {
			t.Errorf("two at once: %v", err)
		}
		p, err := v.Point(t.Context(), noon)
		if err != nil {
			t.Fatal(err)
		}
		back := t.TempDir()
		if err := v.Restore(t.Context(), p, Target{Data: back}); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(filepath.Join(back, "broadsheet.toml")); err != nil || string(text) != "days = 7\n" {
			t.Errorf("the settings are %q (%v)", text, err)
		}
	})
}

// TestPrune: what stays can be restored, and what goes makes room.
func TestPrune(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	dir := t.TempDir()
	v := openVault(t, dir, nil)
	var taken []time.Time
	for i, ago := range []int{100 * 24, 99 * 24, 95 * 24, 10*24 + 1, 10 * 24, 9 * 24, 30, 5, 4} {
		change(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM answer`)
			return err
		})
		answers(t, d, i*200, i*200+200)
		at := noon.Add(-time.Duration(ago) * time.Hour)
		take(t, v, d, at)
		taken = append(taken, at)
	}
	for _, f := range files(t, dir) { // of long ago
		if err := os.Chtimes(f, noon, noon.Add(-48*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	before := len(files(t, dir))
	points, packs, err := v.Prune(t.Context(), noon)
	if err != nil || points != 3 { // two of January, one of the day ten days ago
		t.Errorf("%d points and %d packs were removed (%v)", points, packs, err)
	}
	if packs == 0 || len(files(t, dir)) != before-points-packs {
		t.Errorf("%d packs were removed", packs)
	}
	times, err := v.Times(t.Context())
	if err != nil || len(times) != len(taken)-3 {
		t.Fatalf("%v stay (%v)", times, err)
	}
	for _, at := range times {
		p, err := v.Point(t.Context(), at)
		if err == nil {
			err = v.Check(t.Context(), p, nil)
		}
		if err != nil {
			t.Errorf("%v: %v", at, err)
		}
	}
}

func FuzzPoint(f *testing.F) {
	p := &Point{Format: 1, At: noon, Engine: "sqlite", Files: []file{{pagesFile, 5, 1}}, Packs: []pack{{strings.Repeat("ab", 32), 9}}}
	p.add(chunk{size: 9, plain: 5})
	body, err := p.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte("\x28\xB5\x2F\xFD"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := decodePoint(body)
		if err != nil {
			return
		}
		for i := range p.Files {
			p.chunksOf(i)
		}
	})
}
