package discuss_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/paper"
)

var (
	kills  = flag.Int("kills", 3, "how often the process that acts is killed")
	toward = flag.Int("acts", 600, "the acts in the middle of which it is killed")
)

// The environment variables that make this test binary the process that acts.
const (
	actorDSN   = "BROADSHEET_TEST_ACTOR_DSN"
	actorRound = "BROADSHEET_TEST_ACTOR_ROUND"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(actorDSN); dsn != "" {
		if err := actUntilKilled(dsn, os.Getenv(actorRound)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// actors is how many act at once. Each has papers, comments and reactions that no
// other touches, so what is held of them must be what they were told.
const actors = 16

// actUntilKilled votes, writes, withdraws and reacts, and prints "began KEY VALUE"
// before each act and "done KEY VALUE" when it has been acknowledged.
func actUntilKilled(dsn, round string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	papers := paper.NewStore(d)
	s := discuss.NewStore(papers, account.NewStore(d, account.Settings{}, nil, nil), nil)
	failed := make(chan error, actors)
	for n := range actors {
		go func() { failed <- act(ctx, s, n, round) }()
	}
	for range actors {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}

func act(ctx context.Context, s *discuss.Store, n int, round string) error {
	r := rand.New(rand.NewPCG(uint64(n), rand.Uint64()))
	me := int64(100 + n)
	var mine []int64
	for i := 0; ; i++ {
		var key, value string
		var do func() error
		switch id := 1 + r.Int64N(4); r.IntN(5) {
		case 0, 1:
			on := r.IntN(3) > 0
			key, value = fmt.Sprintf("vote/%d/%d", id, me), fmt.Sprint(on)
			do = func() error {
				_, err := s.Vote(ctx, time.Now(), id, discuss.Voter{Account: me, Joined: noon}, on)
				return err
			}
		case 2:
			body := fmt.Sprintf("%s-%d-%d", round, n, i)
			key, value = "say/"+body, "shown"
			do = func() error {
				c, err := s.Write(ctx, time.Now(), discuss.Draft{Paper: id, Body: body, Writer: discuss.Writer{Account: me, Trusted: true}})
				if err == nil {
					mine = append(mine, c.ID)
					key += fmt.Sprintf(" %d", c.ID)
				}
				return err
			}
		case 3:
			if len(mine) == 0 {
				continue
			}
			c := mine[r.IntN(len(mine))]
			key, value = fmt.Sprintf("comment/%d", c), "withdrawn"
			do = func() error { return s.Withdraw(ctx, time.Now(), c, me) }
		case 4:
			reaction := []discuss.Reaction{discuss.Up, discuss.Doubt, discuss.NoReaction}[r.IntN(3)]
			key, value = fmt.Sprintf("react/%d", me), "is"+string(reaction)
			do = func() error {
				_, err := s.React(ctx, time.Now(), 1, me, reaction)
				return err
			}
		}
		fmt.Printf("began %s %s\n", key, value)
		if err := do(); err != nil {
			return err
		}
		fmt.Printf("done %s %s\n", key, value)
	}
}

// TestKilled kills a process in the middle of many acts, again and again, with -kills
// and -acts as often and as late as is asked, and looks each time whether everything
// that was acknowledged is held, nothing twice, and the numbers are those of the rows.
func TestKilled(t *testing.T) {
	t.Parallel()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		r := openRoom(t, dbtest.Open(t, dsn), 4)
		if first := r.write(noon, 0, 1, "To react to."); first.ID != 1 || r.ids[0] != 1 || r.ids[3] != 4 {
			t.Fatal("the actors expect papers 1 to 4 and comment 1")
		}
		held := map[string]string{}
		acknowledged := 0
		for round := range *kills {
			pending, n := actAndKill(t, dsn, round, held)
			acknowledged += n
			compare(t, r, held, pending)
			agree(t, r.db)
			if t.Failed() {
				t.Fatalf("after kill %d", round+1)
			}
			if (round+1)%10 == 0 {
				t.Logf("%d kills, %d acts acknowledged, all of them held", round+1, acknowledged)
			}
		}
		t.Logf("%d kills, %d acts acknowledged, all of them held", *kills, acknowledged)
	})
}

// actAndKill starts a process that acts, kills it after a random number of
// acknowledgements, and notes these in held. It returns what had begun and was not
// acknowledged.
func actAndKill(t *testing.T, dsn string, round int, held map[string]string) (pending map[string]string, acknowledged int) {
	t.Helper()
	name := fmt.Sprintf("actor_%d_%d", os.Getpid(), rand.Uint32())
	if u, err := url.Parse(dsn); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		q := u.Query()
		q.Set("application_name", name)
		u.RawQuery = q.Encode()
		dsn = u.String()
	}
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), actorDSN+"="+dsn, fmt.Sprintf("%s=%d", actorRound, round))
	var trouble strings.Builder
	c.Stderr = &trouble
	out, err := c.StdoutPipe()
	check(t, err)
	check(t, c.Start())
	last := 1 + rand.IntN(*toward)
	pending = map[string]string{}
	var killed sync.Once
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 3 {
			continue // it was killed while it wrote
		}
		key, value := words[1], words[len(words)-1]
		if words[0] == "began" {
			pending[key] = value
			continue
		}
		delete(pending, key)
		if len(words) == 4 { // a comment, by its words and by its number
			held["comment/"+words[2]] = value
		}
		held[key] = value
		if acknowledged++; acknowledged == last {
			killed.Do(func() { c.Process.Kill() })
		}
	}
	c.Wait() // it was killed
	if acknowledged < last {
		t.Fatalf("it ended after %d acts by itself: %s", acknowledged, &trouble)
	}
	gone(t, dsn, name)
	return pending, acknowledged
}

// gone waits until a PostgreSQL server has noticed that the killed process is gone,
// since it may still be committing what that had asked for.
func gone(t *testing.T, dsn, name string) {
	t.Helper()
	if !strings.HasPrefix(dsn, "postgres") {
		return
	}
	d, err := db.Connect(t.Context(), os.Getenv("BROADSHEET_TEST_POSTGRES"))
	check(t, err)
	defer d.Close()
	for n := 1; n > 0; time.Sleep(5 * time.Millisecond) {
		check(t, d.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1`, name).Scan(&n))
	}
}

// compare holds what was acknowledged against the rows. What was pending may have
// happened or not; whichever it is, it is taken for held from then on.
func compare(t *testing.T, r *room, held, pending map[string]string) {
	t.Helper()
	rows := read(t, r)
	for key, value := range pending {
		if kind, _, _ := strings.Cut(key, "/"); held[key] == "" && (kind == "vote" || kind == "react") {
			held[key] = map[string]string{"vote": "false", "react": "is"}[kind]
		}
		if got, ok := rows[key]; ok && got == value || !ok && absent(value) {
			held[key] = value
		}
	}
	for key, value := range held {
		switch got, ok := rows[key]; {
		case strings.HasPrefix(key, "say/"):
			if got == "" {
				t.Errorf("%s was acknowledged and is not held", key)
			}
		case !ok && !absent(value), ok && got != value:
			t.Errorf("%s is %q; %q was acknowledged", key, got, value)
		}
	}
}

// absent reports whether a value means that there is no row.
func absent(value string) bool { return value == "false" || value == "is" }

// read returns what is held, in the words of the actors.
func read(t *testing.T, r *room) map[string]string {
	t.Helper()
	found := map[string]string{}
	for query, say := range map[string]func(a, b int64, s string) (string, string){
		`SELECT paper, account, '' FROM vote`:                 func(a, b int64, _ string) (string, string) { return fmt.Sprintf("vote/%d/%d", a, b), "true" },
		`SELECT account, comment, kind FROM reaction`:         func(a, _ int64, s string) (string, string) { return fmt.Sprintf("react/%d", a), "is" + s },
		`SELECT id, account, state FROM comment WHERE id > 1`: func(a, _ int64, s string) (string, string) { return fmt.Sprintf("comment/%d", a), s },
		`SELECT id, account, body FROM comment WHERE id > 1`:  func(_, _ int64, s string) (string, string) { return "say/" + s, "shown" },
		`SELECT count(*), 0, body FROM comment GROUP BY body HAVING count(*) > 1`: func(n, _ int64, s string) (string, string) {
			t.Errorf("the comment %q is held %d times", s, n)
			return "twice/" + s, ""
		},
	} {
		rows, err := r.db.Query(t.Context(), query)
		check(t, err)
		for rows.Next() {
			var a, b int64
			var s string
			check(t, rows.Scan(&a, &b, &s))
			key, value := say(a, b, s)
			found[key] = value
		}
		check(t, rows.Err())
		rows.Close()
	}
	return found
}
