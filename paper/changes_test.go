package paper_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/paper"
)

// The environment variable that makes this test binary a writer, to be killed.
const writerDSN = "BROADSHEET_TEST_WRITER_DSN"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(writerDSN); dsn != "" {
		writeUntilKilled(dsn)
	}
	os.Exit(m.Run())
}

// numbered returns a paper of which only the identifier and the votes matter.
func numbered(n, votes int) *paper.Paper {
	return &paper.Paper{
		Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n)}},
		Title:       "T", Abstract: "A", Form: paper.Plain, Authority: paper.FromArXiv,
		Figures: paper.Figures{Votes: votes, At: noon.Add(time.Duration(votes) * time.Second)},
	}
}

var errOnPurpose = errors.New("given up on purpose")

// write commits or gives up one transaction over some of the first 40 papers.
func write(ctx context.Context, s *paper.Store, r *rand.Rand) error {
	return s.DB().Transact(ctx, func(tx *db.Tx) error {
		said := make([]*paper.Paper, 1+r.IntN(5))
		for i := range said {
			said[i] = numbered(r.IntN(40), r.IntN(1_000_000))
		}
		if _, err := s.Put(ctx, tx, "w", noon, said...); err != nil {
			return err
		}
		if r.IntN(4) == 0 {
			return errOnPurpose
		}
		return nil
	})
}

func writeUntilKilled(dsn string) {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	s := paper.NewStore(d)
	r := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
	fmt.Println("writing")
	for {
		if err := write(ctx, s, r); err != nil && !errors.Is(err, errOnPurpose) {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// TestNoChangeIsMissedOrRepeated has writers in this process and in processes
// that are killed, and watchers of one name that crash in the middle of their
// work. At the end every change that stands in the log must have been seen once.
func TestNoChangeIsMissedOrRepeated(t *testing.T) {
	t.Parallel()
	dbtest.EachDSN(t, noChangeIsMissed)
	t.Run("pgbouncer", func(t *testing.T) { // transactions of one process go through many connections
		t.Parallel()
		noChangeIsMissed(t, dbtest.PgBouncer(t))
	})
}

func noChangeIsMissed(t *testing.T, dsn string) {
	d := dbtest.Open(t, dsn)
	exec1(t, d, `CREATE TABLE seen (seq BIGINT PRIMARY KEY, subject BIGINT NOT NULL)`)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)

	// So much must happen, however slow the machine is.
	const commits, kills, watched = 150, 4, 8
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	var committed, killed, seen atomic.Int64
	enough := func() {
		if committed.Load() >= commits && killed.Load() >= kills && seen.Load() >= watched {
			stop()
		}
	}
	var workers sync.WaitGroup
	for i := range 4 {
		workers.Go(func() { // each with connections of its own, as processes have
			s, r := paper.NewStore(dbtest.Open(t, dsn)), rand.New(rand.NewPCG(seed, uint64(i)))
			for ctx.Err() == nil {
				err := write(ctx, s, r)
				if err != nil && !errors.Is(err, errOnPurpose) && ctx.Err() == nil {
					t.Errorf("writer %d: %v", i, err)
					return
				}
				if err == nil {
					committed.Add(1)
					enough()
				}
			}
		})
	}
	workers.Go(func() {
		for ctx.Err() == nil {
			killAWriter(t, dsn)
			killed.Add(1)
			enough()
		}
	})
	for i := range 3 {
		workers.Go(func() {
			d, r := dbtest.Open(t, dsn), rand.New(rand.NewPCG(seed, uint64(100+i)))
			for ctx.Err() == nil {
				n, err := watch(ctx, d, r)
				if err != nil && !errors.Is(err, errOnPurpose) && ctx.Err() == nil {
					t.Errorf("watcher %d: %v", i, err)
					return
				}
				if n > 0 {
					seen.Add(1)
					enough()
				}
			}
		})
	}
	workers.Wait()
	if t.Failed() {
		return
	}
	calm := rand.New(calmSource{}) // never crashes
	for {
		if n, err := watch(t.Context(), d, calm); err != nil {
			t.Fatal(err)
		} else if n == 0 {
			break
		}
	}
	log, err := paper.Changes(t.Context(), d, 0, 1_000_000)
	if err != nil || len(log) < 40 {
		t.Fatalf("%d changes in the log, %v: the writers did not get far", len(log), err)
	}
	for _, c := range log {
		var subject int64
		if err := d.QueryRow(t.Context(), `SELECT subject FROM seen WHERE seq = $1`, c.Seq).Scan(&subject); err != nil || subject != c.Subject {
			t.Errorf("change %d of paper %d was missed: seen %d, %v", c.Seq, c.Subject, subject, err)
		}
	}
	var all int
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM seen`).Scan(&all); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d changes seen, %d in the log, the last number is %d", all, len(log), log[len(log)-1].Seq)
}

// calmSource makes every random choice come out as the highest.
type calmSource struct{}

func (calmSource) Uint64() uint64 { return 1<<64 - 1 }

// watch takes the next changes and writes them down; a repeat breaks the primary
// key. One time in three it crashes after the work and before the commit.
func watch(ctx context.Context, d *db.DB, r *rand.Rand) (int, error) {
	return paper.Watch(ctx, d, "test", 1+r.IntN(7), noon, func(tx *db.Tx, changes []paper.Change) error {
		for _, c := range changes {
			if _, err := tx.Exec(ctx, `INSERT INTO seen (seq, subject) VALUES ($1, $2)`, c.Seq, c.Subject); err != nil {
				return err
			}
		}
		if r.IntN(3) == 0 {
			return errOnPurpose
		}
		return nil
	})
}

// killAWriter starts a process that writes and kills it without warning.
func killAWriter(t *testing.T, dsn string) {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), writerDSN+"="+dsn)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Error(err)
		return
	}
	if err := c.Start(); err != nil {
		t.Error(err)
		return
	}
	line := make([]byte, 200)
	if n, _ := out.Read(line); string(line[:n]) != "writing\n" {
		t.Errorf("the writing process says %q", line[:n])
	}
	time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
	c.Process.Kill()
	c.Wait() // it was killed: that is what its status says
}

func exec1(t *testing.T, d *db.DB, statement string) {
	t.Helper()
	if err := d.Transact(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), statement); return err }); err != nil {
		t.Fatal(err)
	}
}
