package discuss

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
)

// The limits. An account is new for its first week, and until three comments of it
// have stood for a day.
const (
	newFor        = 7 * 24 * time.Hour
	settledBy     = 3
	newPerDay     = 5
	anyPerHour    = 30
	sameElsewhere = 2 // papers under which the same words stand already
)

// pace refuses a comment from who writes too many.
func pace(ctx context.Context, tx *db.Tx, now time.Time, w Writer) error {
	if w.Trusted {
		return nil
	}
	fresh, err := isNew(ctx, tx, now, w)
	if err != nil {
		return err
	}
	most, span, says := anyPerHour, time.Hour, "an hour"
	if fresh {
		most, span, says = newPerDay, 24*time.Hour, "a day while your account is new"
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM comment WHERE account = $1 AND at > $2`, w.Account, db.Micros(now.Add(-span))).Scan(&n); err != nil {
		return err
	}
	if n >= most {
		return fault.TooOften("You can write %d comments %s. Keep this one and post it later.", most, says)
	}
	return nil
}

func isNew(ctx context.Context, q db.Querier, now time.Time, w Writer) (bool, error) {
	if w.Trusted {
		return false, nil
	}
	if now.Sub(w.Joined) < newFor {
		return true, nil
	}
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM (SELECT id FROM comment WHERE account = $1 AND at < $2 AND state = 'shown' LIMIT $3) stood`,
		w.Account, db.Micros(now.Add(-24*time.Hour)), settledBy).Scan(&n)
	return n < settledBy, err
}

var link = regexp.MustCompile(`(?i)https?://|www\.|\]\(|\w\.(?:com|net|io|ai|org|xyz|shop|app|dev|me|ru|cn)\b`)

// judge says whether a comment is shown at once, and if not, why.
func judge(ctx context.Context, tx *db.Tx, now time.Time, c *Comment, w Writer) (State, string, error) {
	fresh, err := isNew(ctx, tx, now, w)
	if err != nil || !fresh {
		return Shown, "", err
	}
	if link.MatchString(c.Body) {
		return Held, "A link from a new account.", nil
	}
	var n int
	err = tx.QueryRow(ctx, `SELECT count(DISTINCT paper) FROM comment WHERE account = $1 AND at > $2 AND body = $3 AND paper <> $4`,
		w.Account, db.Micros(now.Add(-newFor)), c.Body, c.Paper).Scan(&n)
	if err == nil && n >= sameElsewhere {
		return Held, fmt.Sprintf("The same words stand under %d other papers.", n), nil
	}
	return Shown, "", err
}
