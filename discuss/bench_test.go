package discuss_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// BenchmarkVotes has 64 readers vote at once, each vote durable when it is
// acknowledged, and beside it 64 that each commit one bare row of the same size, in
// turns on the same file system. ratio is votes to bare commits.
func BenchmarkVotes(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchVotes(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchVotes(b, dbtest.Postgres(b)) })
}

func benchVotes(b *testing.B, dsn string) {
	const clients, papers, turns = 64, 100, 5
	r := openRoom(b, dbtest.Open(b, dsn), papers)
	ctx := b.Context()
	check(b, r.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE bare (paper BIGINT NOT NULL, account BIGINT NOT NULL, at BIGINT NOT NULL, voice BIGINT NOT NULL, PRIMARY KEY (paper, account))`)
		return err
	}))
	var next [2]atomic.Int64
	run := func(which, n int, do func(n int64) error) time.Duration {
		var all sync.WaitGroup
		left := atomic.Int64{}
		left.Store(int64(n))
		began := time.Now()
		for range clients {
			all.Go(func() {
				for left.Add(-1) >= 0 {
					if err := do(next[which].Add(1)); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		return time.Since(began)
	}
	vote := func(n int64) error {
		_, err := r.Vote(ctx, noon, r.ids[n%papers], old(int(n)), true)
		return err
	}
	bare := func(n int64) error {
		return r.db.Transact(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO bare (paper, account, at, voice) VALUES ($1, $2, $3, $4)`, n%papers, n, db.Micros(noon), n)
			return err
		})
	}
	var votes, commits time.Duration
	n := 0
	b.ResetTimer()
	for b.Loop() {
		n += turns * clients
		for range turns {
			votes += run(0, clients, vote)
			commits += run(1, clients, bare)
		}
	}
	per := func(d time.Duration) float64 { return float64(n) / d.Seconds() }
	b.ReportMetric(per(votes), "votes/s")
	b.ReportMetric(per(commits), "commits/s")
	b.ReportMetric(per(votes)/per(commits), "ratio")
	b.ReportMetric(0, "ns/op")
}
