package web

import (
	"net/http"
	"strings"

	"broadsheet/fault"
)

// FailureData is what the page of a failure is made of.
type FailureData struct {
	Kind      fault.Kind
	Says      string // to the reader, "" for a failure of ours
	RequestID string
	Similar   []Link  // papers that may have been meant
	Front     []Entry // the first of the newest edition
	Wrote     string  // what came with it, which would be lost
	SignIn    string  // where to sign in, when that is what is wanted
}

// FailurePage says what went wrong.
type FailurePage struct {
	Page
	Code     int
	Heading  string
	Address  string // the address, when there is nothing there
	Says     string
	Similar  []Link
	Front    []Entry
	ID, Time string // of a failure of ours
	Retry    bool
	Wrote    string
	SignIn   string
}

func (*FailurePage) template() string { return "failure" }

// FailurePageOf makes the page of a failure.
func FailurePageOf(s Site, d FailureData) *FailurePage {
	titles := map[fault.Kind]string{
		fault.KindMissing: "Not in the record", fault.KindInvalid: "Not understood", fault.KindClash: "Already so",
		fault.KindRefused: "Not allowed", fault.KindBusy: "Busy for a moment",
		fault.KindOften: "Too often", fault.KindVisitor: "Signed out",
	}
	title := titles[d.Kind]
	if title == "" {
		title = "This page failed to load"
	}
	v := &FailurePage{Page: s.page(title, "message"), Heading: title, Code: d.Kind.Status(), Says: d.Says, Similar: d.Similar, Front: d.Front, Wrote: d.Wrote, SignIn: d.SignIn}
	v.NoIndex = true
	switch d.Kind {
	case fault.KindMissing:
		if v.Address = clip(s.Path, 120); s.Pressed { // one page for every address at which nothing is
			v.Address, v.Says = "", "These pages were printed from a server, and what you look for was not among them."
		}
	case fault.Internal:
		v.ID, v.Time = d.RequestID, s.Now.UTC().Format("Monday 2 January 2006, 15:04:05 UTC")
		v.Retry = true
	case fault.KindBusy:
		v.Retry = true
	}
	return v
}

// written are the fields of forms into which people write at length.
var written = []string{"comment", "note", "abstract", "evidence", "text"}

// wroteOf returns what came with a form of ours, so that it is not lost when the form is
// refused.
func wroteOf(r *http.Request) string {
	if r.Method != http.MethodPost || new(http.CrossOriginProtection).Check(r) != nil {
		return ""
	}
	r.ParseForm() // what of it can be read is kept
	var list []string
	for _, field := range written {
		if s := strings.TrimSpace(r.PostForm.Get(field)); s != "" {
			list = append(list, s)
		}
	}
	return strings.Join(list, "\n\n")
}

// wrongMethod is the failure of a request by a method that its address does not
// have; it is no kind of fault, because nothing of ours makes one.
func wrongMethod(s Site) *FailurePage {
	v := &FailurePage{Page: s.page("Not possible here", "message"), Heading: "Not possible here", Code: http.StatusMethodNotAllowed, Says: "This address cannot be asked in that way."}
	v.NoIndex = true
	return v
}
