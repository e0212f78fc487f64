package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"broadsheet/account"
)

// InstanceData is what the operator's page is made of.
type InstanceData struct {
	StatusData
	Edition string // what is out, and when the next is
	Needs   []Need // the most urgent first
	Lanes   []Lane // of today's timetable
	Outbox  OutboxData
	Index   []Gauge
	Engine  string // that searches; "" without a search
	Backups []Fact
	Copies  []int64 // bytes of the last backup of each of 30 days, 0 for none, the newest last
	CopySum string  // what is to be said of them
	Room    []Gauge
	Pace    string   // how long there is room
	Deeds   []string // what an administrator may have the server do now
	Done    string   // what was just asked for
	Numbers []Fact   // people and what they subscribed to
	Staff   []*account.Account
	Log     []account.Entry
	Names   map[int64]string // of who acts in the log
}

// The deeds, as the log of acts names them.
const (
	DeedHarvest  = "harvest now"
	DeedBackup   = "back up now"
	DeedRehearse = "rehearse a restore"
	DeedPause    = "pause mail"
	DeedResume   = "resume mail"
)

// begun says what follows when a deed was asked for.
var begun = map[string]string{
	DeedHarvest:  "Every source is asked within half a minute; the table of sources shows how it goes.",
	DeedBackup:   "A backup is taken within seconds; look again in a while.",
	DeedRehearse: "The newest backup is restored beside the instance and looked at; look again in a while.",
	DeedPause:    "Digests and notices wait from now on. Sign-in links and confirmations still go.",
	DeedResume:   "Mail goes again, what waited first.",
}

// May reports whether the server can be asked for a deed.
func (d InstanceData) May(deed string) bool { return slices.Contains(d.Deeds, deed) }

// operate has the server do something soon.
func (h *Handler) operate(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	deed := r.PostForm.Get("do")
	if err := h.Operate(r.Context(), account.From(r.Context()).ID, deed); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", keepNothing)
	http.Redirect(w, r, "/instance?"+query("done", deed), http.StatusSeeOther)
	return nil
}

// Need is something that wants the operator.
type Need struct {
	Rank        int // from 1
	Title, Text string
	State       State
	Says        string
	Link        Link // where it is looked after; empty when that is not a page
}

// Lane is a row of the timetable: when something was done today, and when it will be.
type Lane struct {
	Name string
	Runs []Run
}

// Run is one time that something is done. An end that is not known is its beginning.
type Run struct{ From, To time.Time }

// OutboxData says how the mail goes. With no Hours there is none.
type OutboxData struct {
	Sent, Due []int // letters in each hour of today: handed over, and mails to come
	States    []OutboxState
	Paused    time.Time // since when digests and notices are held back, zero when they are not
}

// OutboxState is how many letters are in a state.
type OutboxState struct {
	Name  string
	State State
	Count int
	Says  string
}

// Gauge is how much of something there is, of how much; Of is 0 where that is not known.
type Gauge struct {
	Name  string
	N, Of int64
	Value string
}

// Percent is how full it is.
func (g Gauge) Percent() int64 {
	if g.Of <= 0 {
		return 0
	}
	return min(100, 100*g.N/g.Of)
}

// InstancePage is what the operator looks at.
type InstancePage struct {
	Page
	InstanceData
	Sum, NeedSum string
	Rows         []SourceRow
	Times        *Timetable
	Hours        *Graph
	Nights       *Graph
	Sent         string
	Roles        []InstanceRole
	Acts         []LogRow
}

func (*InstancePage) template() string { return "instance" }

// InstanceRole is somebody who may do more than readers.
type InstanceRole struct{ Role, Name, Page, Since string }

// Timetable is a day of lanes, in units of its own box.
type Timetable struct {
	Label    string
	Height   int
	Foot     int
	Hours    []Mark
	Names    []Mark
	Bars     []TimetableBar
	NowX     string
	NowFoot  string
	NowSays  string
	NowAfter bool // the words stand after the line
}

// TimetableBar is a run in a Timetable; one that is to come is pale.
type TimetableBar struct {
	Bar
	Pale bool
}

// InstancePageOf makes the operator's page.
func InstancePageOf(s Site, d InstanceData) *InstancePage {
	v := &InstancePage{Page: s.page("Instance", "what needs you"), InstanceData: d, Rows: sourceRows(d.Sources, s.Now)}
	v.NoIndex = true
	v.Sum = fmt.Sprintf("Up %s. %s, %s UTC. %s", lasting(d.Up), weekdayDate(s.Now), s.Now.UTC().Format("15:04"), d.Edition)
	if s.Version != "" {
		v.Sum = "Version " + s.Version + ". " + v.Sum
	}
	v.NeedSum = fmt.Sprintf("%d, the most urgent first; all else is well", len(d.Needs))
	for i := range d.Needs {
		d.Needs[i].Rank = i + 1
	}
	if len(d.Needs) == 0 {
		v.NeedSum = "nothing; all is well"
	}
	if len(d.Lanes) > 0 {
		v.Times = timetable(d.Lanes, s.Now)
	}
	if len(d.Outbox.Sent) > 0 {
		v.Hours, v.Sent = outboxHours(d.Outbox, s.Now)
	}
	if !d.Outbox.Paused.IsZero() {
		v.Sent = "paused since " + moment(d.Outbox.Paused, s.Now) + ". " + v.Sent
	}
	if len(d.Copies) > 0 {
		v.Nights = backupDays(d, s.Now)
	}
	for _, a := range d.Staff {
		v.Roles = append(v.Roles, InstanceRole{a.Role.String(), a.Name, s.pageOfReader(a.Handle), a.Joined.Format("2 Jan 2006")})
	}
	v.Acts = logRows(d.Log, d.Names)
	return v
}

// pageOfReader is the address of a reader's page, "" where readers have none.
func (s Site) pageOfReader(handle string) string {
	if !s.Keeps {
		return ""
	}
	return readerPath(handle)
}

// timetable draws a day in UTC, with what was done and, pale, what is to come.
func timetable(lanes []Lane, now time.Time) *Timetable {
	const left, width, row, top = 150, 1046, 23, 18
	midnight := now.UTC().Truncate(24 * time.Hour)
	x := func(t time.Time) float64 { return left + width*t.Sub(midnight).Hours()/24 }
	t := &Timetable{Foot: top + row*len(lanes), Height: top + row*len(lanes) + 16, Label: "Timetable of today"}
	for h := 0; h <= 24; h += 3 {
		t.Hours = append(t.Hours, Mark{length(x(midnight.Add(time.Duration(h) * time.Hour))), "11", fmt.Sprintf("%02d:00", h)})
	}
	for i, lane := range lanes {
		y := top + row*i
		t.Names = append(t.Names, Mark{"0", fmt.Sprint(y + 19), lane.Name})
		t.Label += fmt.Sprintf("; %s: %s", lane.Name, count(len(lane.Runs), "time"))
		for _, r := range lane.Runs {
			from, to := max(x(r.From), left), min(x(r.To), left+width)
			if from > left+width || to < left {
				continue
			}
			b := TimetableBar{Bar{X: length(min(from, left+width-4)), Y: fmt.Sprint(y + 8), W: length(max(4, to-from)), H: "13"}, r.From.After(now)}
			if !b.Pale && r.To.After(now) {
				b.Class = "ink"
			}
			t.Bars = append(t.Bars, b)
		}
	}
	t.NowX, t.NowFoot, t.NowSays, t.NowAfter = length(x(now)), fmt.Sprint(t.Height-4), "now, "+now.UTC().Format("15:04"), now.UTC().Hour() < 21
	return t
}

// outboxHours draws the letters of each hour of today, sent and to come, and says how
// many these are.
func outboxHours(d OutboxData, now time.Time) (*Graph, string) {
	const width, left, floor, tall = 560, 40, 84.0, 60.0
	g := &Graph{Chart: Chart{Width: width, Height: 104}, Anchor: "start"}
	most, sent, due := 1, 0, 0
	for h := range d.Sent {
		most = max(most, d.Sent[h]+d.Due[h])
		sent, due = sent+d.Sent[h], due+d.Due[h]
	}
	step := float64(width-left) / float64(len(d.Sent))
	for h := range d.Sent {
		n := d.Sent[h] + d.Due[h]
		if n == 0 {
			continue
		}
		b := bar(left+step*float64(h), step-4, max(1, tall*float64(n)/float64(most)), floor)
		if h == now.UTC().Hour() {
			b.Class = "ink"
		}
		g.Bars = append(g.Bars, b)
	}
	g.Lines = []Label{{fmt.Sprint(left), length(floor), "0"}, {fmt.Sprint(left), length(floor - tall), number(most)}}
	g.Words = []Label{{fmt.Sprint(left), "100", "00:00"}, {length(left + step*12), "100", "12:00"}, {length(left + step*21), "100", "21:00"}}
	says := fmt.Sprintf("%s sent today, %s to come", number(sent), number(due))
	g.Label = "Letters by the hour: " + says
	return g, says
}

// backupDays draws what the last backup of each day holds.
func backupDays(d InstanceData, now time.Time) *Graph {
	const width, floor, tall = 560, 84.0, 76.0
	g := &Graph{Chart: Chart{Width: width, Height: 104, Label: "Backups of " + count(len(d.Copies), "day") + ": " + d.CopySum}, Anchor: "start"}
	most := slices.Max(d.Copies)
	step := float64(width) / float64(len(d.Copies))
	for i, n := range d.Copies {
		if n == 0 {
			continue
		}
		b := bar(step*float64(i), step-4, max(1, tall*float64(n)/float64(most)), floor)
		if i == len(d.Copies)-1 {
			b.Class = "ink"
		}
		g.Bars = append(g.Bars, b)
	}
	g.Lines = []Label{{X: "0", Y: length(floor)}}
	g.Words = []Label{{"0", "100", shortDate(now.AddDate(0, 0, 1-len(d.Copies)))}, {length(width - 40), "100", "today"}}
	return g
}

// instance shows the operator how the server does and what needs them.
func (h *Handler) instance(w http.ResponseWriter, r *http.Request) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	site.Path = "/instance"
	d, err := h.Instance(r.Context())
	if err != nil {
		return err
	}
	d.Up, d.Done = site.Now.Sub(h.Started), begun[r.URL.Query().Get("done")]
	if d.Edition == "" && site.Newest != nil {
		d.Edition = fmt.Sprintf("The newest edition, No. %d of %s, has %s.", site.Newest.Number, shortDate(day(site.Newest.Day)), count(site.Newest.Count(), "paper"))
	}
	var actors []int64
	for _, e := range d.Log {
		actors = append(actors, e.Actor)
	}
	people, err := h.persons(r.Context(), actors)
	if err != nil {
		return err
	}
	d.Names = map[int64]string{}
	for id, a := range people {
		d.Names[id] = a.Name
	}
	return h.showOnce(w, r, InstancePageOf(site, d))
}
