package edition

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/fault"
)

// Deed is what somebody at the desk does.
type Deed string

// The deeds. Those of the first group are done to a candidate, those of the last to any papers.
const (
	Keep   Deed = "keep"  // it stands in the edition, last in the order so far
	Skip   Deed = "skip"  // it does not
	Later  Deed = "later" // the next edition's desk decides
	Reopen Deed = "open"  // nothing is decided
	Up     Deed = "up"    // in the order, by one place
	Down   Deed = "down"
	Lead   Deed = "lead"  // to the first place
	Put    Deed = "put"   // before another kept paper
	Choose Deed = "claim" // the sentence that is shown
	Remark Deed = "note"  // what readers are told with it

	Hold    Deed = "hold"    // the edition, after its hour
	Release Deed = "release" // it publishes itself
	Publish Deed = "publish" // now
	Undo    Deed = "undo"    // an act

	Unite Deed = "unite" // two papers are one
	Part  Deed = "part"  // two papers that look like one are two
)

// Request is what somebody at the desk wants done, with what they saw when they did.
type Request struct {
	Desk   int64  // the account
	Day    string // whose edition they look at
	Do     Deed
	Paper  int64
	Seen   int64  // the newest act of the edition that they saw
	Before int64  // Put: before which paper; 0 for last
	Other  int64  // Unite, Part: the other paper
	Text   string // of a Choose or a Remark; "" takes it back
	Act    int64  // that is undone
}

// Act is what was done.
type Act struct {
	ID      int64
	Day     string
	At      time.Time
	Account int64
	Paper   int64 // 0 when it was done to the edition
	Do      Deed
	Undone  bool

	before, after state
	target        int64 // that it undid
}

// longestNote bounds what the desk and the readers say of a paper.
const longestNote = 1000

// Do does what somebody at the desk asks for and returns the act that it became, nil
// when everything is so already. It goes onto what others did meanwhile; where the two
// contradict each other, nothing is done, and the error is a Clash.
func (s *Store) Do(ctx context.Context, now time.Time, r Request) (*Act, error) {
	if !s.settings.Desk {
		return nil, fault.NotFound("There is no desk here: an edition fills as its day goes.")
	}
	var done *Act
	err := s.db.Transact(ctx, func(tx *db.Tx) error {
		d, err := s.taken(ctx, tx, r.Day)
		if err != nil {
			return err
		}
		p := acting{s, tx, now, d.held, r}
		switch r.Do {
		case Publish:
			done, err = p.log(ctx, Act{Do: Publish})
			if err == nil {
				err = s.publish(ctx, tx, now, r.Day, r.Desk)
			}
		case Hold, Release:
			done, err = p.hold(ctx, r.Do == Hold, 0)
		case Undo:
			done, err = p.undo(ctx)
		case Unite, Part:
			done, err = p.judge(ctx)
		default:
			done, err = p.decide(ctx)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s for the edition of %s: %w", r.Do, r.Day, err)
	}
	return done, nil
}

// taken takes the edition that is made; any other day's is a conflict.
func (s *Store) taken(ctx context.Context, tx *db.Tx, day string) (*desk, error) {
	if _, err := ParseDay(day); err != nil {
		return nil, err
	}
	_, last, err := published(ctx, tx)
	if err != nil {
		return nil, err
	}
	if next := dayAfter(last); next != "" && day > next {
		return nil, fault.Busy("The edition of %s comes first. Try again in a moment.", next)
	}
	d, err := s.take(ctx, tx, day)
	if err == nil && (d.published || day <= last) {
		err = fault.Conflict("The edition of %s has been published; nothing of it can be changed any more.", day)
	}
	return d, err
}

// acting is one call of Do.
type acting struct {
	s    *Store
	tx   *db.Tx
	now  time.Time
	held bool // the edition
	Request
}

// decide does what is asked for to a candidate.
func (p *acting) decide(ctx context.Context) (*Act, error) {
	c, err := stands(ctx, p.tx, p.Paper)
	if err != nil {
		return nil, err
	}
	if c == nil || c.Pick == Left && c.Day < p.Day {
		return nil, fault.NotFound("This paper is no candidate of the coming edition.")
	}
	to, err := p.asked(ctx, c)
	if err != nil || to == c.state {
		return nil, err
	}
	if err := p.contradicted(ctx, c.state, to); err != nil {
		return nil, err
	}
	if c.Day != p.Day {
		return nil, fault.Conflict("This paper is a candidate of the edition of %s.", c.Day)
	}
	return p.become(ctx, c, to, Act{Do: p.Do})
}

// asked returns how a candidate is to stand.
func (p *acting) asked(ctx context.Context, c *standing) (state, error) {
	to := c.state
	switch p.Do {
	case Keep:
		if to.Pick != Kept {
			kept, err := order(ctx, p.tx, p.Day)
			if err != nil {
				return to, err
			}
			to.Pick, to.Ord = Kept, len(kept)+1
		}
	case Skip:
		to.Pick, to.Ord = Left, 0
	case Reopen:
		to.Pick, to.Ord = Open, 0
	case Later:
		to.Pick, to.Ord, to.Day = Open, 0, dayAfter(p.Day)
	case Up, Down, Lead, Put:
		return p.moved(ctx, c)
	case Choose:
		return p.chosen(ctx, to)
	case Remark:
		to.Note = strings.TrimSpace(strings.ReplaceAll(p.Text, "\r\n", "\n"))
		if n := len([]rune(to.Note)); n > longestNote {
			return to, fault.Invalid("A note has at most %d letters; this one has %d.", longestNote, n)
		}
	default:
		return to, fault.Invalid("The desk has no way to %q.", clip(string(p.Do), 20))
	}
	return to, nil
}

// moved returns the place that a paper is to have in the order.
func (p *acting) moved(ctx context.Context, c *standing) (state, error) {
	to := c.state
	if c.Pick != Kept || c.Day != p.Day {
		to.Pick, to.Day = Kept, p.Day // so that it clashes with who took it out
		if err := p.contradicted(ctx, to, c.state); err != nil {
			return to, err
		}
		return to, fault.Conflict("Only papers that are kept have an order. Keep it first.")
	}
	kept, err := order(ctx, p.tx, p.Day)
	if err != nil {
		return to, err
	}
	switch p.Do {
	case Up:
		to.Ord--
	case Down:
		to.Ord++
	case Lead:
		to.Ord = 1
	case Put:
		to.Ord = len(kept)
		if p.Before != 0 {
			others := slices.DeleteFunc(slices.Clone(kept), func(id int64) bool { return id == p.Paper })
			if to.Ord = slices.Index(others, p.Before) + 1; to.Ord == 0 {
				return to, fault.Conflict("The paper before which this one was to stand is not in the order any more.")
			}
		}
	}
	to.Ord = min(max(to.Ord, 1), len(kept))
	return to, nil
}

// chosen checks that the claim is a sentence of the abstract: an editor chooses one,
// and writes none.
func (p *acting) chosen(ctx context.Context, to state) (state, error) {
	to.Claim = p.Text
	if to.Claim == "" {
		return to, nil
	}
	list, err := p.s.papers.List(ctx, p.tx, []int64{p.Paper})
	if err != nil {
		return to, err
	}
	if len(list) == 0 || !slices.Contains(Sentences(list[0].Abstract), to.Claim) {
		return to, fault.Invalid("The claim is one sentence of the abstract, as it stands there.")
	}
	return to, nil
}

// become writes how a candidate stands, and the act that made it so.
func (p *acting) become(ctx context.Context, c *standing, to state, a Act) (*Act, error) {
	a.before, a.after, a.Paper = c.state, to, c.paper
	done, err := p.log(ctx, a)
	if err != nil {
		return nil, err
	}
	return done, c.write(ctx, p.tx, to, done.ID)
}

// hold holds the edition back, or no more.
func (p *acting) hold(ctx context.Context, on bool, undoing int64) (*Act, error) {
	if on == p.held {
		return nil, nil
	}
	a := Act{Do: p.Do, target: undoing}
	n := 0
	if on {
		n, a.after.Pick = 1, "held"
	} else {
		a.before.Pick = "held"
	}
	if _, err := p.tx.Exec(ctx, `UPDATE desk SET held = $2 WHERE day = $1`, p.Day, n); err != nil {
		return nil, err
	}
	return p.log(ctx, a)
}

// log writes an act down.
func (p *acting) log(ctx context.Context, a Act) (*Act, error) {
	before, err := json.Marshal(a.before)
	if err != nil {
		return nil, err
	}
	after, err := json.Marshal(a.after)
	if err != nil {
		return nil, err
	}
	a.Day, a.At, a.Account = p.Day, p.now.UTC().Truncate(time.Microsecond), p.Desk
	err = p.tx.QueryRow(ctx, `INSERT INTO desk_act (day, at, account, paper, deed, before, after, target, undone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) RETURNING id`, a.Day, db.Micros(a.At), a.Account, a.Paper, a.Do, string(before), string(after), a.target).Scan(&a.ID)
	if err != nil {
		return nil, err
	}
	if _, err := p.tx.Exec(ctx, `UPDATE desk SET act = $2 WHERE day = $1`, p.Day, a.ID); err != nil {
		return nil, err
	}
	subject := "edition " + a.Day
	if a.Paper != 0 {
		subject = fmt.Sprintf("paper %d", a.Paper)
	}
	return &a, account.Audit(ctx, p.tx, p.now, p.Desk, "desk: "+string(a.Do), subject, fmt.Sprintf("edition %s, act %d", a.Day, a.ID))
}

// Acts returns at most limit acts on the edition of a day with numbers below before,
// unless that is 0; the newest first.
func (s *Store) Acts(ctx context.Context, day string, before int64, limit int) ([]Act, error) {
	return acts(ctx, s.db, `day = $1 AND (id < $2 OR $2 = 0) ORDER BY id DESC LIMIT $3`, day, before, limit)
}

func acts(ctx context.Context, q db.Querier, where string, args ...any) ([]Act, error) {
	rows, err := q.Query(ctx, `SELECT id, day, at, account, paper, deed, before, after, target, undone FROM desk_act WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read the acts of the desk: %w", err)
	}
	defer rows.Close()
	var list []Act
	for rows.Next() {
		var a Act
		var at, undone int64
		var before, after string
		if err := rows.Scan(&a.ID, &a.Day, &at, &a.Account, &a.Paper, &a.Do, &before, &after, &a.target, &undone); err != nil {
			return nil, err
		}
		a.At, a.Undone = db.Time(at), undone != 0
		if err := errors.Join(json.Unmarshal([]byte(before), &a.before), json.Unmarshal([]byte(after), &a.after)); err != nil {
			return nil, fmt.Errorf("act %d of the desk is damaged: %w", a.ID, err)
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

func oneAct(ctx context.Context, q db.Querier, where string, args ...any) (*Act, error) {
	list, err := acts(ctx, q, where, args...)
	if err == nil && len(list) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
