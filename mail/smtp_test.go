package mail_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"broadsheet/mail"
	"broadsheet/mail/mailtest"
)

// scripted is a server that says its answers in order, whatever it is told, and
// reads a message after a 354. It returns its address and, when the connection has
// ended, what it was told.
func scripted(t *testing.T, answers ...string) (string, func() []string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan []string, 1)
	go func() {
		defer l.Close()
		conn, err := l.Accept()
		if err != nil {
			told <- nil
			return
		}
		defer conn.Close()
		lines := bufio.NewScanner(conn)
		var heard []string
		defer func() { told <- heard }()
		fmt.Fprint(conn, "220 hello\r\n")
		for _, answer := range answers {
			if !lines.Scan() {
				return
			}
			heard = append(heard, lines.Text())
			fmt.Fprint(conn, answer+"\r\n")
			for strings.HasPrefix(answer, "354") && lines.Scan() && lines.Text() != "." {
				heard = append(heard, lines.Text())
			}
			if strings.HasPrefix(answer, "354") {
				fmt.Fprint(conn, "250 taken\r\n")
			}
		}
		lines.Scan()
	}()
	return l.Addr().String(), func() []string { return <-told }
}

// TestOneByOneOrInARow sends to servers that do and do not take commands in a row,
// with dots where they matter.
func TestOneByOneOrInARow(t *testing.T) {
	t.Parallel()
	for _, hello := range []string{"250 8BITMIME", "250-PIPELINING\r\n250 8BITMIME"} {
		for body, want := range map[string][]string{
			".":                         {".."},
			"a\r\n.\r\n..b\r\n":         {"a", "..", "...b"},
			".a\r\nb.\r\n\r\n.c":        {"..a", "b.", "", "..c"},
			"no end, and no dot before": {"no end, and no dot before"},
		} {
			at, told := scripted(t, hello, "250 ok", "250 ok", "354 go on", "221 bye")
			session, err := (&mail.Server{Address: at}).Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := session.Send(t.Context(), mail.Envelope{From: address(t, "a@b.example"), To: address(t, "c@d.example")}, []byte(body), func() (*mail.Envelope, error) { return nil, nil }); err != nil {
				t.Errorf("%q: %v", body, err)
			}
			session.Close()
			heard := told()
			if len(heard) < 5 || !slices.Equal(heard[4:len(heard)-1], want) {
				t.Errorf("%s, %q: the server heard %q", hello, body, heard)
			}
		}
	}
}

// TestAServerThatWaitsForAMessageToNobody goes on after a refused recipient: it is
// given nothing.
func TestAServerThatWaitsForAMessageToNobody(t *testing.T) {
	t.Parallel()
	at, told := scripted(t, "250 PIPELINING", "250 ok", "550 5.1.1 no such reader", "354 go on")
	session, err := (&mail.Server{Address: at}).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = session.Send(t.Context(), mail.Envelope{From: address(t, "a@b.example"), To: address(t, "c@d.example")}, []byte("secret\r\n"), func() (*mail.Envelope, error) { return nil, errors.New("it was about to be given") })
	var no *mail.Refusal
	if !errors.As(err, &no) || !no.Recipient || no.Code != 550 {
		t.Errorf("got %v", err)
	}
	if heard := told(); len(heard) != 4 {
		t.Errorf("the server heard %q", heard)
	}
}

// TestTheNextOneInOneBreath tells a server of the next message with the end of the one
// under way, and looks that an answer to one is not taken for that to the other.
func TestTheNextOneInOneBreath(t *testing.T) {
	t.Parallel()
	from, envelopes := address(t, "a@b.example"), []mail.Envelope(nil)
	for _, to := range []string{"one@d.example", "two@d.example", "three@d.example"} {
		envelopes = append(envelopes, mail.Envelope{From: from, To: address(t, to)})
	}
	server := mailtest.Start(t, func(s mailtest.Stage, to string) mailtest.Fault {
		switch {
		case s == mailtest.End && to == "one@d.example":
			return mailtest.Defer
		case s == mailtest.Rcpt && to == "two@d.example":
			return mailtest.Refuse
		}
		return mailtest.None
	})
	session, err := (&mail.Server{Address: server.Address}).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{451, 550, 0} {
		err := session.Send(t.Context(), envelopes[i], []byte("a letter\r\n"), func() (*mail.Envelope, error) {
			return &envelopes[min(i+1, 2)], nil
		})
		var no *mail.Refusal
		if errors.As(err, &no); want == 0 && err != nil || want != 0 && (no == nil || no.Code != want) {
			t.Errorf("message %d: got %v, want %d", i, err, want)
		}
	}
	if got := server.Letters(); len(got) != 1 || got[0].To != "three@d.example" {
		t.Errorf("it took %+v", got)
	}
	// It was told of one more, and not of this one.
	if err := session.Send(t.Context(), envelopes[0], []byte("to somebody else\r\n"), func() (*mail.Envelope, error) { return nil, nil }); err == nil {
		t.Error("a message went out under the envelope of another")
	}
	session.Close()
	if n := len(server.Letters()); n != 1 {
		t.Errorf("it took %d messages", n)
	}
}
