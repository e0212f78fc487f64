package server

import (
	"context"
	"fmt"
	"path/filepath"
	gauge "runtime/metrics"
	"strings"
	"syscall"
	"time"

	"broadsheet/backup"
	"broadsheet/db"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/harvest"
	"broadsheet/job"
	"broadsheet/outbox"
	"broadsheet/paper"
	"broadsheet/web"
)

// Instance returns what administrators see of the server.
func (r *report) Instance(ctx context.Context) (d web.InstanceData, err error) {
	if d.StatusData, err = r.Status(ctx); err != nil {
		return d, err
	}
	d.Deeds = r.deeds()
	for _, part := range []func(context.Context, *web.InstanceData) error{
		r.needs, r.out, r.lanes, r.letters, r.gauges, r.copies, r.month, r.staff,
	} {
		if err := part(ctx, &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

// needs lists what wants the operator, the most urgent first.
func (r *report) needs(ctx context.Context, d *web.InstanceData) error {
	add := func(s web.State, says, title, text string, link web.Link) {
		d.Needs = append(d.Needs, web.Need{Title: title, Text: text, State: s, Says: says, Link: link})
	}
	for _, n := range d.Notes { // of sources, backups, lines that could not be read
		add(web.Failed, "Failing", strings.TrimSuffix(n.Strong, ".")+".", n.Text, web.Link{})
	}
	paused, err := outbox.Paused(ctx, r.DB)
	if err != nil {
		return err
	}
	if !paused.IsZero() {
		add(web.Waiting, "Paused", "Mail is paused.", "Digests and notices wait; sign-in links and confirmations still go.", web.Link{Text: "To the mail", Href: "#mail"})
	}
	free, all, err := r.disk()
	if err == nil && all > 0 && free < 1<<30 {
		add(web.Failed, "Short", fmt.Sprintf("The disk has %s left.", size(free)), "A day of papers takes a few MB, a merge of the database as much as it is large.", web.Link{})
	}
	queued, stopped, err := r.Hooks.Waiting(ctx)
	if err != nil {
		return err
	}
	if stopped > 0 {
		add(web.Failed, "Stopped", fmt.Sprintf("%s told nothing more.", plural(stopped, "program is", "programs are")), "They took nothing for three days, or are gone: broadsheet hook list names them.", web.Link{})
	}
	if queued > 100 {
		add(web.Running, "Late", fmt.Sprintf("%s events wait for programs that are told of them.", edition.Thousands(queued)), "broadsheet hook log says why.", web.Link{})
	}
	if len(d.Missing) > 0 {
		add(web.Running, "Late", fmt.Sprintf("%s announced and not held.", plural(len(d.Missing), "paper was", "papers were")), "They are asked for again; the status page names them.", web.Link{Text: "Show them", Href: "/status"})
	}
	if _, meaning, total, err := r.found(ctx); err != nil {
		return err
	} else if r.Search != nil && meaning < total {
		add(web.Running, "Late", fmt.Sprintf("%s no vector.", plural(total-meaning, "paper has", "papers have")), "They are read in the background, newest and most voted first; until then words find them.", web.Link{})
	}
	return r.waiting(ctx, add)
}

// waiting lists what readers wait for.
func (r *report) waiting(ctx context.Context, add func(web.State, string, string, string, web.Link)) error {
	cases, err := r.Talk.Waiting(ctx)
	if err != nil {
		return err
	}
	if len(cases) > 0 {
		add(web.Waiting, "Open", fmt.Sprintf("%s for the desk.", plural(len(cases), "report waits", "reports wait")), "", web.Link{Text: "Decide", Href: "/moderation/reports"})
	}
	claims, err := r.Talk.OpenClaims(ctx)
	if err != nil {
		return err
	}
	if len(claims) > 0 {
		add(web.Waiting, "Open", fmt.Sprintf("%s for the desk.", plural(len(claims), "claim of a paper waits", "claims of papers wait")), "", web.Link{Text: "Decide", Href: "/moderation/reports"})
	}
	list, err := backup.Last(ctx, r.DB)
	if err != nil {
		return err
	}
	if title, text := unrehearsed(list, r.Config.Now()); len(list) > 0 && title != "" {
		add(web.Waiting, "Due", title, text, web.Link{Text: "To the backups", Href: "#backups"})
	}
	if len(list) == 0 && r.Config.Demo == nil {
		add(web.Waiting, "Due", "No backup was ever taken.", "serve --backup takes one each night; broadsheet backup take takes one now.", web.Link{})
	}
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return edition.Thousands(n) + " " + many
}

// out says which edition is out, and when the next will be.
func (r *report) out(ctx context.Context, d *web.InstanceData) error {
	if !r.Editions.Settings().Desk {
		return nil
	}
	m, err := r.Editions.Making(ctx, r.Config.Now())
	if err != nil {
		return err
	}
	held := ""
	if m.Held {
		held = ", held back by the desk,"
	}
	d.Edition = fmt.Sprintf("The edition of %s%s publishes itself at %s.", m.Day, held, m.Due.UTC().Format("15:04 UTC on Monday"))
	d.Lanes = append(d.Lanes, web.Lane{Name: "Edition published", Runs: []web.Run{{From: m.Due, To: m.Due}}})
	return nil
}

// lanes fills in the timetable of today.
func (r *report) lanes(ctx context.Context, d *web.InstanceData) error {
	runs, err := harvest.Runs(ctx, r.DB)
	if err != nil {
		return err
	}
	now := r.Config.Now()
	for _, x := range runs {
		lane := web.Lane{Name: sourceName(x.Source), Runs: []web.Run{{From: x.Began, To: x.Ended}}}
		if x.Ended.IsZero() {
			lane.Runs[0].To = now
		}
		if x.Next.After(now) {
			lane.Runs = append(lane.Runs, web.Run{From: x.Next, To: x.Next})
		}
		d.Lanes = append(d.Lanes, lane)
	}
	copies, err := backup.Last(ctx, r.DB)
	if err != nil || len(copies) == 0 {
		return err
	}
	lane := web.Lane{Name: "Backup"}
	for _, b := range copies {
		lane.Runs = append(lane.Runs, web.Run{From: b.Began, To: b.Ended})
	}
	d.Lanes = append(d.Lanes, lane)
	return nil
}

// letters says how the mail goes.
func (r *report) letters(ctx context.Context, d *web.InstanceData) error {
	counts, err := r.Outbox.Counts(ctx)
	if err != nil || len(counts) == 0 && r.Config.Mail.Dial == nil {
		return err
	}
	midnight := r.Config.Now().UTC().Truncate(24 * time.Hour)
	if d.Outbox.Sent, err = r.Outbox.ByHour(ctx, midnight); err != nil {
		return err
	}
	if d.Outbox.Due, err = r.Digests.ByHour(ctx, midnight); err != nil {
		return err
	}
	if d.Outbox.Paused, err = outbox.Paused(ctx, r.DB); err != nil {
		return err
	}
	d.Deeds = append(d.Deeds, map[bool]string{true: web.DeedPause, false: web.DeedResume}[d.Outbox.Paused.IsZero()])
	by := map[string]int{}
	returned := 0
	for _, c := range counts {
		by[c.State] += c.Letters
		returned += c.Returned
	}
	d.Outbox.States = []web.OutboxState{
		{Name: "Sent", State: web.Done, Count: by["sent"], Says: "in 60 days"},
		{Name: "Waiting", State: web.Waiting, Count: by["waiting"]},
		{Name: "Under way", State: web.Running, Count: by["taken"] + by["handing"]},
		{Name: "Came back", State: web.Failed, Count: returned},
		{Name: "Given up", State: web.Failed, Count: by["refused"] + by["expired"]},
		{Name: "Dropped", State: web.Failed, Count: by["dropped"], Says: "the address wants none"},
	}
	lane := web.Lane{Name: "Digests"}
	for h := range d.Outbox.Sent {
		if d.Outbox.Sent[h]+d.Outbox.Due[h] > 0 {
			from := midnight.Add(time.Duration(h) * time.Hour)
			lane.Runs = append(lane.Runs, web.Run{From: from, To: from.Add(10 * time.Minute)})
		}
	}
	d.Lanes = append(d.Lanes, lane)
	return nil
}

// found returns how many papers are found by words, by meaning, and held.
func (r *report) found(ctx context.Context) (words, meaning, held int, err error) {
	if held, err = r.Papers.Count(ctx); err != nil || r.Search == nil {
		return 0, 0, held, err
	}
	words, meaning = r.Search.Docs()
	return words, meaning, held, nil
}

// gauges says how full the index, the disk and the memory are.
func (r *report) gauges(ctx context.Context, d *web.InstanceData) error {
	words, meaning, held, err := r.found(ctx)
	if err != nil {
		return err
	}
	of := func(name string, n int) web.Gauge {
		return web.Gauge{Name: name, N: int64(n), Of: int64(held), Value: fmt.Sprintf("%s of %s", edition.Thousands(n), edition.Thousands(held))}
	}
	d.Engine = "there is none"
	if r.Search != nil {
		d.Engine = "built in"
		if len(r.Config.OpenSearch.Nodes) > 0 {
			d.Engine = "OpenSearch"
		}
		d.Index = []web.Gauge{of("Found by words", words), of("Found by meaning", meaning)}
		if name, n := r.Search.Coming(); name != "" {
			d.Index = append(d.Index, of("Read by "+name+", which comes next", n))
		}
	}
	latest, err := paper.Latest(ctx, r.DB)
	if err != nil {
		return err
	}
	seen, err := job.Watchers(ctx, r.DB)
	if err != nil {
		return err
	}
	behind := int64(0)
	for _, at := range seen {
		behind = max(behind, latest-at)
	}
	d.Index = append(d.Index, web.Gauge{Name: "Changes that some watcher has still to see", Value: edition.Thousands(int(behind))})
	taken, err := r.DB.Size(ctx)
	if err != nil {
		return err
	}
	d.Room = append(d.Room, web.Gauge{Name: "Database, " + r.DB.Dialect.String(), Value: size(uint64(taken))})
	if free, all, err := r.disk(); err == nil && all > 0 {
		if d.Pace, err = r.pace(ctx, int(taken), held, free); err != nil {
			return err
		}
		d.Room = append(d.Room, web.Gauge{Name: "Disk", N: int64(all - free), Of: int64(all), Value: fmt.Sprintf("%s of %s", size(all-free), size(all))})
	}
	d.Room = append(d.Room, web.Gauge{Name: "Memory of the program, without what is mapped", Value: size(memory())})
	return nil
}

// pace says how long the disk lasts.
func (r *report) pace(ctx context.Context, taken, held int, free uint64) (string, error) {
	today := r.Editions.Settings().DayOf(r.Config.Now())
	last, err := edition.ParseDay(today)
	if err != nil {
		return "", err
	}
	days, err := r.Editions.Days(ctx, edition.Span{From: last.AddDate(0, 0, -29).Format(time.DateOnly), To: today})
	came := 0
	for _, day := range days {
		came += day.Count()
	}
	return pace(taken, held, came, free), err
}

// disk returns what is free and what there is on the disk of the data, nothing where the
// data lies elsewhere.
func (r *report) disk() (free, all uint64, err error) {
	dir := r.Config.Index
	if r.DB.Dialect == db.SQLite {
		dir = r.Config.DSN
	}
	if dir == "" {
		return 0, 0, nil
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(dir), &st); err != nil {
		return 0, 0, err
	}
	return st.Bavail * uint64(st.Bsize), st.Blocks * uint64(st.Bsize), nil
}

// memory returns the bytes that the program holds of the system's memory.
func memory() uint64 {
	s := []gauge.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	gauge.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}

func size(n uint64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n < 1<<20:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// copies says how the last backup to each place went.
func (r *report) copies(ctx context.Context, d *web.InstanceData) error {
	list, err := backup.Last(ctx, r.DB)
	if err != nil {
		return err
	}
	for _, b := range list {
		value := fmt.Sprintf("%s, %s, of which %s were new", b.Ended.Format("2 Jan 15:04 UTC"), size(uint64(b.Bytes)), size(uint64(b.Written)))
		switch {
		case b.Failed != "":
			value = "failed: " + b.Failed
		case b.Ended.IsZero() && b.Began.IsZero():
			value = "none was taken"
		case b.Ended.IsZero():
			value = "begun " + b.Began.Format("2 Jan 15:04 UTC") + ", and not ended yet"
		}
		if b.Asked == backup.DeedBackup {
			value += "; asked for"
		}
		d.Backups = append(d.Backups, web.Fact{Name: b.Place, Value: value}, rehearsed(b))
	}
	if len(list) == 0 {
		d.Backups = []web.Fact{{Name: "Last", Value: "none was taken"}}
	}
	return nil
}

// staff fills in who may do what, and what was done last.
func (r *report) staff(ctx context.Context, d *web.InstanceData) error {
	const most, newest = 50, 10
	n, err := r.Accounts.Count(ctx)
	if err != nil {
		return err
	}
	d.Numbers = []web.Fact{{Name: "Accounts", Value: edition.Thousands(n)}}
	figures, err := r.Digests.Figures(ctx)
	if err != nil {
		return err
	}
	d.Numbers = append(d.Numbers, web.Fact{Name: "Subscriptions by mail", Value: fmt.Sprintf("%s, and %s to confirm", edition.Thousands(figures[digest.Active]), edition.Thousands(figures[digest.Asked]))})
	if d.Staff, err = r.Accounts.Staff(ctx, most); err != nil {
		return err
	}
	d.Log, err = r.Accounts.Audited(ctx, 0, newest)
	return err
}
