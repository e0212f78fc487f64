package outbox_test

import (
	"fmt"
	"strings"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/mail"
	"broadsheet/mail/mailtest"
	"broadsheet/outbox"
)

func report(t *testing.T, action, status string) *mail.Received {
	t.Helper()
	m, err := mail.Read(strings.NewReader(fmt.Sprintf("From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"+
		"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; x@y.example\r\nAction: %s\r\nStatus: %s\r\n\r\n--b--\r\n", action, status)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestWhatComesBackCountsOnce: a report counts once, for the letter whose signed
// return path it came to, and nobody can make one up.
func TestWhatComesBackCountsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server := mailtest.Start(t, nil)
		o := open(t, d, server, newClock())
		gone := address(t, "gone@university.example")
		for range 3 {
			enqueue(t, d, o, letter(t, gone.Bare()))
		}
		flush(t, o)
		returned := func(m *mail.Received, to string) bool {
			t.Helper()
			ours, err := o.Returned(t.Context(), m, []string{to})
			if err != nil {
				t.Fatal(err)
			}
			return ours
		}
		if returned(report(t, "failed", "5.1.1"), "bounces+1-aaaaaaaaaaaa@papers.example") || returned(report(t, "failed", "5.1.1"), "reader@university.example") {
			t.Error("a bounce that somebody made up was taken")
		}
		letters := server.Letters()
		for i, l := range letters {
			returned(report(t, "delayed", "4.4.1"), l.From)
			for range 3 {
				if !returned(report(t, "failed", "5.1.1"), l.From) {
					t.Error("a bounce was not recognised")
				}
			}
			r, err := o.Suppressed(t.Context(), d, gone)
			if err != nil || (r == outbox.Bounced) != (i == 2) {
				t.Errorf("after %d bounces the address is %q, %v", i+1, r, err)
			}
		}
		list, err := o.Records(t.Context(), "returned", 0, 10)
		if err != nil || len(list) != 3 || !strings.HasPrefix(list[0].Returned, "hard 5.1.1") {
			t.Errorf("the desk sees %+v, %v", list, err)
		}
	})
}

func TestAComplaintStopsAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server := mailtest.Start(t, nil)
		o := open(t, d, server, newClock())
		reader := address(t, "reader@university.example")
		enqueue(t, d, o, letter(t, reader.Bare()))
		flush(t, o)
		body := string(server.Letters()[0].Body)
		for _, c := range []struct {
			id      string
			suspend bool
		}{{"Message-ID: <1.aaaaaaaaaaaaaaaa@papers.example>", false}, {body[strings.Index(body, "Message-ID:"):], true}} {
			m, err := mail.Read(strings.NewReader("From: fbl@provider.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\r\n" +
				"--b\r\nContent-Type: message/rfc822\r\n\r\n" + c.id + "\r\n\r\n--b--\r\n"))
			if err != nil {
				t.Fatal(err)
			}
			if ours, err := o.Returned(t.Context(), m, []string{"abuse@papers.example"}); err != nil || ours != c.suspend {
				t.Errorf("recognised: %v, %v", ours, err)
			}
			if r, err := o.Suppressed(t.Context(), d, reader); err != nil || (r == outbox.Complained) != c.suspend {
				t.Errorf("the address is %q, %v", r, err)
			}
		}
	})
}
