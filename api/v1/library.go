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
	Kind string    `json:"kind"` // followed: author, category, topic, reader, search; muted: word, category, author, paper
	Key  string    `json:"key"`
	At   time.Time `json:"at"`
	New  int       `json:"new,omitempty"` // papers since the reader last looked, of what is followed
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

// PutIn is a paper that a reader puts in: one that has an identifier or an address, or
// one that is typed in.
type PutIn struct {
	Paper  string `json:"paper,omitempty"`   // an identifier or an address
	ByHand *Typed `json:"by_hand,omitempty"` // in its place
	Sure   bool   `json:"sure,omitempty"`    // what is typed is none of the held papers that it is like
	Note   string `json:"note,omitempty"`    // why it should be read
	Links  []Link `json:"links,omitempty"`   // to what belongs to it
	Author bool   `json:"author,omitempty"`  // the reader is an author
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

// Typed is a paper as a reader types it in.
type Typed struct {
	Title       string   `json:"title"`
	AuthorNames []string `json:"author_names"`
	Abstract    string   `json:"abstract"`
	Year        int      `json:"year"`          // of its first publication
	URL         string   `json:"url,omitempty"` // where it can be read
}

// Lookup is a paper that was looked up, which may be held or not.
type Lookup struct {
	Paper
	Held bool     `json:"held"`
	Near []string `json:"near"` // held papers that may be the same
}

// Keeping is a paper that a reader saves for themselves alone, held or not.
type Keeping struct {
	Paper string `json:"paper"` // an identifier or an address
	Note  string `json:"note,omitempty"`
}

// Knob is how much a reason counts in what is chosen for a reader.
type Knob struct {
	Kind string `json:"kind"` // reason, author, category, topic, paper
	Key  string `json:"key"`
	Turn int    `json:"turn"` // -2 none, -1 less, 0 as it is, 1 more
}

// Knobs are those that are turned.
type Knobs struct {
	Knobs []Knob `json:"knobs"`
}

// Turn is how a knob is to stand.
type Turn struct {
	Turn int `json:"turn"`
}
