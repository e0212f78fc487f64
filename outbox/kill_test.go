package outbox_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/mail"
	"broadsheet/mail/mailtest"
	"broadsheet/outbox"
)

// sending is set in the processes that TestKilled starts: a DSN and an address.
const sending = "BROADSHEET_TEST_SENDING"

func TestMain(m *testing.M) {
	if what := os.Getenv(sending); what != "" {
		send(what)
		return
	}
	os.Exit(m.Run())
}

// send is a process that sends until it is killed.
func send(what string) {
	dsn, at, _ := strings.Cut(what, " ")
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	o, err := outbox.Open(ctx, d, outbox.Config{
		From: mail.Address{Local: "news", Domain: "papers.example"}, Connections: 10,
		Dial:  (&mail.Server{Address: at, Timeout: 5 * time.Second}).Dial,
		Lease: 500 * time.Millisecond, Answer: 700 * time.Millisecond, // so that a successor need not wait
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		o.Flush(ctx) // its errors are the faults
		time.Sleep(5 * time.Millisecond)
	}
}

// TestKilled kills senders, two at a time, at any instant, while the mail server
// fails at every stage. Nothing is lost, and what comes twice was counted as unsure.
// BROADSHEET_TEST_KILLS has it kill that often, with a hundred letters for each.
func TestKilled(t *testing.T) {
	kills := 6
	if s := os.Getenv("BROADSHEET_TEST_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatalf("BROADSHEET_TEST_KILLS: %v", err)
		}
	}
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := dbtest.Open(t, dsn)
		letters := 100 * kills
		var mu sync.Mutex
		times := make(map[string]int, letters)
		server := mailtest.Start(t, func(s mailtest.Stage, _ string) mailtest.Fault {
			switch n := rand.IntN(150); {
			case n == 0 && s != mailtest.Answer: // a server that takes a letter and says no is none
				return mailtest.Defer
			case n == 1:
				return mailtest.Vanish
			}
			return mailtest.None
		})
		server.Take = func(l mailtest.Letter) {
			mu.Lock()
			defer mu.Unlock()
			times[l.To]++
		}
		o := open(t, d, nil, newClock(), func(c *outbox.Config) { c.Now = time.Now })
		for i := range letters {
			enqueue(t, d, o, letter(t, fmt.Sprintf("r%d@university.example", i)))
		}
		began := time.Now()
		killed := killing(t, kills, dsn+" "+server.Address, func() bool {
			// The pauses between tries are none of this test's business.
			if err := d.Transact(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE outbox SET due = 0 WHERE state = 'waiting' AND due > $1`, db.Micros(time.Now()))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			var left int
			if err := d.QueryRow(t.Context(), `SELECT count(*) FROM outbox WHERE state <> 'sent'`).Scan(&left); err != nil {
				t.Fatal(err)
			}
			return left == 0
		})
		var unsure int
		if err := d.QueryRow(t.Context(), `SELECT sum(unsure) FROM outbox`).Scan(&unsure); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		defer mu.Unlock()
		extra := 0
		for _, n := range times {
			extra += n - 1
		}
		t.Logf("%d letters, %d processes killed, %s: lost %d, doubled %d, unsure %d", letters, killed, time.Since(began).Round(time.Second), letters-len(times), extra, unsure)
		if len(times) != letters {
			t.Errorf("%d letters are lost", letters-len(times))
		}
		if extra > unsure {
			t.Errorf("%d letters came again, and only %d were counted as unsure", extra, unsure)
		}
	})
}

// killing runs two senders at a time and kills one after the other, so often; then it
// lets them work until done says so.
func killing(t *testing.T, kills int, what string, done func() bool) (killed int) {
	t.Helper()
	start := func() *exec.Cmd {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), sending+"="+what)
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	end := func(c *exec.Cmd) {
		c.Process.Kill()
		c.Wait()
	}
	pair := []*exec.Cmd{start(), start()}
	defer func() {
		for _, c := range pair {
			end(c)
		}
	}()
	for i := range kills {
		time.Sleep(time.Duration(50+rand.IntN(300)) * time.Millisecond)
		end(pair[i%2])
		killed++
		pair[i%2] = start()
		done()
	}
	for until := time.Now().Add(5 * time.Minute); !done(); {
		if time.Now().After(until) {
			t.Error("the letters do not all go out")
			return killed
		}
		time.Sleep(100 * time.Millisecond)
	}
	return killed
}
