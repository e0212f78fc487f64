package export_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/export"
	"broadsheet/fault"
)

var noon = time.Date(2026, 4, 15, 12, 0, 0, 0, time.UTC)

// awkward is text that a careless reader or writer would alter.
const awkward = "\"\\/\t\n\r\x01\x7f\u2028\u00e9\u0065\u0301\U0001F600</script> \uFFFD "

// fill writes n rows into every table, those of one number with equal values, so that
// whatever points at a row finds one.
func fill(t *testing.T, d *db.DB, n int) (tables int) {
	t.Helper()
	change(t, d, func(ctx context.Context, tx *db.Tx) error {
		list, err := tx.Tables(ctx)
		if err != nil {
			return err
		}
		for _, table := range list {
			var rows [][]any
			for i := 1; i <= n; i++ {
				row := make([]any, len(table.Columns))
				single := false
				for j, c := range table.Columns {
					single = single || c.Name == "one"
					row[j] = map[db.Kind]any{db.Integer: int64(i), db.Real: float64(i) / 3, db.Text: fmt.Sprint(awkward, i), db.Blob: []byte{0, 255, byte(i)}}[c.Kind]
					if c.Null && i%2 == 0 {
						row[j] = nil
					}
				}
				if !single || i == 1 {
					rows = append(rows, row)
				}
			}
			if err := tx.Fill(ctx, table, rows); err != nil {
				return err
			}
			if table.Self != "" {
				if err := tx.Point(ctx, table, rows); err != nil {
					return err
				}
			}
			if table.Counter != "" {
				if err := tx.CountFrom(ctx, table, 100); err != nil {
					return err
				}
			}
		}
		tables = len(list)
		return nil
	})
	return tables
}

func change(t *testing.T, d *db.DB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := d.Transact(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, d *db.DB, level export.Level) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := export.Write(t.Context(), d, &b, export.Options{Level: level, Program: "1.0", At: noon}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestThereAndBack takes every row of every table from engine to engine to engine. What
// SQLite tells is told by PostgreSQL byte for byte, and the other way but for counters.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for _, way := range [][]func(testing.TB) string{{dbtest.SQLite, dbtest.SQLite}, {dbtest.SQLite, dbtest.Postgres, dbtest.SQLite}, {dbtest.Postgres, dbtest.SQLite, dbtest.Postgres}} {
		t.Run(fmt.Sprint(len(way)), func(t *testing.T) {
			t.Parallel()
			d := dbtest.Open(t, way[0](t))
			if n := fill(t, d, 5); n < 40 {
				t.Fatalf("only %d tables are known", n)
			}
			told := func(text string) []string { return strings.SplitAfter(text, "\n") }
			if d.Dialect == db.Postgres {
				told = withoutCounters
			}
			text := write(t, d, export.Whole)
			first := told(text)
			for _, engine := range way[1:] {
				d = dbtest.Open(t, engine(t))
				if _, err := export.Read(t.Context(), d, strings.NewReader(text), nil); err != nil {
					t.Fatal(err)
				}
				text = write(t, d, export.Whole)
				if diff := cmp.Diff(first, told(text)); diff != "" {
					t.Errorf("something was lost on the way to %s:\n%s", d.Dialect, diff)
				}
			}
			change(t, d, func(ctx context.Context, tx *db.Tx) error { // numbers are not given out twice
				var id int64
				if err := tx.QueryRow(ctx, `INSERT INTO outbox (kind, once, recipient, domain, rank, body, state, made, due, slot, tries, unsure, holder, until, at, said, returned)
					VALUES ('', '', '', '', 0, $1, '', 0, 0, 0, 0, 0, '', 0, 0, '', '') RETURNING id`, []byte{}).Scan(&id); err != nil {
					return err
				}
				if id != 101 {
					t.Errorf("the next letter has number %d; want 101", id)
				}
				return nil
			})
		})
	}
}

// withoutCounters leaves out what PostgreSQL counts in more tables than SQLite.
func withoutCounters(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, `{"counter"`) {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestAPublicExportIsWhatAVisitorSees names what must not be in it.
func TestAPublicExportIsWhatAVisitorSees(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	fill(t, d, 1)
	change(t, d, func(ctx context.Context, tx *db.Tx) error {
		for i, statement := range []string{
			`INSERT INTO account (id, handle, name, address, role, granted, password, password_at, by_link, show_votes, followable, listed, keeps_read, sample, joined, invitation, network, version, gone)
				SELECT id + 1, 'ada', 'Ada', 'SECRET@x', role, granted, 'SECRET', 7, 1, 1, 1, 1, 1, 0, 5, 0, 'SECRET', 3, 0 FROM account`,
			`INSERT INTO account (id, handle, name, address, role, granted, password, password_at, by_link, show_votes, followable, listed, keeps_read, sample, joined, invitation, network, version, gone)
				SELECT id + 2, 'SECRET', 'SECRET', 'SECRET2@x', role, granted, 'SECRET', 7, 1, 0, 1, 1, 1, 0, 5, 0, 'SECRET', 3, 0 FROM account WHERE id = 1`,
			`INSERT INTO vote (paper, account, at, voice) VALUES (1, 2, 5, 2)`,
			`INSERT INTO vote (paper, account, at, voice) VALUES (1, 3, 77777, 2)`,
			`INSERT INTO comment (id, paper, parent, account, at, edited, body, state, changed, why, ups, doubts) VALUES (11, 1, 0, 2, 1, 0, 'well said', 'shown', 0, 'SECRET', 0, 0)`,
			`INSERT INTO comment (id, paper, parent, account, at, edited, body, state, changed, why, ups, doubts) VALUES (12, 1, 0, 2, 1, 0, 'SECRET', 'held', 0, 'SECRET', 0, 0)`,
			`INSERT INTO comment (id, paper, parent, account, at, edited, body, state, changed, why, ups, doubts) VALUES (13, 1, 11, 2, 1, 0, 'SECRET', 'hidden', 0, 'SECRET', 0, 0)`,
			`UPDATE audit SET detail = 'SECRET'`, `UPDATE subscription SET address = 'SECRET'`, `UPDATE received SET source = 'SECRET'`, `UPDATE mail_key SET value = X'0ABC'`,
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return fmt.Errorf("statement %d: %w", i, err)
			}
		}
		return nil
	})
	public := write(t, d, export.Public)
	for _, never := range []string{"SECRET", "77777", `"mail_key"`, "Crw=", `"outbox"`, `"session"`} {
		if strings.Contains(public, never) {
			t.Errorf("a public export holds %s", never)
		}
	}
	for _, always := range []string{`"well said"`, `"handle":"ada"`, `{"vote":{"paper":1,"account":2,"at":5,"voice":2}}`, `"id":13,"paper":1,"parent":11,"account":2,"at":1,"edited":0,"body":"","state":"hidden"`} {
		if !strings.Contains(public, always) {
			t.Errorf("a public export has not %s:\n%s", always, public)
		}
	}
	private := write(t, d, export.Private)
	if !strings.Contains(private, `"address":"SECRET@x"`) || !strings.Contains(private, "77777") || strings.Contains(private, `"password":`) || strings.Contains(private, `"mail_key"`) {
		t.Error("a private export holds addresses and votes, and no passwords or keys")
	}
	secret := write(t, d, export.Secret)
	if !strings.Contains(secret, `"password":"SECRET"`) || !strings.Contains(secret, `{"mail_key":{"one":1,"value":"Crw="}}`) || strings.Contains(secret, `"lease"`) {
		t.Error("a secret export holds passwords and keys, and no leases")
	}
	for _, text := range []string{public, private, secret} {
		if _, err := export.Read(t.Context(), dbtest.Open(t, dbtest.SQLite(t)), strings.NewReader(text), nil); err != nil {
			t.Error(err)
		}
	}
}

// TestWhatIsWrongStaysOut: nothing of a bad export stays, and its message says what is
// wrong and where.
func TestWhatIsWrongStaysOut(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	fill(t, d, 2)
	good := write(t, d, export.Public)
	lines := strings.SplitAfter(good, "\n")
	empty := dbtest.Open(t, dbtest.SQLite(t))
	before := write(t, empty, export.Whole)
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", "only a part"},
		{"cut", strings.Join(lines[:len(lines)-2], ""), "only a part"},
		{"a row short", strings.Replace(good, lines[3], "", 1), "and it holds"},
		{"newer", strings.Replace(good, `"format":1`, `"format":99`, 1), "use a newer program"},
		{"no head", strings.Join(lines[1:], ""), "Line 1: It does not begin"},
		{"unknown table", lines[0] + `{"nowhere":{"id":1}}` + "\n", `Line 2: There is no table "nowhere"`},
		{"unknown column", lines[0] + `{"talk":{"paper":1,"locked":2,"colour":3}}` + "\n", `no column "colour"`},
		{"no key", lines[0] + `{"talk":{"locked":2}}` + "\n", "has no paper"},
		{"wrong kind", lines[0] + `{"talk":{"paper":"x","locked":2}}` + "\n", "paper is not integer"},
		{"null", lines[0] + `{"talk":{"paper":1,"locked":null}}` + "\n", "locked is null"},
		{"not JSON", lines[0] + "{\n", "Line 2: It is not one JSON object"},
		{"more", good + lines[1], "Something follows the end"},
		{"two", lines[0] + good, "A second export begins"},
	} {
		_, err := export.Read(t.Context(), empty, strings.NewReader(c.text), nil)
		if !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want %q", c.name, err, c.says)
		}
	}
	if diff := cmp.Diff(before, write(t, empty, export.Whole)); diff != "" {
		t.Errorf("something of a bad export stayed:\n%s", diff)
	}
	_, err := export.Read(t.Context(), d, strings.NewReader(good), nil)
	if !fault.Is(err, fault.KindClash) || !strings.Contains(err.Error(), "2 of paper") {
		t.Errorf("a filled instance answers %v", err)
	}
}

// TestRecognise: packed or not, an export is told from what else one might import.
func TestRecognise(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	fill(t, d, 3)
	text := write(t, d, export.Public)
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"plain", text, true},
		{"packed", string(z.EncodeAll([]byte(text), nil)), true},
		{"papers", `{"id": "2604.11666", "title": "x"}`, false},
		{"packed papers", string(z.EncodeAll([]byte(`{"id": "2604.11666", "title": "x"}`), nil)), false},
		{"packed rubbish", "\x28\xB5\x2F\xFDrubbish", false},
		{"nothing", "", false},
	} {
		if got := export.Recognise(bufio.NewReader(strings.NewReader(c.text))); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	head := `{"broadsheet":{"format":1,"program":"1.0","at":"2026-04-15T10:00:00Z","level":"public"}}` + "\n"
	f.Add(head + `{"talk":{"paper":1,"locked":2}}` + "\n" + `{"counter":{"table":"paper","value":3}}` + "\n" + `{"end":{"rows":{"talk":1}}}` + "\n")
	f.Add(head + `{"edition":{"day":"2026-04-14","number":6,"at":1}}` + "\n" + `{"end":{"rows":{"edition":1}}}` + "\n")
	f.Add("\x28\xB5\x2F\xFD" + head)
	f.Add("\x1f\x8b\x08")
	d := dbtest.Open(f, dbtest.SQLite(f))
	f.Fuzz(func(t *testing.T, text string) {
		export.Recognise(bufio.NewReader(strings.NewReader(text)))
		// The end of the input fails, so that nothing stays, whatever the text was.
		if _, err := export.Read(t.Context(), d, io.MultiReader(strings.NewReader(text), iotest.ErrReader(io.ErrUnexpectedEOF)), nil); err == nil {
			t.Error("an export that breaks off was taken in")
		}
	})
}
