package inbox

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	imapcore "github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"
)

// Mailboxes that are not told of new mail are looked into this often.
const (
	folderPause  = 5 * time.Second
	mailboxPause = 2 * time.Minute
)

// repeat looks into a mailbox again and again until ctx ends.
func repeat(ctx context.Context, every time.Duration, log func(error), look func(context.Context) error) {
	for ctx.Err() == nil {
		if err := look(ctx); err != nil && ctx.Err() == nil {
			log(err)
		}
		pause(ctx, every)
	}
}

// maildir is a folder into which a mail server delivers.
type maildir string

// Run implements Source.
func (m maildir) Run(ctx context.Context, handle Handle, log func(error)) {
	repeat(ctx, folderPause, log, func(ctx context.Context) error { return m.look(ctx, handle) })
}

// look hands over what is new, and moves it to what was seen.
func (m maildir) look(ctx context.Context, handle Handle) error {
	entries, err := os.ReadDir(filepath.Join(string(m), "new"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into the Maildir: %w", err)
	}
	for _, e := range entries {
		if ctx.Err() != nil || !e.Type().IsRegular() {
			continue
		}
		name := filepath.Join(string(m), "new", e.Name())
		raw, err := readFile(name)
		if err == nil {
			err = hand(ctx, handle, raw)
		}
		if err != nil && !errors.Is(err, errTooLong) {
			return fmt.Errorf("take in %s: %w", name, err)
		}
		if err := os.MkdirAll(filepath.Join(string(m), "cur"), 0o750); err != nil {
			return err
		}
		if err := os.Rename(name, filepath.Join(string(m), "cur", e.Name()+":2,S")); err != nil {
			return fmt.Errorf("put a mail away: %w", err)
		}
	}
	return nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f)
}

func readAll(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && len(raw) > most {
		return nil, errTooLong
	}
	return raw, err
}

// pop3 is a mailbox that is read by POP3 (RFC 1939): what was handed over is deleted.
type pop3 struct{ box }

// Run implements Source.
func (p *pop3) Run(ctx context.Context, handle Handle, log func(error)) {
	repeat(ctx, mailboxPause, log, func(ctx context.Context) error { return p.look(ctx, handle) })
}

func (p *pop3) dial(ctx context.Context) (net.Conn, error) {
	port := p.port
	if port == "" {
		if port = "110"; p.tls {
			port = "995"
		}
	}
	return dial(ctx, net.JoinHostPort(p.host, port), p.tls)
}

func dial(ctx context.Context, address string, encrypted bool) (net.Conn, error) {
	const patience = 30 * time.Second
	d := &net.Dialer{Timeout: patience}
	if encrypted {
		return (&tls.Dialer{NetDialer: d}).DialContext(ctx, "tcp", address)
	}
	return d.DialContext(ctx, "tcp", address)
}

// session is a POP3 connection.
type session struct {
	conn net.Conn
	text *textproto.Reader
}

func (p *pop3) look(ctx context.Context, handle Handle) error {
	conn, err := p.dial(ctx)
	if err != nil {
		return fmt.Errorf("open the mailbox at %s: %w", p.host, err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Minute))
	s := &session{conn, textproto.NewReader(bufio.NewReader(conn))}
	if _, err := s.answer(); err != nil {
		return fmt.Errorf("open the mailbox at %s: %w", p.host, err)
	}
	for _, line := range []string{"USER " + p.user, "PASS " + p.pass} {
		if _, err := s.ask(line); err != nil {
			return fmt.Errorf("sign in at %s: %w", p.host, err)
		}
	}
	stat, err := s.ask("STAT")
	if err != nil {
		return err
	}
	word, _, _ := strings.Cut(stat, " ")
	n, err := strconv.Atoi(word)
	if err != nil {
		return fmt.Errorf("%s says of its mailbox %q", p.host, stat)
	}
	const atOnce = 500
	for i := 1; i <= min(n, atOnce) && ctx.Err() == nil; i++ {
		if _, err := s.ask(fmt.Sprint("RETR ", i)); err != nil {
			return fmt.Errorf("fetch a mail from %s: %w", p.host, err)
		}
		dots := s.text.DotReader()
		raw, err := readAll(dots)
		io.Copy(io.Discard, dots)
		if err == nil {
			err = hand(ctx, handle, raw)
		}
		if err != nil && !errors.Is(err, errTooLong) {
			s.ask("QUIT") // what was marked so far is deleted
			return fmt.Errorf("take in a mail from %s: %w", p.host, err)
		}
		if _, err := s.ask(fmt.Sprint("DELE ", i)); err != nil {
			return err
		}
	}
	_, err = s.ask("QUIT")
	return err
}

// ask sends a line and returns what stands behind the server's +OK.
func (s *session) ask(line string) (string, error) {
	if strings.ContainsAny(line, "\r\n") {
		return "", errors.New("a name or a password has a line end in it")
	}
	if _, err := io.WriteString(s.conn, line+"\r\n"); err != nil {
		return "", err
	}
	return s.answer()
}

func (s *session) answer() (string, error) {
	line, err := s.text.ReadLine()
	if err != nil {
		return "", err
	}
	if rest, ok := strings.CutPrefix(line, "+OK"); ok {
		return strings.TrimSpace(rest), nil
	}
	return "", fmt.Errorf("the server said %q", clip(line, 200))
}

func clip(s string, n int) string { return s[:min(n, len(s))] }

// imap is a mailbox that is read by IMAP: what was handed over is marked as seen.
type imap struct {
	box
	folder string
}

// Run implements Source.
func (m *imap) Run(ctx context.Context, handle Handle, log func(error)) {
	repeat(ctx, mailboxPause, log, func(ctx context.Context) error { return m.look(ctx, handle) })
}

func (m *imap) look(ctx context.Context, handle Handle) error {
	port := m.port
	if port == "" {
		if port = "143"; m.tls {
			port = "993"
		}
	}
	conn, err := dial(ctx, net.JoinHostPort(m.host, port), m.tls)
	if err != nil {
		return fmt.Errorf("open the mailbox at %s: %w", m.host, err)
	}
	c, err := client.New(conn)
	if err != nil {
		conn.Close()
		return fmt.Errorf("open the mailbox at %s: %w", m.host, err)
	}
	defer c.Logout()
	c.Timeout = time.Minute
	if err := c.Login(m.user, m.pass); err != nil {
		return fmt.Errorf("sign in at %s: %w", m.host, err)
	}
	if _, err := c.Select(m.folder, false); err != nil {
		return fmt.Errorf("open the folder %s at %s: %w", m.folder, m.host, err)
	}
	criteria := imapcore.NewSearchCriteria()
	criteria.WithoutFlags = []string{imapcore.SeenFlag}
	fresh, err := c.UidSearch(criteria)
	if err != nil {
		return err
	}
	for _, uid := range fresh {
		if ctx.Err() != nil {
			return nil
		}
		if err := m.take(ctx, c, uid, handle); err != nil {
			return fmt.Errorf("take in a mail from %s: %w", m.host, err)
		}
	}
	return nil
}

// take hands one message over and marks it.
func (m *imap) take(ctx context.Context, c *client.Client, uid uint32, handle Handle) error {
	set := new(imapcore.SeqSet)
	set.AddNum(uid)
	whole := &imapcore.BodySectionName{Peek: true}
	found := make(chan *imapcore.Message, 2)
	if err := c.UidFetch(set, []imapcore.FetchItem{whole.FetchItem(), imapcore.FetchUid}, found); err != nil {
		return err
	}
	for msg := range found {
		body := msg.GetBody(whole)
		if body == nil {
			continue
		}
		raw, err := readAll(body)
		if err == nil {
			err = hand(ctx, handle, bytes.TrimLeft(raw, "\r\n"))
		}
		if err != nil && !errors.Is(err, errTooLong) {
			return err
		}
	}
	return c.UidStore(set, imapcore.FormatFlagsOp(imapcore.AddFlags, true), []any{imapcore.SeenFlag}, nil)
}
