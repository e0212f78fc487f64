package discuss

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"broadsheet/db"
)

// The rule on clusters. New accounts that came in together count together:
// clusterSize or more that came by one invitation, or by none and from one network,
// each within clusterGap of the one before, are one voice on each paper for as long
// as they are new. The desk sees every cluster in the log and may clear it.
const (
	clusterSize = 5
	clusterGap  = 30 * time.Minute
	freshFor    = 14 * 24 * time.Hour // how long an account is new
)

// The states of a voter.
const (
	stateNew  = "new"  // the rule has not looked yet
	stateFull = "full" // a voice of their own
	// "cluster": part of one; "cleared": the desk has cleared them, for good
)

// Clusters returns for each voter who is part of a cluster its number: the lowest
// account in it. It is a pure function of the voters.
func Clusters(voters []Voter) map[int64]int64 {
	together := map[string][]Voter{}
	for _, v := range voters {
		switch {
		case v.Invitation != 0:
			by := fmt.Sprint("by ", v.Invitation)
			together[by] = append(together[by], v)
		case v.Network != "":
			together["from "+v.Network] = append(together["from "+v.Network], v)
		}
	}
	of := map[int64]int64{}
	for _, list := range together {
		slices.SortFunc(list, func(a, b Voter) int { return a.Joined.Compare(b.Joined) })
		for len(list) > 0 {
			n := 1
			for n < len(list) && list[n].Joined.Sub(list[n-1].Joined) <= clusterGap {
				n++
			}
			if n >= clusterSize {
				lowest := slices.MinFunc(list[:n], func(a, b Voter) int { return int(a.Account - b.Account) })
				for _, v := range list[:n] {
					of[v.Account] = lowest.Account
				}
			}
			list = list[n:]
		}
	}
	return of
}

// Weigh applies the rule on clusters when somebody has voted for the first time
// since it was last applied, and forgets from where those came who are no longer
// new. What it weighs down stands in the log as an act of the server.
func (s *Store) Weigh(ctx context.Context, now time.Time) error {
	var n int
	if err := s.db.QueryRow(ctx, `SELECT count(*) FROM voter WHERE state = 'new'`).Scan(&n); err != nil || n == 0 {
		return err
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		fresh, err := newVoters(ctx, tx)
		if err != nil || len(fresh) == 0 { // another process was faster
			return err
		}
		since := db.Micros(now.Add(-freshFor))
		if _, err := tx.Exec(ctx, `UPDATE voter SET invitation = 0, network = '' WHERE joined < $1 AND (invitation <> 0 OR network <> '')`, since); err != nil {
			return err
		}
		voters, held, err := readVoters(ctx, tx, since)
		if err != nil {
			return fmt.Errorf("weigh votes: %w", err)
		}
		clusters := Clusters(voters)
		grown := map[int64]bool{}
		for _, v := range voters {
			c := clusters[v.Account]
			if c == 0 || c == held[v.Account] {
				continue // who is in a cluster stays in it while others grow old
			}
			if err := regroup(ctx, tx, v.Account, c); err != nil {
				return err
			}
			grown[c] = true
		}
		for _, c := range slices.Sorted(maps.Keys(grown)) {
			if err := s.weighed(ctx, tx, now, c); err != nil {
				return err
			}
		}
		return looked(ctx, tx, fresh)
	})
}

// newVoters returns the voters whom the rule has not looked at, and keeps them from
// other processes that would apply it.
func newVoters(ctx context.Context, tx *db.Tx) (fresh []int64, err error) {
	rows, err := tx.Query(ctx, `SELECT account FROM voter WHERE state = 'new' ORDER BY account LIMIT 50000`+tx.Dialect.ForUpdate())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var account int64
		if err := rows.Scan(&account); err != nil {
			return nil, err
		}
		fresh = append(fresh, account)
	}
	return fresh, rows.Err()
}

// looked notes that the rule has looked at voters; those in a cluster are noted already.
func looked(ctx context.Context, tx *db.Tx, voters []int64) error {
	for part := range slices.Chunk(voters, 500) {
		args := make([]any, len(part))
		for i, v := range part {
			args[i] = v
		}
		if _, err := tx.Exec(ctx, `UPDATE voter SET state = 'full' WHERE state = 'new' AND account IN (`+db.Places(1, len(part))+`)`, args...); err != nil {
			return err
		}
	}
	return nil
}

// readVoters returns the voters whom the rule looks at, and the clusters that they
// are in.
func readVoters(ctx context.Context, tx *db.Tx, since int64) (voters []Voter, held map[int64]int64, err error) {
	rows, err := tx.Query(ctx, `SELECT account, joined, invitation, network, cluster FROM voter
		WHERE joined >= $1 AND state <> 'cleared' ORDER BY joined DESC LIMIT 50000`, since)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	held = map[int64]int64{}
	for rows.Next() {
		var v Voter
		var joined, cluster int64
		if err := rows.Scan(&v.Account, &joined, &v.Invitation, &v.Network, &cluster); err != nil {
			return nil, nil, err
		}
		v.Joined, held[v.Account] = db.Time(joined), cluster
		voters = append(voters, v)
	}
	return voters, held, rows.Err()
}

// regroup gives a voter's votes the voice of a cluster.
func regroup(ctx context.Context, tx *db.Tx, account, cluster int64) error {
	if _, err := tx.Exec(ctx, `UPDATE voter SET cluster = $2, state = 'cluster' WHERE account = $1`, account, cluster); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE vote SET voice = $2 WHERE account = $1`, account, -cluster)
	return err
}

// weighed counts anew what a cluster voted for, and says so in the log.
func (s *Store) weighed(ctx context.Context, tx *db.Tx, now time.Time, cluster int64) error {
	votes, papers, accounts, err := s.recountCluster(ctx, tx, now, cluster)
	if err != nil {
		return err
	}
	_, err = logAct(ctx, tx, Act{
		At: now, Kind: VotesWeighed, Concerns: cluster, Rule: 4,
		Reason: fmt.Sprintf("%d accounts that came in together, made within minutes of each other, count as one reader on each paper while they are new. Their %s over %s.",
			accounts, are(votes, "vote", "is spread", "are spread"), plural(papers, "paper")),
	})
	return err
}

// recountCluster counts the votes of every paper that a cluster voted for.
func (s *Store) recountCluster(ctx context.Context, tx *db.Tx, now time.Time, cluster int64) (votes, papers, accounts int, err error) {
	rows, err := tx.Query(ctx, `SELECT vote.paper, count(*) FROM vote JOIN voter ON voter.account = vote.account
		WHERE voter.cluster = $1 GROUP BY vote.paper ORDER BY vote.paper`, cluster)
	if err != nil {
		return 0, 0, 0, err
	}
	var ids []int64
	for rows.Next() {
		var id int64
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			rows.Close()
			return 0, 0, 0, err
		}
		ids, votes = append(ids, id), votes+n
	}
	if err := rows.Err(); err != nil {
		return 0, 0, 0, err
	}
	rows.Close()
	for _, id := range ids {
		if _, err := s.papers.Hold(ctx, tx, id); err != nil {
			return 0, 0, 0, err
		}
		if err := s.recount(ctx, tx, now, id); err != nil {
			return 0, 0, 0, err
		}
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM voter WHERE cluster = $1`, cluster).Scan(&accounts)
	return votes, len(ids), accounts, err
}

// Clear gives the voters of a cluster their own voices back, for good; it is an act
// of the desk, with a reason.
func (s *Store) Clear(ctx context.Context, now time.Time, desk, cluster int64, reason string) error {
	if err := wantReason(reason); err != nil {
		return err
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE vote SET voice = account WHERE voice = $1`, -cluster); err != nil {
			return err
		}
		votes, _, accounts, err := s.recountCluster(ctx, tx, now, cluster)
		if err != nil || accounts == 0 {
			return err // asked twice
		}
		if _, err := tx.Exec(ctx, `UPDATE voter SET cluster = 0, state = 'cleared' WHERE cluster = $1`, cluster); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE act SET state = 'reversed' WHERE kind = $1 AND concerns = $2`, VotesWeighed, cluster); err != nil {
			return err
		}
		_, err = logAct(ctx, tx, Act{
			At: now, Kind: VotesCleared, Account: desk, Concerns: cluster, Rule: 4,
			Reason: fmt.Sprintf("%s of %s count in full again. %s", plural(votes, "vote"), plural(accounts, "account"), reason),
		})
		return err
	})
}
