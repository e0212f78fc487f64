package v1

import "time"

// Mailing is what a reader wants by mail, and when.
type Mailing struct {
	Edition     bool     `json:"edition"`  // the most voted of the edition
	Trending    bool     `json:"trending"` // what trends
	Follows     bool     `json:"follows"`  // what the account follows
	Categories  []string `json:"categories"`
	Topics      []string `json:"topics"`
	AuthorNames []string `json:"author_names"`
	Words       string   `json:"words"` // in the language of the search
	Least       int      `json:"least"` // votes
	Size        int      `json:"size"`  // papers in a mail: 5, 10, 25, or 0 for all
	Abstracts   bool     `json:"abstracts"`
	TextOnly    bool     `json:"text_only"`
	Quiet       bool     `json:"quiet"` // a mail comes also when there is nothing to tell
	Every       string   `json:"every"` // weekdays, days, week, month
	Days        []string `json:"days"`  // monday, …: of days, and of week
	Hour        int      `json:"hour"`  // by the reader's clock
	Zone        string   `json:"zone"`  // Europe/Stockholm
}

// MailingDraft is what a subscription is to be. Without a mailing it stays what it is,
// or is what the form of the page begins with.
type MailingDraft struct {
	Mailing    *Mailing `json:"mailing,omitempty"`
	Address    string   `json:"address,omitempty"`     // of a new one; the account's when left out
	PauseUntil string   `json:"pause_until,omitempty"` // a day, which has a mail again
}

// Subscription is an address to which mails go.
type Subscription struct {
	Mailing Mailing   `json:"mailing"`
	ID      string    `json:"id"`
	Address string    `json:"address"`
	State   string    `json:"state"` // active, or stopped when mails came back
	Due     time.Time `json:"due,omitzero"`
	Sent    time.Time `json:"sent,omitzero"` // the last one
}

// Subscriptions are those of an account.
type Subscriptions struct {
	Subscriptions []Subscription `json:"subscriptions"`
}
