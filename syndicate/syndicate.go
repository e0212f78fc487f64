// Package syndicate writes lists of papers, editions and comments as feeds: Atom (RFC
// 4287), RSS 2.0 and JSON Feed 1.1, page by page (RFC 5005), and lists of feeds as
// OPML. It tells a WebSub hub of what is new, and keeps the secret addresses of
// readers' own feeds (Keys), which are all that it stores.
//
// What it promises. The identifier of an entry never changes, whatever happens to the
// paper and under whatever address the server is reached: a reader that has seen it
// is told of an update and not of another paper. What may change every minute, votes
// and ranks, stands in no paper's entry, so one whose "updated" is the same is the same.
package syndicate

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

// Feed is a list that is ready to be written.
type Feed struct {
	ID       string // for ever
	Title    string
	Subtitle string    // "" for none
	Updated  time.Time // of the newest entry; zero without any
	Home     string    // the absolute address of the page that shows the same
	Self     string    // that of this feed, in this format
	First    string    // that of its first page; "" on the first one
	Next     string    // that of the next page, with older entries; "" on the last one
	Hub      string    // a WebSub hub that tells of changes; "" for none
	Entries  iter.Seq[*Entry]
}

// Entry is one thing in a feed.
type Entry struct {
	ID        string // for ever
	URL       string // of its page here, absolute
	Title     string // plain
	Authors   []string
	Tags      []string
	Published time.Time
	Updated   time.Time // not before Published
	HTML      string    // the whole text, mathematics as MathML
	Text      string    // the same for programs that show no HTML
	Outside   string    // where the thing itself is; "" when it is here
	Replies   string    // the feed of its comments, in Atom; "" for none
	Talk      string    // the page of its comments; "" for none
	Under     *Under    // what it answers; nil for nothing
}

// Under is what an entry answers (RFC 4685).
type Under struct{ ID, URL string }

// Format is a format of feeds.
type Format struct {
	Name   string // for people: Atom
	Type   string // of media, as a page announces it
	Ending string // of the address: .atom
	write  func(io.Writer, *Feed) error
}

// Formats are all of them, the best first.
func Formats() []Format {
	return []Format{
		{"Atom", "application/atom+xml", ".atom", writeAtom},
		{"RSS", "application/rss+xml", ".rss", writeRSS},
		{"JSON Feed", "application/feed+json", ".json", writeJSON},
	}
}

// Cut parts the name of a list from the ending that says the format. It reports
// whether there is such an ending.
func Cut(name string) (list string, f Format, ok bool) {
	for _, f := range Formats() {
		if list, ok := strings.CutSuffix(name, f.Ending); ok {
			return list, f, true
		}
	}
	return name, Format{}, false
}

// ContentType is what is sent with a feed of the format.
func (f Format) ContentType() string { return f.Type + "; charset=utf-8" }

// Write writes a feed, entry by entry.
func (f Format) Write(w io.Writer, feed *Feed) error {
	if err := f.write(w, feed); err != nil {
		return fmt.Errorf("write the feed %s as %s: %w", feed.ID, f.Name, err)
	}
	return nil
}

// when returns a time as feeds give it: zero is the beginning of the Unix clock, for
// lists that never held anything.
func when(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return t.UTC().Truncate(time.Second)
}
