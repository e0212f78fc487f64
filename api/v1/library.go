package v1

import "time"

// Collection is a list of papers that a reader made.
type Collection struct {
	Slug    string    `json:"slug"` // in its address
	Owner   string    `json:"owner"`
	Title   string    `json:"title"`
	Note    string    `json:"note,omitempty"`
	Public  bool      `json:"public"`
	Count   int       `json:"count"` // of papers
	Made    time.Time `json:"made"`
	Updated time.Time `json:"updated"`
}

// CollectionDraft is what a collection is to be.
type CollectionDraft struct {
	Title  string `json:"title"`
	Note   string `json:"note,omitempty"`
	Public bool   `json:"public,omitempty"`
}

// Collections are those of a reader, by title.
type Collections struct {
	Collections []Collection `json:"collections"`
}

// CollectionPapers is a collection with its papers, the newest in it first.
type CollectionPapers struct {
	Collection
	Papers []Kept `json:"papers"`
	Next   string `json:"next,omitempty"`
}

// Interest is something that a reader follows or has muted.
type Interest struct {
	Kind string    `json:"kind"` // followed: author, category, topic, reader, search; muted: word, category, author
	Key  string    `json:"key"`
	At   time.Time `json:"at"`
}

// Interests is a list of them.
type Interests struct {
	Interests []Interest `json:"interests"`
}

// Following is the papers that concern what a reader follows, the newest first.
type Following struct {
	Papers []Concern `json:"papers"`
	Muted  int       `json:"muted"` // papers kept back by a mute
	Next   string    `json:"next,omitempty"`
}

// Concern is a paper, and what of it is followed.
type Concern struct {
	Paper
	Why string `json:"why"`
}

// PutIn is a paper that a reader puts in.
type PutIn struct {
	Paper  string `json:"paper"`            // an identifier or an address
	Note   string `json:"note,omitempty"`   // why it should be read
	Links  []Link `json:"links,omitempty"`  // to what belongs to it
	Author bool   `json:"author,omitempty"` // the reader is an author
}

// Submission is a paper that a reader put in, and what became of it.
type Submission struct {
	Paper string    `json:"paper"`
	At    time.Time `json:"at"`
	Note  string    `json:"note,omitempty"`
	State string    `json:"state"`          // waiting, printed, skipped
	Date  string    `json:"date,omitempty"` // the edition in which it stands or for which it waits
}

// Submissions are those of a reader, the newest first.
type Submissions struct {
	Submissions []Submission `json:"submissions"`
}
