package db_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/fault"
)

// wire carries connections to PostgreSQL and can cut them.
type wire struct {
	net.Listener
	to string

	mu    sync.Mutex
	conns []net.Conn
	word  []byte // the next packet to the server that holds it goes, and its answer never comes
	dead  bool   // nobody is let in
}

func (w *wire) carry() {
	for {
		client, err := w.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", w.to)
		w.mu.Lock()
		dead := w.dead
		w.conns = append(w.conns, client)
		w.mu.Unlock()
		if err != nil || dead {
			client.Close()
			continue
		}
		cut := func() { client.Close(); server.Close() }
		go func() { defer cut(); io.Copy(client, server) }()
		go func() {
			defer cut()
			for b := make([]byte, 64<<10); ; {
				n, err := client.Read(b)
				if err != nil {
					return
				}
				w.mu.Lock()
				last := w.word != nil && bytes.Contains(b[:n], w.word)
				if last {
					w.word = nil
					client.Close()
				}
				w.mu.Unlock()
				if _, err := server.Write(b[:n]); err != nil {
					return
				}
				if last { // the server does what it was asked for
					io.Copy(io.Discard, server)
					return
				}
			}
		}()
	}
}

func (w *wire) cut(dead bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = dead
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

// TestLostConnections: a transaction whose connection is lost before its commit is run
// again; one that is lost during the commit is not, since it may have been kept; and
// while there is no server, the error is one that asks to try again.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	dsn, err := url.Parse(dbtest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l, to: dsn.Host}
	t.Cleanup(func() { l.Close(); w.cut(true) })
	go w.carry()
	dsn.Host = l.Addr().String()
	d := dbtest.Open(t, dsn.String())
	ctx := t.Context()

	runs := 0
	add := func(before, after func()) error {
		runs = 0
		return d.Transact(ctx, func(tx *db.Tx) error {
			if runs++; runs == 1 {
				before()
			}
			if _, err := tx.Exec(ctx, `INSERT INTO watcher (name, seq, at) VALUES ('n', 1, 1) ON CONFLICT (name) DO UPDATE SET seq = watcher.seq + 1`); err != nil {
				return err
			}
			if runs == 1 {
				after()
			}
			return nil
		})
	}
	nothing := func() {}
	count := func(want int) {
		t.Helper()
		var n int
		if err := d.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM watcher`).Scan(&n); err != nil || n != want {
			t.Errorf("counted %d, %v; want %d", n, err, want)
		}
	}
	if err := add(func() { w.cut(false) }, nothing); err != nil || runs != 2 {
		t.Errorf("cut before the commit: %v after %d runs, want none after 2", err, runs)
	}
	count(1)

	err = add(nothing, func() { w.mu.Lock(); w.word = []byte("commit"); w.mu.Unlock() })
	if err == nil || runs != 1 || !fault.Is(db.Explain(err), fault.KindBusy) {
		t.Errorf("cut during the commit: %v after %d runs, want one that asks to try again after 1", err, runs)
	}
	count(2) // it was kept, and once

	w.cut(true)
	err = add(nothing, nothing)
	if says := fault.Message(db.Explain(err)); !strings.Contains(says, "does not answer") {
		t.Errorf("without a server: %q, of %v", says, err)
	}
	w.cut(false)
	if err := add(nothing, nothing); err != nil {
		t.Errorf("when it is back: %v", err)
	}
	count(3)
}

// TestExplainLeavesOthersAlone: an error of ours is not the database's absence.
func TestExplainLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, errors.New("boom"), fault.NotFound("Nothing."), io.EOF} {
		if got := db.Explain(err); !errors.Is(got, err) || fault.Is(got, fault.KindBusy) {
			t.Errorf("%v became %v", err, got)
		}
	}
}
