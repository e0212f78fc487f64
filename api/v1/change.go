package v1

import "time"

// StreamHeader is the header of an answer that names the stream: another one when the log may
// have gone back, to begin with 0 then. It is no part of the body, which a restored instance
// answers as it did before.
const StreamHeader = "Change-Stream"

// Changes is a stretch of the change stream.
type Changes struct {
	Instance string   `json:"instance"`          // whose changes these are: another one when the database is another
	Follows  []string `json:"follows,omitempty"` // the instances whose votes and comments are among them
	Changes  []Change `json:"changes"`
	Next     int64    `json:"next"`   // ask for what comes after this number
	Latest   int64    `json:"latest"` // the number of the newest change
}

// Change says that something was made or became different, and what it is now. Of each
// thing the stream holds only the newest change.
type Change struct {
	Seq      int64     `json:"seq"`
	Kind     string    `json:"kind"` // paper, edition, moderation
	ID       string    `json:"id"`   // of the paper, the day of the edition, the number of the act
	At       time.Time `json:"at"`
	Paper    *Paper    `json:"paper,omitempty"`
	Comments []Comment `json:"comments,omitempty"` // of the paper, all that are shown or were; when asked for
	Votes    []Votes   `json:"votes,omitempty"`    // on the paper, those not given here by where they were; when comments are asked for and some were
	Edition  *Edition  `json:"edition,omitempty"`
	Entries  []Entry   `json:"entries,omitempty"` // of the edition, in no order; when asked for
	Act      *Act      `json:"act,omitempty"`
}

// Votes are the votes on a paper that were given at one place.
type Votes struct {
	Instance string    `json:"instance,omitempty"` // none: upstream
	Votes    int       `json:"votes"`
	At       time.Time `json:"at"` // when they were so many
}

// Origin says where a comment was written, when it was at another instance.
type Origin struct {
	Instance string `json:"instance"`
	ID       string `json:"id"` // there
}

// Edition is a day's edition, without its papers.
type Edition struct {
	Date      string `json:"date"`
	Number    int    `json:"number"`
	Submitted int    `json:"submitted"` // papers that somebody put in
	Announced int    `json:"announced"` // papers that arXiv announced and nobody put in
	Page      string `json:"page"`
}

// Entry says that a paper stands in an edition.
type Entry struct {
	Paper string `json:"paper"`
	Place
}

// Comment is a comment on a paper. One that was removed keeps its place, without its
// text.
type Comment struct {
	ID     string    `json:"id"`
	Paper  string    `json:"paper"`
	Parent string    `json:"parent,omitempty"` // the comment that it answers
	Origin *Origin   `json:"origin,omitempty"` // in the change stream
	By     *Reader   `json:"by,omitempty"`     // nobody, when they have left
	At     time.Time `json:"at"`
	Edited time.Time `json:"edited,omitzero"`
	Body   string    `json:"body,omitempty"` // Markdown
	HTML   string    `json:"html,omitempty"`
	State  string    `json:"state"`         // shown, held, withdrawn, hidden
	Why    string    `json:"why,omitempty"` // why it is held or hidden
	Ups    int       `json:"ups"`
	Doubts int       `json:"doubts"`
	Page   string    `json:"page"`
}

// Reader is somebody who has joined, as others see them.
type Reader struct {
	Handle string `json:"handle"`
	Name   string `json:"name"`
	Role   string `json:"role"` // reader, desk, administrator
}

// ReaderShown is what a reader chooses to show, the newest of each first.
type ReaderShown struct {
	Reader
	Since       time.Time    `json:"since"` // they joined
	Collections []Collection `json:"collections"`
	Submitted   []Paper      `json:"submitted"`
	Comments    []Comment    `json:"comments"`
	Voted       []Paper      `json:"voted"`
}

// Act is an act of the desk, or of the server by a rule, in the public log.
type Act struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	Act    string    `json:"act"`
	Paper  string    `json:"paper,omitempty"`
	By     string    `json:"by"` // a handle, or "server"
	Rule   int       `json:"rule"`
	Reason string    `json:"reason"`
	State  string    `json:"state"`
	Answer string    `json:"answer,omitempty"`
}

// Problem says what went wrong (RFC 9457).
type Problem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail"`
	Request string `json:"request"` // its name in the log
}
