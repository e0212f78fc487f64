package edition

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"broadsheet/fault"
)

// Clash says that what was asked for contradicts what somebody else at the desk did
// meanwhile. It is a fault.Conflict.
type Clash struct{ By Act }

func (c *Clash) Error() string {
	return fmt.Sprintf("Meanwhile somebody else at the desk %s, at %s UTC. Nothing was changed; look again.", c.By.Says(), c.By.At.UTC().Format("15:04"))
}

// Unwrap makes a fault of it.
func (c *Clash) Unwrap() error { return fault.Conflict("%s", c.Error()) }

// part is one of the things about a candidate that acts change.
type part int

const (
	decision part = 1 << iota // and in which edition
	place
	claim
	note
)

// parts returns what two states differ in.
func parts(a, b state) part {
	var p part
	if a.Pick != b.Pick || a.Day != b.Day {
		p |= decision
	} else if a.Ord != b.Ord {
		p |= place
	}
	if a.Claim != b.Claim {
		p |= claim
	}
	if a.Note != b.Note {
		p |= note
	}
	return p
}

// clashes reports whether a change of some parts goes against one of others: who moves
// a paper in the order counts on its being kept.
func (p part) clashes(other part) bool {
	return p&other != 0 || (p|other)&(decision|place) == decision|place
}

// contradicted returns a Clash when somebody else has changed, after what the desk saw,
// what it is about to change.
func (p *acting) contradicted(ctx context.Context, from, to state) error {
	list, err := acts(ctx, p.tx, `paper = $1 AND id > $2 AND account <> $3 ORDER BY id DESC LIMIT 100`, p.Paper, p.Seen, p.Desk)
	if err != nil {
		return err
	}
	for _, a := range list {
		if parts(a.before, a.after).clashes(parts(from, to)) {
			return &Clash{a}
		}
	}
	return nil
}

// undo makes an act undone: what it changed is again as it was before, and what others
// changed besides stays. What was built upon it must be undone first.
func (p *acting) undo(ctx context.Context) (*Act, error) {
	a, err := oneAct(ctx, p.tx, `id = $1`, p.Act)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, fault.NotFound("There is no act %d of the desk.", p.Act)
	case err != nil:
		return nil, err
	case a.Day != p.Day:
		return nil, fault.Conflict("That was done to the edition of %s.", a.Day)
	case a.Undone:
		return nil, nil
	case !a.Undoable():
		return nil, fault.Conflict("That cannot be undone.")
	}
	changed := parts(a.before, a.after)
	later, err := acts(ctx, p.tx, `day = $1 AND paper = $2 AND id > $3 AND undone = 0 AND deed <> 'undo' ORDER BY id DESC LIMIT 100`, p.Day, a.Paper, a.ID)
	if err != nil {
		return nil, err
	}
	for _, l := range later {
		if parts(l.before, l.after).clashes(changed) {
			return nil, &Clash{l}
		}
	}
	done, err := p.restore(ctx, a, changed)
	if err != nil {
		return nil, err
	}
	if a.target != 0 { // what it had undone stands again
		if _, err := p.tx.Exec(ctx, `UPDATE desk_act SET undone = 0 WHERE id = $1`, a.target); err != nil {
			return nil, err
		}
	}
	_, err = p.tx.Exec(ctx, `UPDATE desk_act SET undone = $2 WHERE id = $1`, a.ID, done.ID)
	return done, err
}

// Undoable reports whether an act can be undone as long as its edition is made.
func (a Act) Undoable() bool { return !a.Undone && a.Do != Publish && a.Do != Unite && a.Do != Part }

// restore gives back what an act took away.
func (p *acting) restore(ctx context.Context, a *Act, changed part) (*Act, error) {
	if a.Paper == 0 {
		done, err := p.hold(ctx, a.before.Pick == "held", a.ID)
		if done == nil && err == nil {
			done, err = p.log(ctx, Act{Do: Undo, target: a.ID})
		}
		return done, err
	}
	c, err := stands(ctx, p.tx, a.Paper)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fault.Conflict("This paper is no candidate any more.")
	}
	to := c.state
	if changed&decision != 0 {
		to.Day, to.Pick, to.Ord = a.before.Day, a.before.Pick, a.before.Ord
	}
	if changed&place != 0 {
		to.Ord = a.before.Ord
	}
	if changed&claim != 0 {
		to.Claim = a.before.Claim
	}
	if changed&note != 0 {
		to.Note = a.before.Note
	}
	return p.become(ctx, c, to, Act{Do: Undo, target: a.ID})
}

// Says tells in a few words what was done: "kept it", "moved it to place 2".
func (a Act) Says() string {
	if a.Paper == 0 {
		did := a.Do
		if did == Undo {
			did = map[bool]Deed{true: Hold, false: Release}[a.after.Pick == "held"]
		}
		return map[Deed]string{Hold: "held the edition back", Release: "let the edition go at its hour", Publish: "published the edition"}[did]
	}
	switch what := parts(a.before, a.after); {
	case a.Do == Unite:
		return "found two records to be one paper"
	case a.Do == Part:
		return "found it to be another paper than one like it"
	case a.Do == Undo && what&decision != 0:
		return map[Pick]string{Kept: "kept it again", Left: "skipped it again", Open: "took the decision on it back"}[a.after.Pick]
	case what&decision != 0 && a.after.Day > a.before.Day:
		return "put it off to the next edition"
	case what&decision != 0:
		return map[Pick]string{Kept: "kept it", Left: "skipped it", Open: "took the decision on it back"}[a.after.Pick]
	case what&place != 0 && a.after.Ord == 1:
		return "made it the lead"
	case what&place != 0:
		return fmt.Sprintf("moved it to place %d", a.after.Ord)
	case what&claim != 0:
		return "chose its claim"
	case a.after.Note == "":
		return "took its note away"
	}
	return fmt.Sprintf("noted “%s”", clip(a.after.Note, 200))
}
