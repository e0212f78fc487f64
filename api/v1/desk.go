package v1

import "time"

// Desk is the edition in the making, with what may stand in it.
type Desk struct {
	Date       string      `json:"date"`
	Due        time.Time   `json:"due"`  // when it publishes itself
	Held       bool        `json:"held"` // the desk holds it back until then
	Seen       string      `json:"seen"` // the newest act on it: goes with what you do after reading this
	Candidates []Candidate `json:"candidates"`
	Next       string      `json:"next,omitempty"`
}

// Candidate is a paper that may stand in the coming edition.
type Candidate struct {
	Paper
	Pick      string    `json:"pick"`            // keep, skip, or "" while nothing is decided
	Order     int       `json:"order,omitempty"` // of what is kept
	Direct    bool      `json:"direct"`          // it stands there unless it is skipped
	Why       string    `json:"why"`             // what the forecast says
	Sentences []string  `json:"sentences"`       // of the abstract as it was given, of which one can be the claim
	Chosen    string    `json:"chosen,omitempty"`
	Note      string    `json:"note,omitempty"`
	PutIn     []PutInBy `json:"put_in"`
	Near      []string  `json:"near"` // held papers that may be the same
}

// PutInBy is who put a candidate in.
type PutInBy struct {
	By     *Reader   `json:"by,omitempty"` // none for one who has left
	At     time.Time `json:"at"`
	Note   string    `json:"note,omitempty"`
	Author bool      `json:"author,omitempty"` // and says to be an author
}

// DeskDeed is what is to be done to a candidate, or to the edition.
type DeskDeed struct {
	Do     string `json:"do"`
	Date   string `json:"date,omitempty"`   // the edition; that in the making when left out, but for publish
	Paper  string `json:"paper,omitempty"`  // any identifier of the candidate
	Seen   string `json:"seen,omitempty"`   // the newest act that was read; without it, all that others did counts as unread
	Before string `json:"before,omitempty"` // of put: the paper that comes behind; none for the last place
	Other  string `json:"other,omitempty"`  // of unite or part: the other paper
	Text   string `json:"text,omitempty"`   // of claim or note; none takes it back
	Act    string `json:"act,omitempty"`    // of undo
}

// DeskAct is what somebody at the desk did.
type DeskAct struct {
	ID     string    `json:"id"`
	Date   string    `json:"date"` // of the edition
	At     time.Time `json:"at"`
	By     *Reader   `json:"by,omitempty"`
	Do     string    `json:"do"`
	Paper  string    `json:"paper,omitempty"` // none when it was done to the edition
	Says   string    `json:"says"`
	Undone bool      `json:"undone"`
}

// DeskActs is the log of an edition, the newest act first.
type DeskActs struct {
	Date string    `json:"date"`
	Acts []DeskAct `json:"acts"`
	Next string    `json:"next,omitempty"`
}
