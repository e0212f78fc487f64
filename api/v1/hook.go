package v1

import "time"

// HookDraft is a program that is to be told of events.
type HookDraft struct {
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Votes  int      `json:"votes,omitempty"` // that a paper has to pass, for paper.votes
	Note   string   `json:"note,omitempty"`
}

// Hook is a program that is told of events.
type Hook struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Events    []string  `json:"events"`
	Votes     int       `json:"votes,omitempty"`
	Note      string    `json:"note,omitempty"`
	Made      time.Time `json:"made"`
	State     string    `json:"state"`         // active, stopped
	Why       string    `json:"why,omitempty"` // it is stopped
	Succeeded time.Time `json:"succeeded,omitzero"`
	Failed    time.Time `json:"failed,omitzero"`
	Secret    string    `json:"secret,omitempty"` // with which deliveries are signed: in the answer that made it, and never again
}

// Hooks is all of them, the oldest first.
type Hooks struct {
	Hooks []Hook `json:"hooks"`
}

// Delivery is an event on its way to a hook.
type Delivery struct {
	ID     string    `json:"id"` // of the event: what the header webhook-id says
	Event  string    `json:"event"`
	At     time.Time `json:"at"`           // it happened
	State  string    `json:"state"`        // waiting, delivered, failed, dropped
	Due    time.Time `json:"due,omitzero"` // the next try
	Tries  int       `json:"tries"`
	Status int       `json:"status,omitempty"` // of the last answer
	Said   string    `json:"said,omitempty"`   // what went wrong
}

// Deliveries is what a hook was told and is to be told, the newest first.
type Deliveries struct {
	Deliveries []Delivery `json:"deliveries"`
}

// PaperVotes is what a hook is told when a paper has passed the votes it asked for.
type PaperVotes struct {
	Passed int   `json:"passed"`
	Paper  Paper `json:"paper"`
}

// CommentPosted is what a hook is told of a comment that everybody can read.
type CommentPosted struct {
	Comment Comment `json:"comment"`
}

// EditionPublished is what a hook is told of an edition that is out.
type EditionPublished struct {
	Edition Edition `json:"edition"`
}

// SubmissionReceived is what a hook is told of a paper that a reader put in.
type SubmissionReceived struct {
	Submission Submission `json:"submission"`
	By         *Reader    `json:"by,omitempty"`
}
