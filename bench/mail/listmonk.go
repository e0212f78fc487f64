package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// listmonkVersion is the newest that the module proxy has.
const listmonkVersion = "github.com/knadh/listmonk@v1.1.0"

// listmonk is that program, built from the module proxy, with a database of its own
// on a PostgreSQL server.
type listmonk struct {
	dir    string   // its sources, its settings and the program
	server *url.URL // the database that was given
	dsn    *url.URL
	http   string // where its own pages are
}

// buildListmonk builds the program and creates its database.
func buildListmonk(ctx context.Context, dsn string) (*listmonk, error) {
	out, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", listmonkVersion).Output()
	if err != nil {
		return nil, fmt.Errorf("download listmonk: %w: %s", err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return nil, err
	}
	l := &listmonk{}
	if l.server, err = url.Parse(dsn); err != nil {
		return nil, err
	}
	if l.dir, err = os.MkdirTemp("", "bench-listmonk-"); err != nil {
		return nil, err
	}
	src := filepath.Join(l.dir, "src")
	// Its pages are built by another tool; without them it still mails.
	for _, command := range []string{
		"cp -r " + module.Dir + " " + src + " && chmod -R u+w " + src,
		"mkdir -p " + src + "/frontend/dist/frontend && touch " + src + "/frontend/dist/favicon.png",
		"cd " + src + " && GOFLAGS=-mod=mod go build -o listmonk ./cmd",
	} {
		if out, err := exec.CommandContext(ctx, "sh", "-c", command).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w: %s", command, err, out)
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l.http = free.Addr().String()
	free.Close()
	if l.dsn, err = l.create(ctx, "bench_listmonk"); err != nil {
		return nil, err
	}
	password, _ := l.dsn.User.Password()
	settings := fmt.Sprintf("[app]\naddress = %q\n[db]\nhost = %q\nport = %s\nuser = %q\npassword = %q\ndatabase = \"bench_listmonk\"\nssl_mode = \"disable\"\nmax_open = 25\nmax_idle = 25\nmax_lifetime = \"300s\"\n",
		l.http, l.dsn.Hostname(), l.dsn.Port(), l.dsn.User.Username(), password)
	if err := os.WriteFile(filepath.Join(src, "config.toml"), []byte(settings), 0o600); err != nil {
		return nil, err
	}
	return l, nil
}

// create makes an empty database on the server, and returns its address.
func (l *listmonk) create(ctx context.Context, name string) (*url.URL, error) {
	dsn := *l.server
	dsn.Path = "/" + name
	return &dsn, l.query(ctx, l.server.String(), "DROP DATABASE IF EXISTS "+name, "CREATE DATABASE "+name)
}

func (l *listmonk) close() { os.RemoveAll(l.dir) }

func (l *listmonk) query(ctx context.Context, dsn string, statements ...string) error {
	d, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	for _, s := range statements {
		if _, err := d.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s[:min(60, len(s))], err)
		}
	}
	return nil
}

func (l *listmonk) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "./listmonk", args...)
	c.Dir = filepath.Join(l.dir, "src")
	return c
}

// send has a campaign of one letter for each of the readers go to the sink, and
// returns how long that took from the first letter to the last, and the processor
// time of the program (not of its database).
func (l *listmonk) send(ctx context.Context, at string) (wall, cpu time.Duration, err error) {
	if out, err := l.command(ctx, "--install", "--yes").CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("install listmonk: %w: %s", err, out)
	}
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return 0, 0, err
	}
	server := fmt.Sprintf(`[{"enabled":true,"host":%q,"port":%s,"auth_protocol":"none","hello_hostname":"","max_conns":%d,"idle_timeout":"15s","wait_timeout":"5s","max_msg_retries":2,"tls_enabled":false,"tls_skip_verify":false,"email_headers":[]}]`, host, port, connections)
	if err := l.query(ctx, l.dsn.String(),
		`UPDATE settings SET value = '`+server+`' WHERE key = 'smtp'`,
		fmt.Sprintf(`UPDATE settings SET value = '%d' WHERE key = 'app.concurrency'`, connections),
		`UPDATE settings SET value = '1000000' WHERE key = 'app.message_rate'`,
		`UPDATE settings SET value = '10000' WHERE key = 'app.batch_size'`,
		`UPDATE settings SET value = 'false' WHERE key = 'app.check_updates'`,
		`UPDATE settings SET value = '[]' WHERE key = 'app.notify_emails'`,
		`DELETE FROM subscribers`,
		fmt.Sprintf(`INSERT INTO subscribers (uuid, email, name) SELECT gen_random_uuid(), 'r' || n || '@university.example', 'Reader ' || n FROM generate_series(1, %d) AS n`, letters),
		`INSERT INTO subscriber_lists (subscriber_id, list_id, status) SELECT id, 1, 'confirmed' FROM subscribers`,
		`UPDATE templates SET body = '{{ template "content" . }}'`,
		`UPDATE campaigns SET content_type = 'plain', status = 'running', body = 'Dear {{ .Subscriber.Name }},'||chr(10)||'`+text()+`'`,
	); err != nil {
		return 0, 0, err
	}
	count, err := counter(at)
	if err != nil {
		return 0, 0, err
	}
	defer count.Close()
	before, err := count.taken()
	if err != nil {
		return 0, 0, err
	}
	c := l.command(ctx)
	var said strings.Builder
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		return 0, 0, err
	}
	var began time.Time
	for limit := time.Now().Add(5 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		n, err := count.taken()
		switch {
		case err == nil && time.Now().After(limit):
			err = fmt.Errorf("listmonk sent %d of %d letters in five minutes", n-before, letters)
			fallthrough
		case err != nil:
			c.Process.Kill()
			c.Wait()
			return 0, 0, fmt.Errorf("%w: %s", err, said.String())
		}
		if began.IsZero() && n > before {
			began = time.Now()
		}
		if n >= before+letters {
			break
		}
	}
	wall = time.Since(began)
	c.Process.Kill()
	c.Wait()
	return wall, c.ProcessState.UserTime() + c.ProcessState.SystemTime(), nil
}

// count asks the sink how many letters it has taken.
type count struct {
	net.Conn
	lines *bufio.Reader
}

func counter(at string) (*count, error) {
	conn, err := net.Dial("tcp", at)
	if err != nil {
		return nil, err
	}
	c := &count{conn, bufio.NewReader(conn)}
	_, err = c.lines.ReadString('\n') // its greeting
	return c, err
}

func (c *count) taken() (n int64, err error) {
	if _, err := io.WriteString(c, "COUNT\r\n"); err != nil {
		return 0, err
	}
	line, err := c.lines.ReadString('\n')
	if err == nil {
		_, err = fmt.Sscanf(line, "250 %d", &n)
	}
	return n, err
}
