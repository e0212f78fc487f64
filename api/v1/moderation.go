package v1

import "time"

// Queue is what waits for the desk, the oldest first.
type Queue struct {
	Cases    []Case     `json:"cases"`
	Claims   []Petition `json:"claims"`
	Appeals  []Appeal   `json:"appeals"`
	Clusters []Cluster  `json:"clusters"`
}

// Case is a comment that was reported or is held, or a record that was reported.
type Case struct {
	Paper    string    `json:"paper"`
	About    *Comment  `json:"about,omitempty"` // none when it is about the record
	Since    time.Time `json:"since"`
	Reasons  []string  `json:"reasons"`  // of those who reported it, or of the server that holds it
	Seconded bool      `json:"seconded"` // somebody at the desk asked for a second
	Written  int       `json:"written"`  // comments of this writer that stand
	Removed  int       `json:"removed"`  // by the desk
}

// Petition is a claim that waits for the desk.
type Petition struct {
	Claim
	ID       string  `json:"id"`
	By       *Reader `json:"by,omitempty"`
	Evidence string  `json:"evidence,omitempty"`
}

// Appeal is an act that whom it concerns has appealed.
type Appeal struct {
	Act
	Appeal   string    `json:"appeal"` // what they say
	Appealed time.Time `json:"appealed"`
}

// Cluster is voters whose votes the server weighs down.
type Cluster struct {
	Act
	Cluster string `json:"cluster"`
}

// ModerationDeed is what is to be done with something that waits, with the reason that
// the public log prints.
type ModerationDeed struct {
	Do      string `json:"do"`
	Paper   string `json:"paper,omitempty"`
	Comment string `json:"comment,omitempty"`
	Claim   string `json:"claim,omitempty"`
	Act     string `json:"act,omitempty"`
	Cluster string `json:"cluster,omitempty"`
	Rule    int    `json:"rule,omitempty"`
	Reason  string `json:"reason,omitempty"`
}
