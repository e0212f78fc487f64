package discuss

import (
	"cmp"
	"slices"
)

// Order is how the comments of a paper are sorted.
type Order string

// The orders.
const (
	Oldest Order = ""     // by time
	Newest Order = "new"  // the newest first; answers by time
	Best   Order = "best" // by the Wilson lower bound of their reactions, then by time
)

// deepest is how many levels of answers stand inside each other; those below stand
// side by side at the last.
const deepest = 3

// Thread is a comment with its answers.
type Thread struct {
	Comment
	To      *Comment // the one it answers, where that is not the one it stands under
	Replies []*Thread
}

// Threads makes trees of the comments of a paper, given in the order in which they
// were written. Of those that are held it takes what sees lets through; one that was
// removed keeps its place.
func Threads(list []Comment, o Order, sees func(*Comment) bool) []*Thread {
	at := make(map[int64]*Thread, len(list))
	holder := make(map[int64]*Thread, len(list)) // the comment under which one stands
	level := make(map[int64]int, len(list))
	var roots []*Thread
	for i := range list {
		c := &list[i]
		if c.State == Held && !sees(c) {
			continue
		}
		t := &Thread{Comment: *c}
		at[c.ID], level[c.ID] = t, 1
		under := at[c.Parent]
		if under == nil { // also when what it answers is not seen
			roots = append(roots, t)
			continue
		}
		if level[c.ID] = level[c.Parent] + 1; level[c.ID] > deepest {
			// It stands beside the one that it answers.
			t.To, level[c.ID] = &under.Comment, deepest
			under = holder[c.Parent]
		}
		holder[c.ID] = under
		under.Replies = append(under.Replies, t)
	}
	sortThreads(roots, o)
	return roots
}

func sortThreads(list []*Thread, o Order) {
	slices.SortStableFunc(list, func(a, b *Thread) int {
		switch o {
		case Best:
			if c := cmp.Compare(Wilson(b.Ups, b.Doubts), Wilson(a.Ups, a.Doubts)); c != 0 {
				return c
			}
		case Newest:
			return cmp.Compare(b.ID, a.ID)
		}
		return cmp.Compare(a.ID, b.ID)
	})
	if o == Newest {
		o = Oldest
	}
	for _, t := range list {
		sortThreads(t.Replies, o)
	}
}
