package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	gomail "github.com/wneessen/go-mail"

	"broadsheet/db"
	"broadsheet/mail"
	"broadsheet/outbox"
)

const (
	letters     = 10000
	connections = 20
	bodySize    = 24 << 10
)

// sink is a mail server that takes everything and keeps nothing. It prints its
// address.
func sink() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go swallow(conn)
	}
}

// taken counts the letters that the sink has taken.
var taken atomic.Int64

func swallow(conn net.Conn) {
	defer conn.Close()
	r, w := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
	say := func(s string) { w.WriteString(s + "\r\n") }
	say("220 sink")
	for {
		if r.Buffered() == 0 { // as mail servers do: who sends commands in a row has the answers in a row
			w.Flush()
		}
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		switch word := strings.ToUpper(string(line[:min(4, len(line))])); word {
		case "DATA":
			say("354 go on")
			if r.Buffered() == 0 {
				w.Flush()
			}
			if err := pastEnd(r); err != nil {
				return
			}
			taken.Add(1)
			say("250 taken")
		case "COUN": // of ours: how many letters were taken
			say(fmt.Sprint("250 ", taken.Load()))
		case "QUIT":
			say("221 bye")
			w.Flush()
			return
		case "EHLO":
			say("250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
		default:
			say("250 ok")
		}
	}
}

// pastEnd reads a message to its end, a line of one dot, in pieces as they come: what the
// sink spends is lacking to whoever sends on the same machine.
func pastEnd(r *bufio.Reader) error {
	end := []byte("\r\n.\r\n")
	for {
		if _, err := r.Peek(len(end)); err != nil {
			return err
		}
		piece, err := r.Peek(r.Buffered())
		if err != nil {
			return err
		}
		if at := bytes.Index(piece, end); at >= 0 {
			_, err = r.Discard(at + len(end))
			return err
		}
		if _, err := r.Discard(len(piece) - len(end) + 1); err != nil { // the end may be cut
			return err
		}
	}
}

// handover sends letters of one size in three ways, one after the other, three times;
// with the address of a PostgreSQL server in a fourth as well, by listmonk.
func handover(ctx context.Context, dsn string) error {
	var peer *listmonk
	if dsn != "" {
		var err error
		if peer, err = buildListmonk(ctx, dsn); err != nil {
			return err
		}
		defer peer.close()
	}
	c := exec.CommandContext(ctx, os.Args[0], "sink")
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	defer c.Process.Kill()
	at, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return err
	}
	at = strings.TrimSpace(at)
	fmt.Printf("%d letters of %d KB, %d connections\n", letters, bodySize>>10, connections)
	ways := []way{{"the outbox", byOutbox}, {"net/smtp", byStandard}, {"go-mail", byGoMail}}
	if peer != nil {
		ways = append(ways, way{"on PostgreSQL", func(ctx context.Context, at string) error { return onPostgres(ctx, at, peer) }})
	}
	for round := range 3 {
		for _, way := range ways {
			cpu, began := spent(), time.Now()
			if err := way.send(ctx, at); err != nil {
				return fmt.Errorf("%s: %w", way.name, err)
			}
			wall := time.Since(began) - setUp
			fmt.Printf("round %d  %-13s %6.0f letters a second, %4d µs of CPU each\n", round+1, way.name, letters/wall.Seconds(), (spent()-cpu-setUpCPU).Microseconds()/letters)
			setUp, setUpCPU = 0, 0
		}
		if peer == nil {
			continue
		}
		wall, cpu, err := peer.send(ctx, at)
		if err != nil {
			return fmt.Errorf("listmonk: %w", err)
		}
		fmt.Printf("round %d  %-13s %6.0f letters a second, %4d µs of CPU each\n", round+1, "listmonk", letters/wall.Seconds(), cpu.Microseconds()/letters)
	}
	return nil
}

// way is one of the ways to send the letters.
type way struct {
	name string
	send func(ctx context.Context, at string) error
}

// setUp is what was spent before the first letter went.
var setUp, setUpCPU time.Duration

func text() string {
	line := strings.Repeat("a line of a letter ", 3) + "\n"
	return strings.Repeat(line, bodySize/len(line))
}

// byOutbox enqueues the letters in a database on disk, and sends them with all that
// makes each go out once.
func byOutbox(ctx context.Context, at string) error {
	dir, err := os.MkdirTemp("", "bench-mail-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return sendFrom(ctx, at, filepath.Join(dir, "outbox.db"))
}

// onPostgres is byOutbox with a database of its own on the server of listmonk's.
func onPostgres(ctx context.Context, at string, l *listmonk) error {
	began := time.Now()
	dsn, err := l.create(ctx, "bench_outbox")
	if err != nil {
		return err
	}
	before := time.Since(began)
	err = sendFrom(ctx, at, dsn.String())
	setUp += before
	return err
}

// sendFrom enqueues the letters in a new database and sends them.
func sendFrom(ctx context.Context, at, dsn string) error {
	cpu, began := spent(), time.Now()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	o, err := outbox.Open(ctx, d, outbox.Config{
		From: mail.Address{Local: "news", Domain: "papers.example"}, Connections: connections,
		Dial: (&mail.Server{Address: at, TLS: mail.TLSNever}).Dial, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	body := text()
	o.Write("bench", func(context.Context, *outbox.Letter) (*mail.Message, error) {
		return &mail.Message{Subject: "A letter", Text: body}, nil
	})
	if err := d.Transact(ctx, func(tx *db.Tx) error {
		list := make([]outbox.Letter, letters)
		for i := range list {
			list[i] = outbox.Letter{Kind: "bench", To: mail.Address{Local: fmt.Sprint("r", i), Domain: "university.example"}, Ref: []byte{}}
		}
		_, err := o.EnqueueAll(ctx, tx, list)
		return err
	}); err != nil {
		return err
	}
	setUp, setUpCPU = time.Since(began), spent()-cpu
	n, err := o.Flush(ctx)
	if err == nil && n != letters {
		err = fmt.Errorf("%d letters went", n)
	}
	return err
}

// workers has the letters sent over so many connections.
func workers(send func(next func() bool) error) error {
	var sent atomic.Int64
	var all sync.WaitGroup
	failed := make(chan error, connections)
	for range connections {
		all.Go(func() {
			if err := send(func() bool { return sent.Add(1) <= letters }); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// byStandard is the bare rate of the library below the outbox: the same bytes, and
// nothing noted.
func byStandard(_ context.Context, at string) error {
	m := mail.Message{From: mail.Address{Local: "news", Domain: "papers.example"}, To: mail.Address{Local: "r", Domain: "university.example"}, Subject: "A letter", Text: text(), ID: "a@b", Date: time.Now()}
	raw := m.Bytes()
	return workers(func(next func() bool) error {
		c, err := smtp.Dial(at)
		if err != nil {
			return err
		}
		defer c.Quit()
		for next() {
			if err := c.Mail("bounces@papers.example"); err != nil {
				return err
			}
			if err := c.Rcpt("r@university.example"); err != nil {
				return err
			}
			w, err := c.Data()
			if err != nil {
				return err
			}
			if _, err := w.Write(raw); err != nil {
				return err
			}
			if err := w.Close(); err != nil {
				return err
			}
		}
		return nil
	})
}

// byGoMail is another library: it composes and sends.
func byGoMail(ctx context.Context, at string) error {
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return err
	}
	var number int
	fmt.Sscan(port, &number)
	body := text()
	return workers(func(next func() bool) error {
		c, err := gomail.NewClient(host, gomail.WithPort(number), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithoutNoop())
		if err != nil {
			return err
		}
		if err := c.DialWithContext(ctx); err != nil {
			return err
		}
		defer c.Close()
		for next() {
			m := gomail.NewMsg()
			if err := m.From("news@papers.example"); err != nil {
				return err
			}
			if err := m.To("r@university.example"); err != nil {
				return err
			}
			m.Subject("A letter")
			m.SetBodyString(gomail.TypeTextPlain, body)
			if err := c.Send(m); err != nil {
				return err
			}
		}
		return nil
	})
}
