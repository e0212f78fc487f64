package v1

import "time"

// Papers is a list of papers. Here and in every other list, Next is the address of the
// rest, "" at the end.
type Papers struct {
	Papers []Paper `json:"papers"`
	Next   string  `json:"next,omitempty"`
}

// Listed is a paper at its place in a list.
type Listed struct {
	Paper
	Rank int    `json:"rank"`          // from 1, in the whole list
	Why  string `json:"why,omitempty"` // it stands there
}

// Editions is a list of editions, the newest first.
type Editions struct {
	Editions []Edition `json:"editions"`
	Next     string    `json:"next,omitempty"`
}

// EditionPapers is a day's edition in its order.
type EditionPapers struct {
	Edition
	Previous string   `json:"previous,omitempty"` // the addresses of the editions around it
	Later    string   `json:"later,omitempty"`
	Ledger   *Ledger  `json:"ledger,omitempty"` // nothing when nothing is known
	Papers   []Listed `json:"papers"`
	Total    int      `json:"total"` // papers in the whole list
	Next     string   `json:"next,omitempty"`
}

// Period is a week or a month: its editions, and their papers by votes.
type Period struct {
	Name     string    `json:"name"` // 2026-W16, 2026-04
	From     string    `json:"from"`
	To       string    `json:"to"`
	Editions []Edition `json:"editions"`
	Papers   []Listed  `json:"papers"`
	Total    int       `json:"total"`
	Next     string    `json:"next,omitempty"`
}

// Ledger is what arXiv announced against what is held.
type Ledger struct {
	From       string        `json:"from"`
	To         string        `json:"to"`
	Announced  int           `json:"announced"` // as new or cross-listed, each paper once
	Held       int           `json:"held"`
	Late       int           `json:"late"`    // not held, and not due yet
	Missing    int           `json:"missing"` // not held, and overdue
	Checked    time.Time     `json:"checked,omitzero"`
	Rebuilt    bool          `json:"rebuilt"` // some day was told from datestamps
	Categories []LedgerCount `json:"categories"`
}

// LedgerCount is a category in the ledger.
type LedgerCount struct {
	Category  string `json:"category"`
	Announced int    `json:"announced"`
	Held      int    `json:"held"`
	Late      int    `json:"late"`
	Missing   int    `json:"missing"`
}

// Trending is what is rising in a window of time.
type Trending struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Papers []Rising  `json:"papers"`
	Total  int       `json:"total"`
	Next   string    `json:"next,omitempty"`
}

// Rising is a paper in that list.
type Rising struct {
	Listed
	Score float64 `json:"score"`
	Was   int     `json:"was,omitempty"` // its rank a day before
	Came  Came    `json:"came"`
}

// Came is what came to a paper in the window.
type Came struct {
	Votes    float64 `json:"votes"`
	Comments float64 `json:"comments"`
	Stars    float64 `json:"stars"`
}

// Search is what was found.
type Search struct {
	Query    string   `json:"query"`              // as it was read
	Notes    []string `json:"notes"`              // where it could not be read as it was typed
	Spelling string   `json:"spelling,omitempty"` // what may have been meant when nothing has every word
	By       string   `json:"by"`                 // both, words, meaning
	Total    int      `json:"total"`              // how many can be looked at
	All      int      `json:"all"`                // papers that have every word
	Phrase   int      `json:"phrase"`             // of these, those that have the words side by side
	About    bool     `json:"about,omitempty"`    // phrase is an estimate, since very many have every word
	Papers   []Found  `json:"papers"`
	Facets   *Facets  `json:"facets,omitempty"` // when asked for
	Next     string   `json:"next,omitempty"`
}

// Found is a paper that was found.
type Found struct {
	Listed
	ByWords   int     `json:"by_words,omitempty"`   // its rank by words
	ByMeaning int     `json:"by_meaning,omitempty"` // its rank by meaning
	Score     float64 `json:"score"`
	Snippet   string  `json:"snippet,omitempty"` // the sentence of the abstract that says most of what is asked
}

// Facets count properties among what was found.
type Facets struct {
	Years      []Facet `json:"years"`
	Categories []Facet `json:"categories"`
	Topics     []Facet `json:"topics"`
}

// Facet is a property and how many papers have it.
type Facet struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Similar are papers like others, or like a text, the nearest first.
type Similar struct {
	Papers []Near `json:"papers"`
	Total  int    `json:"total"`
	Next   string `json:"next,omitempty"`
}

// Near is a paper and how close it is.
type Near struct {
	Listed
	Meaning float64 `json:"meaning"` // the cosine, at most 1; 0 when it was found by words alone
	Words   float64 `json:"words"`   // the weight of the shared words in that of all, 0 to 1
}

// Text is a text to which papers are to be similar.
type Text struct {
	Text  string   `json:"text,omitempty"`
	IDs   []string `json:"ids,omitempty"` // and papers
	Limit int      `json:"limit,omitempty"`
}

// Suggestions are what somebody may mean who has begun to type.
type Suggestions struct {
	Suggestions []Suggestion `json:"suggestions"`
}

// Suggestion is one of them: what it says, and the query that asks for it.
type Suggestion struct {
	Type  string `json:"type"` // title, author, topic
	Text  string `json:"text"`
	Query string `json:"query"`
}

// Listing is the papers of an author, by the name as it is printed, or of a category,
// the newest first.
type Listing struct {
	Name       string  `json:"name"`
	Papers     []Paper `json:"papers"`
	Total      int     `json:"total"`
	Years      []Facet `json:"years"`
	Categories []Facet `json:"categories"`
	Topics     []Facet `json:"topics"`
	Next       string  `json:"next,omitempty"`
}

// Comments is a list of comments in the order in which they were written.
type Comments struct {
	Comments []Comment `json:"comments"`
	Next     string    `json:"next,omitempty"`
}

// Acts is the log of moderation, the newest first.
type Acts struct {
	Acts []Act  `json:"acts"`
	Next string `json:"next,omitempty"`
}

// Instance is what a server says of itself.
type Instance struct {
	Version string   `json:"version"` // of the program
	Papers  int      `json:"papers"`
	Newest  *Edition `json:"newest,omitempty"`
	Latest  int64    `json:"latest"` // the number of the newest change
	Search  bool     `json:"search"` // there is one
	Talk    bool     `json:"talk"`   // readers vote and write here
}
