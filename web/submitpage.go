package web

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/paper"
)

// SubmitData is what the page for putting papers in is made of.
type SubmitData struct {
	Any      string // what the reader named
	Done     string // the key of a paper that was put in a moment ago
	Saved    string // or saved for the reader alone
	Saves    bool   // papers can be saved
	Hand     *HandForm
	Near     []*paper.Paper // what may be the same as what was found or typed
	Err      string
	Missing  bool         // whoever gives out such identifiers has none such
	Newest   string       // the highest arXiv identifier held of its month, "" for none
	Found    *paper.Paper // nil when nothing was looked up, or nothing found
	Asked    bool         // what was named is no identifier
	Titles   []*paper.Paper
	Place    *edition.Place
	Stood    *Stand
	PutIn    []edition.Submission
	Entry    edition.Entry // what was filled in and not taken
	Mine     []OwnSubmission
	Me       int64
	Left     int // papers that may be put in today
	Desk     bool
	Open     bool // readers can put papers in
	Kept     int  // by the desk, of late
	Decided  int  // papers of readers, kept or skipped
	Settings edition.Settings
	Making   *edition.Making // nil without a desk
}

// OwnSubmission is a paper that the reader put in, and what became of it.
type OwnSubmission struct {
	edition.Submission
	Paper  *paper.Paper
	Stands *Stand // where it is printed
}

// SubmitPage is the page for putting papers in.
type SubmitPage struct {
	Page
	Sum      string
	Any, Err string
	Hint     []Link // what else can be done: words, and where some of them lead
	Notice   *Link  // what was done, or where the paper stood
	Titles   []Entry
	Keys     []string // of these
	Near     []Entry  // what may be the same paper
	Alone    string   // names the paper that can be saved but not put in
	Saves    bool
	Hand     *HandForm
	Typing   bool // the form for what is typed in is open
	Found    *FoundPaper
	Form     *SubmitForm
	Mine     []OwnRow
	DeskKept string // how much the desk keeps of what readers put in
	Decides  string // how the desk decides; "" without one
	Rules    string
}

func (*SubmitPage) template() string { return "submit" }

// FoundPaper is the paper that was looked up.
type FoundPaper struct {
	Item
	Says    string   // arXiv 2511.17592, v1
	About   []string // who it is from, its primary category
	Authors string
	Day     string
	Facts   []Fact
	Stands  bool // in an edition, where it can be voted for
}

// SubmitForm is the form by which the paper is put in.
type SubmitForm struct {
	Any, Note, Code, Project, Data, Media string
	Known                                 bool // the code is what a source told of
	Author                                bool
	Button                                string
	Desk                                  bool // there is one, which reads the note
}

// HandForm is the form by which a paper is typed in.
type HandForm struct {
	Title, Authors, Abstract, Year, Link, Note string
	Author                                     bool
	Err                                        string
	Sure                                       bool // what may be the same has been shown
}

// OwnRow is a paper that the reader put in.
type OwnRow struct {
	Entry
	State, Says string
}

// SubmitPageOf makes the page.
func SubmitPageOf(s Site, d SubmitData) *SubmitPage {
	v := &SubmitPage{Page: s.page("Put in a paper", "form"), Any: d.Any, Err: d.Err}
	v.NoIndex = true
	v.Sum, v.Saves = d.promise(), d.Saves
	for _, p := range d.Near {
		v.Near = append(v.Near, s.entry(p, who(p), year(p), p.Key))
	}
	if d.Making != nil && (d.Open || d.Desk) {
		v.Hand, v.Typing = &HandForm{}, d.Hand != nil || d.Err != "" && d.Found == nil
		if d.Hand != nil {
			v.Hand = d.Hand
		}
	}
	for _, p := range d.Titles {
		v.Titles = append(v.Titles, s.entry(p, who(p), p.Key))
		v.Keys = append(v.Keys, p.Key)
	}
	if d.Found != nil {
		v.found(s, d)
	}
	for _, x := range d.Mine {
		state, says := x.says()
		v.Mine = append(v.Mine, OwnRow{s.entry(x.Paper), state, says})
	}
	v.Rules = d.rules()
	if d.Making != nil {
		v.Decides = cmp.Or(d.Settings.Decides, deskDecides)
	}
	if d.Decided > 0 {
		v.DeskKept = fmt.Sprintf("%s of the last %s.", number(d.Kept), count(d.Decided, "submission"))
	}
	v.Hint = d.hint(v)
	return v
}

// promise says what becomes of a submission, and how many the reader has left.
func (d *SubmitData) promise() string {
	set := d.Settings.Submit
	if !d.Open && !d.Desk {
		return "Readers put in no papers here."
	}
	says := "A paper that is put in stands in today’s edition at once."
	if d.Making != nil {
		says = fmt.Sprintf("The desk reads every submission before the next edition is published, %s at %s UTC.", d.Making.Due.UTC().Format("Monday"), d.Making.Due.UTC().Format("15:04"))
	}
	if d.Desk {
		return says + " Whoever is at the desk puts in as many as they like."
	}
	return says + fmt.Sprintf(" You have %d of %d left today.", d.Left, set.PerDay)
}

// deskDecides is what is said of how the desk decides where the operator says nothing.
const deskDecides = "It looks for a claim that can be checked, for work that readers of other fields can use, and for subjects that the edition lacks. Who wrote a paper, and how loudly it is told of, counts for nothing. A paper that was skipped may be put in again when there is more to show."

func (d *SubmitData) rules() string {
	set := d.Settings.Submit
	window := ""
	if set.Window > 0 {
		window = fmt.Sprintf(" Editions take papers of the last %d days.", set.Window)
	}
	if d.Making == nil {
		return fmt.Sprintf("Each reader may put in %s a day.%s A paper stands in one edition, ever.", count(set.PerDay, "paper"), window)
	}
	says := map[edition.Direct]string{
		edition.Nobody: "Every submission waits until the desk has kept or skipped it.", edition.DeskOnly: "A reader’s submission waits until the desk has kept or skipped it.",
		edition.Known: "A submission waits until the desk has kept or skipped it; readers of whom it has kept one before need not wait.",
	}[set.Direct]
	if says == "" {
		says = "A submission stands in the next edition unless the desk skips it."
	}
	return says + window + " A paper stands in one edition, ever. Votes asked for elsewhere don’t help."
}

// found shows the paper, where it stands, and the form by which to put it in.
func (v *SubmitPage) found(s Site, d SubmitData) {
	p := d.Found
	f := &FoundPaper{Item: s.item(feed.Item{Rank: 1, Paper: p}), Says: p.Identifiers[0].String(), Stands: d.Stood != nil}
	for _, id := range p.Identifiers {
		if id.Scheme == paper.ArXiv {
			f.Says = "arXiv " + id.Value
		}
	}
	if _, version, err := paper.ParseIdentifier(d.Any); err == nil && version > 0 {
		f.Says += fmt.Sprintf(", v%d", version)
	}
	if strings.Contains(d.Any, "#") {
		f.Says += "; what follows # is left out"
	}
	if o := p.Organisation; o != nil {
		f.About = append(f.About, cmp.Or(o.FullName, o.Name))
	}
	if c := cmp.Or(p.Primary(), topicOf(p)); c != "" {
		f.About = append(f.About, c)
	}
	f.Authors = firstAuthors(p)
	if !p.Submitted.IsZero() {
		f.Day = shortDate(p.Submitted)
	}
	facts, mine := record(s, d)
	f.Facts = facts
	if d.Done == "" && d.Saved == "" {
		near := "none"
		if n := len(d.Near); n > 0 {
			near = number(n)
		}
		f.Facts = append(f.Facts, Fact{"Near duplicates", near})
	}
	v.Found = f
	v.next(s, d, mine)
}

// firstAuthors names the first authors of a paper, and counts the others.
func firstAuthors(p *paper.Paper) string {
	const most = 12
	var names []string
	for _, a := range p.Authors[:min(len(p.Authors), most)] {
		names = append(names, a.Name)
	}
	list := strings.Join(names, ", ")
	if more := p.CountAuthors() - len(names); more > 0 && len(names) > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// record says where the paper stands already, and who put it in; mine is what the reader did.
func record(s Site, d SubmitData) (facts []Fact, mine *edition.Submission) {
	p := d.Found
	in := "not yet"
	if d.Stood != nil {
		in = fmt.Sprintf("No. %s, %s, %s of %d", number(d.Stood.Number), weekdayDate(day(d.Stood.Day)), edition.Ordinal(d.Stood.Rank), d.Stood.From)
	}
	held := "not yet"
	switch {
	case p.ID != 0 && p.Since.IsZero():
		held = "held"
	case p.ID != 0:
		held = "since " + onceAt(p.Since, s.Now)
	}
	others, by := 0, "nobody"
	for i, x := range d.PutIn {
		if x.Account == d.Me {
			mine = &d.PutIn[i]
			continue
		}
		others++
		by = count(others, "reader") + ", last " + onceAt(x.At, s.Now)
		if others == 1 {
			by = "1 reader, " + onceAt(x.At, s.Now)
		}
	}
	return []Fact{{"In an edition", in}, {"In the record", held}, {"Put in by others", by}}, mine
}

// next says what can be done with the paper.
func (v *SubmitPage) next(s Site, d SubmitData, mine *edition.Submission) {
	p := d.Found
	if d.Saved != "" {
		v.Notice = &Link{Text: "Saved for you alone. It is in the record, and no candidate of an edition.", Href: "/library", Note: "Your library"}
		return
	}
	if d.Saves && d.Stood == nil {
		v.Alone = d.Any
	}
	printed := d.Place != nil && d.Place.Origin == edition.Submitted
	switch {
	case mine != nil && mine.State != edition.Skipped:
		own := OwnSubmission{Submission: *mine, Paper: p, Stands: d.Stood}
		_, says := own.says()
		v.Notice = &Link{Text: "You put it in: " + says + "."}
		if d.Done == "" {
			v.Notice.Text = "You have put it in before: " + says + "."
		}
		if d.Stood != nil {
			v.Notice.Href, v.Notice.Note = dayPath(d.Stood.Day), "Read that edition"
		}
	case printed && d.Stood != nil:
		v.Notice = &Link{Text: fmt.Sprintf("It stood in No. %s, %s, %s of %d.", number(d.Stood.Number), weekdayDate(day(d.Stood.Day)), edition.Ordinal(d.Stood.Rank), d.Stood.From), Href: dayPath(d.Stood.Day), Note: "Read that edition"}
	case d.Err != "":
		v.form(d)
	case !d.Open && !d.Desk:
		v.Err = "Readers put in no papers here."
	default:
		if err := d.Settings.TooOld(p, s.Now); err != nil && !d.Desk {
			v.Err = err.Error()
			return
		}
		if d.Left == 0 && !d.Desk {
			v.Err = fmt.Sprintf("You have put in %d papers today; more tomorrow.", d.Settings.Submit.PerDay)
			return
		}
		v.form(d)
	}
}

func (v *SubmitPage) form(d SubmitData) {
	e := d.Entry
	f := &SubmitForm{Any: d.Any, Note: e.Note, Author: e.Author, Button: "Submit to the desk", Desk: d.Making != nil}
	if !f.Desk {
		f.Button = "Put it in"
	}
	for _, l := range append(e.Links, d.Found.Links...) {
		to := map[paper.LinkKind]*string{paper.Code: &f.Code, paper.Project: &f.Project, paper.Data: &f.Data, paper.Media: &f.Media}[l.Kind]
		if to != nil && *to == "" {
			*to = l.URL
			f.Known = f.Known || l.Kind == paper.Code && !l.Reader
		}
	}
	v.Form, v.Alone = f, ""
}

// monthOf writes the month of an arXiv identifier of the new form as November 2025.
func monthOf(id string) string {
	month, err := time.Parse("0601", id[:4])
	if err != nil {
		return "Its month"
	}
	return month.Format("January 2006")
}

// hint says what a reader can do whose paper was not found, or cannot be put in.
func (d *SubmitData) hint(v *SubmitPage) []Link {
	switch {
	case v.Err == "" || d.Hand != nil:
		return nil
	case v.Found != nil && d.Found.ID != 0 && v.Form == nil:
		return []Link{{Text: "It is in the record: "}, {Text: "read it", Href: paperPath(d.Found.Key)}, {Text: " or "}, {Text: "find its like", Href: similarTo([]string{d.Found.Key}, 1)}, {Text: "."}}
	case v.Found != nil:
		return nil
	}
	var list []Link
	if d.Missing {
		if d.Newest != "" {
			list = []Link{{Text: monthOf(d.Newest) + " ends here at "}, {Text: d.Newest, Href: paperPath(d.Newest)}, {Text: ". "}}
		}
		list = append(list, Link{Text: "What was given out within the hour comes later. "}, Link{Text: "Search by title", Href: "/papers"}, Link{Text: ". "})
	}
	if v.Hand != nil {
		list = append(list, Link{Text: "Or "}, Link{Text: "put it in by hand", Href: "#hand"}, Link{Text: "; then the desk checks it."})
	}
	return list
}

// onceAt writes a time as one says when: today at 06:12 UTC, Tuesday 18 November, 06:12 UTC.
func onceAt(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return "today at " + t.Format("15:04") + " UTC"
	case t.Year() == now.Year():
		return t.Format("Monday 2 January, 15:04") + " UTC"
	}
	return t.Format("2 January 2006")
}

// year is that of the first publication, "" when it is not known.
func year(p *paper.Paper) string {
	if p.Submitted.IsZero() {
		return ""
	}
	return p.Submitted.Format("2006")
}

// says tells what became of a submission, with the name of its sign.
func (x OwnSubmission) says() (state, says string) {
	switch {
	case x.State == edition.Printed && x.Stands != nil:
		return "dot", fmt.Sprintf("printed %s in No. %s", edition.Ordinal(x.Stands.Rank), number(x.Stands.Number))
	case x.State == edition.Printed:
		return "dot", "printed"
	case x.State == edition.Skipped:
		return "x", "skipped by the desk, " + day(x.Day).Format("2 Jan")
	}
	return "half", "with the desk, for " + day(x.Day).Format("2 Jan")
}
