package v1

import "time"

// Me is who asks.
type Me struct {
	Handle string   `json:"handle"`
	Name   string   `json:"name"`
	Role   string   `json:"role"`
	Token  string   `json:"token,omitempty"` // the name of the token, when it was one
	Scopes []string `json:"scopes"`          // of the token
	Saved  int      `json:"saved"`           // papers
}

// Vote is a reader's vote for a paper.
type Vote struct {
	ID    string `json:"id"`
	Votes int    `json:"votes"`
	Yours bool   `json:"yours"`
}

// Mark is what a reader keeps of a paper.
type Mark struct {
	ID    string `json:"id"`
	Saved bool   `json:"saved"`
	Read  bool   `json:"read"`
	Note  string `json:"note,omitempty"`
}

// Note is a private note on a paper.
type Note struct {
	Note string `json:"note,omitempty"`
}

// Saved is the papers that a reader saved, the newest first.
type Saved struct {
	Papers []Kept `json:"papers"`
	Next   string `json:"next,omitempty"`
}

// Kept is a paper in a library or a collection.
type Kept struct {
	Paper
	At   time.Time `json:"at"` // it was put there
	Read bool      `json:"read"`
	Note string    `json:"note,omitempty"`
}

// Draft is a comment that is to be written or changed.
type Draft struct {
	Body   string `json:"body"`             // Markdown with $TeX$
	Parent string `json:"parent,omitempty"` // the comment that it answers
}

// Reaction is what a reader thinks of a comment.
type Reaction struct {
	Reaction string `json:"reaction"` // up, doubt, or "" for none
}

// Report tells the desk of a comment, or of a mistake in a record.
type Report struct {
	Reason string `json:"reason"`
}

// Claiming says that a reader is an author of a paper.
type Claiming struct {
	Author   string `json:"author"`             // as the paper names them
	Evidence string `json:"evidence,omitempty"` // for the desk
}

// Claim is a claim and what came of it.
type Claim struct {
	Paper   string    `json:"paper"`
	Author  string    `json:"author"`
	At      time.Time `json:"at"`
	State   string    `json:"state"` // open, granted, refused
	Reason  string    `json:"reason,omitempty"`
	Decided time.Time `json:"decided,omitzero"`
}

// Claims is a list of claims, the newest first.
type Claims struct {
	Claims []Claim `json:"claims"`
}

// Profile is what a reader shows, and whether they get mail of answers.
type Profile struct {
	Name          string `json:"name"`
	ShowsVotes    bool   `json:"shows_votes"`    // their name by their votes
	ShowsComments bool   `json:"shows_comments"` // on their page
	ShowsPapers   bool   `json:"shows_papers"`   // that they put in, on their page
	Followable    bool   `json:"followable"`     // others may follow them
	Indexed       bool   `json:"indexed"`        // search engines may list their page
	KeepsRead     bool   `json:"keeps_read"`     // what they open is marked as read
	ReplyMail     bool   `json:"reply_mail"`     // of answers and mentions
}
