package discuss

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"broadsheet/db"
	"broadsheet/fault"
)

// A Notifier tells readers of what concerns them. It is called in the transaction
// that makes the news, so that a letter is written if and only if they are true.
type Notifier interface {
	Notify(ctx context.Context, tx *db.Tx, n Notice) error
}

// News is what a Notice is about.
type News string

// The news.
const (
	Replied   News = "reply"   // somebody answered a comment of theirs
	Mentioned News = "mention" // somebody named them
	Decided   News = "decided" // the desk decided about a comment, an appeal or a claim of theirs
)

// Notice is news for one reader.
type Notice struct {
	News    News
	To      int64  // whom it is for
	From    string // the handle of who wrote; "" for the desk
	Paper   int64
	Comment int64  // 0 when it is about none
	Text    string // the comment as written, or what was decided
}

// mentioned are the handles that a comment names: at the beginning of a word.
var mentioned = regexp.MustCompile(`(?:^|[^\w@/.])@([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)\b`)

// Mentions returns the handles that a comment names, each once, at most ten.
func Mentions(body string) []string {
	const most = 10
	var list []string
	for _, m := range mentioned.FindAllStringSubmatch(strings.ToLower(body), -1) {
		if len(list) < most && !slices.Contains(list, m[1]) {
			list = append(list, m[1])
		}
	}
	return list
}

// tell tells whom a shown comment answers or names. Nobody is told twice of one
// comment, nor of their own.
func (s *Store) tell(ctx context.Context, tx *db.Tx, c *Comment, w Writer, answered *Comment, named []int64) error {
	if s.notify == nil {
		return nil
	}
	told := map[int64]bool{c.Account: true, 0: true}
	tell := func(news News, to int64) error {
		if told[to] {
			return nil
		}
		told[to] = true
		if off, err := quiet(ctx, tx, to); err != nil || off {
			return err
		}
		return s.notify.Notify(ctx, tx, Notice{News: news, To: to, From: w.Handle, Paper: c.Paper, Comment: c.ID, Text: c.Body})
	}
	if answered != nil {
		if err := tell(Replied, answered.Account); err != nil {
			return err
		}
	}
	for _, to := range named {
		if err := tell(Mentioned, to); err != nil {
			return err
		}
	}
	return nil
}

// decided tells a reader what the desk decided.
func (s *Store) decided(ctx context.Context, tx *db.Tx, to, paper, comment int64, text string) error {
	if s.notify == nil || to == 0 {
		return nil
	}
	return s.notify.Notify(ctx, tx, Notice{News: Decided, To: to, Paper: paper, Comment: comment, Text: text})
}

// Quiet reports whether a reader wants no mail for replies and mentions.
func (s *Store) Quiet(ctx context.Context, account int64) (bool, error) {
	return quiet(ctx, s.db, account)
}

func quiet(ctx context.Context, q db.Querier, account int64) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM quiet WHERE account = $1`, account).Scan(&n)
	return n > 0, err
}

// SetQuiet notes whether a reader wants mail for replies and mentions. What the desk
// decides about them is mailed all the same.
func (s *Store) SetQuiet(ctx context.Context, account int64, on bool) error {
	query := `DELETE FROM quiet WHERE account = $1`
	if on {
		query = `INSERT INTO quiet (account) VALUES ($1) ON CONFLICT (account) DO NOTHING`
	}
	return s.db.Transact(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, account)
		return err
	})
}

// named returns the accounts of those whom a comment names. A handle that nobody has
// names nobody.
func (s *Store) named(ctx context.Context, body string) ([]int64, error) {
	var list []int64
	for _, handle := range Mentions(body) {
		a, err := s.accounts.ByHandle(ctx, handle)
		switch {
		case err == nil:
			list = append(list, a.ID)
		case !fault.Is(err, fault.KindMissing):
			return nil, err
		}
	}
	return list, nil
}
