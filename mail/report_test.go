package mail_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"broadsheet/mail"
)

// TestReports reads every mail in testdata/returned; the first word of its name says
// what it is. They are written after the ways of real servers.
func TestReports(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/returned/*.eml")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, name := range files {
		kind, _, _ := strings.Cut(filepath.Base(name), "-")
		want := mail.Class(kind)
		if kind == "none" {
			want = mail.NotABounce
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			m, err := mail.Read(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			got := mail.ReadReport(m)
			if got.Class != want {
				t.Errorf("%+v is not %q", got, want)
			}
			if answers := strings.Contains(name, "vacation") || strings.Contains(name, "challenge"); !answers && got.OriginalID != "2s.q7d2mxk4ybn3c5aa@papers.example" {
				t.Errorf("the letter is %q", got.OriginalID)
			}
		})
	}
}

func FuzzReport(f *testing.F) {
	files, err := filepath.Glob("testdata/returned/*.eml")
	if err != nil || len(files) == 0 {
		f.Fatalf("%d samples, %v", len(files), err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := mail.Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		r := mail.ReadReport(m)
		if len(r.Text) > 310 || len(r.Recipient) > 330 || len(r.OriginalID) > 4000 {
			t.Fatalf("unbounded: %+v", r)
		}
		m.Subject()
	})
}
