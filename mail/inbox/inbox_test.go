package inbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/backend/memory"
	"github.com/emersion/go-imap/server"

	"broadsheet/fault"
	"broadsheet/mail"
)

const letter = "From: <MAILER-DAEMON@mx.example>\r\nTo: <bounces+1-abc@papers.example>\r\nSubject: Returned\r\n\r\nThe text.\r\n.\r\nmore\r\n"

// got gathers what is handed over; it fails as often as told first.
type got struct {
	mu    sync.Mutex
	fails int
	list  []string
}

func (g *got) handle(_ context.Context, m *mail.Received, to []string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fails > 0 {
		g.fails--
		return errors.New("not now")
	}
	g.list = append(g.list, m.Subject()+" to "+to[0])
	return nil
}

func (g *got) want(t *testing.T, want ...string) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if strings.Join(g.list, "\n") != strings.Join(want, "\n") {
		t.Errorf("handed over: %q, want %q", g.list, want)
	}
}

func TestMaildir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "new"), 0o750); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"1.a": letter, "2.b": "\x00 no mail at all", "3.c": strings.Repeat("x", most+5)} {
		if err := os.WriteFile(filepath.Join(dir, "new", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g := &got{fails: 1}
	if err := maildir(dir).look(t.Context(), g.handle); err == nil {
		t.Error("a failure was not told")
	}
	for range 2 {
		if err := maildir(dir).look(t.Context(), g.handle); err != nil {
			t.Error(err)
		}
	}
	g.want(t, "Returned to bounces+1-abc@papers.example")
	if seen, err := os.ReadDir(filepath.Join(dir, "cur")); err != nil || len(seen) != 3 {
		t.Errorf("put away: %v, %v", seen, err)
	}
}

func TestListener(t *testing.T) {
	t.Parallel()
	g := &got{fails: 1}
	l := &listener{address: "127.0.0.1:0", expects: func(to string) bool { return strings.HasPrefix(to, "bounces+1") }, bound: make(chan net.Addr, 1)}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.Run(ctx, g.handle, func(error) {})
	}()
	at := (<-l.bound).String()
	send := func(to string) error { return smtp.SendMail(at, nil, "", []string{to}, []byte(letter)) }
	if err := send("bounces+1-abc@papers.example"); err == nil || !strings.Contains(err.Error(), "451") {
		t.Errorf("a message that could not be taken in: %v", err)
	}
	if err := send("bounces+1-abc@papers.example"); err != nil {
		t.Error(err)
	}
	if err := send("somebody@papers.example"); err == nil || !strings.Contains(err.Error(), "550") {
		t.Errorf("mail to somebody else: %v", err)
	}
	g.want(t, "Returned to bounces+1-abc@papers.example")
	stop()
	<-done
}

func TestLMTP(t *testing.T) {
	t.Parallel()
	g := &got{}
	socket := filepath.Join(t.TempDir(), "s")
	l := &listener{address: socket, lmtp: true, expects: func(string) bool { return true }, bound: make(chan net.Addr, 1)}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go l.Run(ctx, g.handle, func(error) {})
	<-l.bound
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	r := bufio.NewReader(conn)
	for _, line := range []string{"", "LHLO me", "MAIL FROM:<>", "RCPT TO:<bounces+1-abc@papers.example>", "DATA", strings.ReplaceAll(letter, "\r\n.\r\n", "\r\n..\r\n") + "."} {
		if line != "" {
			fmt.Fprintf(conn, "%s\r\n", line)
		}
		for {
			answer, err := r.ReadString('\n')
			if err != nil || answer[0] > '3' {
				t.Fatalf("%s: %q, %v", line, answer, err)
			}
			if answer[3] == ' ' {
				break
			}
		}
	}
	g.want(t, "Returned to bounces+1-abc@papers.example")
}

// popServer answers one session of a mailbox of messages, and returns which were
// deleted.
func popServer(t *testing.T, l net.Listener, messages []string) (deleted []int) {
	conn, err := l.Accept()
	if err != nil {
		t.Error(err)
		return nil
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	say := func(s string) { io.WriteString(conn, s+"\r\n") }
	say("+OK ready")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil // without QUIT nothing is deleted
		}
		var n int
		switch word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); word {
		case "USER":
			say("+OK")
		case "PASS":
			if rest != "se cret" {
				say("-ERR no")
				return nil
			}
			say("+OK")
		case "STAT":
			say(fmt.Sprintf("+OK %d 1000", len(messages)))
		case "RETR":
			fmt.Sscan(rest, &n)
			say("+OK")
			say(strings.ReplaceAll(strings.TrimSuffix(messages[n-1], "\r\n"), "\r\n.", "\r\n.."))
			say(".")
		case "DELE":
			fmt.Sscan(rest, &n)
			deleted = append(deleted, n)
			say("+OK")
		case "QUIT":
			say("+OK")
			return deleted
		}
	}
}

func TestPOP3(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fails, deleted int
		pass           string
	}{{0, 2, "se cret"}, {1, 0, "se cret"}, {0, 0, "wrong"}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		done := make(chan []int)
		go func() { done <- popServer(t, l, []string{letter, letter}) }()
		host, port, _ := net.SplitHostPort(l.Addr().String())
		g := &got{fails: c.fails}
		err = (&pop3{box{host: host, port: port, user: "u", pass: c.pass}}).look(t.Context(), g.handle)
		if deleted := <-done; len(deleted) != c.deleted || (err == nil) != (c.deleted == 2) {
			t.Errorf("%+v: deleted %v, %v", c, deleted, err)
		}
	}
}

func TestIMAP(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := server.New(memory.New()) // one user, one mail that was seen
	s.AllowInsecureAuth = true
	go s.Serve(l)
	defer s.Close()
	host, port, _ := net.SplitHostPort(l.Addr().String())
	b := box{host: host, port: port, user: "username", pass: "password"}
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	r.ReadString('\n')
	fmt.Fprintf(conn, "a LOGIN username password\r\n")
	r.ReadString('\n')
	fmt.Fprintf(conn, "b APPEND INBOX {%d}\r\n", len(letter))
	r.ReadString('\n')
	fmt.Fprintf(conn, "%s\r\n", letter)
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "OK") {
		t.Fatalf("append: %q, %v", line, err)
	}
	conn.Close()
	g := &got{fails: 1}
	m := &imap{b, "INBOX"}
	if err := m.look(t.Context(), g.handle); err == nil {
		t.Error("a failure was not told")
	}
	for range 2 {
		if err := m.look(t.Context(), g.handle); err != nil {
			t.Error(err)
		}
	}
	g.want(t, "Returned to bounces+1-abc@papers.example")
	m.pass = "wrong"
	if err := m.look(t.Context(), g.handle); err == nil {
		t.Error("a wrong password opens the mailbox")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"listen:127.0.0.1:2525", "lmtp:/run/lmtp", "maildir:/var/mail", "pop3s://u:p@host", "imaps://u:p@host/Bounces"} {
		if _, err := Parse(s, nil); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range []string{"", "maildir:", "imaps://host", "ftp://u@host", "x"} {
		if _, err := Parse(s, nil); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
}
