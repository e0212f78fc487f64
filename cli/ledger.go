package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/harvest"
)

// printLedger writes what was announced since a day against what is held: by category,
// by day, and each paper that is missing by name.
func printLedger(ctx context.Context, out io.Writer, d *db.DB, now time.Time, since string) error {
	until := now.UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	l, err := harvest.LedgerOf(ctx, d, now, since, until)
	if err != nil {
		return err
	}
	if l == nil {
		fmt.Fprintln(out, "\nThe ledger is empty: no announcement has been read.")
		return nil
	}
	fmt.Fprintf(out, "\nLedger since %s\n%-12s %10s %8s %6s %8s\n", since, "", "announced", "held", "late", "missing")
	for _, c := range l.Counts {
		printCount(out, c.Category, c, "")
	}
	printCount(out, "together", l.Total, "")
	fmt.Fprintln(out)
	days, err := harvest.LedgerDays(ctx, d, now, since, until)
	if err != nil {
		return err
	}
	for _, day := range days {
		note := ""
		if day.Rebuilt {
			note = "  rebuilt from datestamps: its announcement was not read"
		}
		printCount(out, day.Day, day.Total, note)
		for _, c := range day.Counts {
			if c.Late+c.Missing > 0 {
				printCount(out, "  "+c.Category, c, "")
			}
		}
	}
	return printAbsent(ctx, out, d, since)
}

func printCount(out io.Writer, name string, c harvest.Count, note string) {
	n := edition.Thousands
	fmt.Fprintf(out, "%-12s %10s %8s %6s %8s%s\n", name, n(c.Announced), n(c.Held), n(c.Late), n(c.Missing), note)
}

func printAbsent(ctx context.Context, out io.Writer, d *db.DB, since string) error {
	const shown = 20
	absent, total, err := harvest.AllAbsent(ctx, d, since, shown)
	if err != nil || total == 0 {
		return err
	}
	fmt.Fprintln(out)
	for _, a := range absent {
		next := "with the next harvest"
		if !a.Next.IsZero() {
			next = "after " + a.Next.Format("2 Jan 15:04 UTC")
		}
		fmt.Fprintf(out, "%s  %s, %s. %s Next try %s.\n", a.Paper, a.Day, a.Category, a.Reason, next)
	}
	if total > shown {
		fmt.Fprintf(out, "and %s more\n", edition.Thousands(total-shown))
	}
	return nil
}

// ledger names the gaps of the last days, the sources that fail, and the lines that
// could not be used.
func (c *doctorAllCommand) ledger(ctx context.Context, d *db.DB) ([]finding, error) {
	gaps, err := c.gaps(ctx, d)
	if err != nil {
		return nil, err
	}
	list := []finding{gaps}
	runs, err := harvest.Runs(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		f := finding{part: r.Source, ok: r.Failed == "", said: "Last asked " + r.Began.Format("2 January 2006, 15:04 UTC") + "."}
		if r.Failed != "" {
			f.said += " It failed: " + r.Failed
			f.advice = "Check its address and the network; the next harvest goes on where it stopped."
		}
		list = append(list, f)
	}
	bad, total, err := harvest.Quarantine(ctx, d, named)
	if err != nil || total == 0 {
		return list, err
	}
	f := finding{
		part: "quarantine", said: fmt.Sprintf("%s lines or records could not be used.", edition.Thousands(total)),
		advice: "Mend the file and import it again; a record of arXiv's comes with broadsheet harvest --fill.",
	}
	for _, q := range bad {
		f.names = append(f.names, fmt.Sprintf("%s line %d: %s", q.File, q.Line, q.Reason))
	}
	return append(list, f), nil
}

// named is how many papers, or lines, an examination names.
const named = 10

// gaps names the papers that were announced and are missing.
func (c *doctorAllCommand) gaps(ctx context.Context, d *db.DB) (finding, error) {
	now := time.Now()
	since := now.UTC().AddDate(0, 0, -c.Days).Format(time.DateOnly)
	l, err := harvest.LedgerOf(ctx, d, now, since, now.UTC().Format(time.DateOnly))
	if err != nil {
		return finding{}, err
	}
	f := finding{part: "ledger", ok: true, said: fmt.Sprintf("No announcement of the last %d days has been read.", c.Days)}
	if l == nil {
		return f, nil
	}
	n, t := edition.Thousands, l.Total
	f.said = fmt.Sprintf("Since %s arXiv announced %s papers; %s held, %s late, %s missing.", since, n(t.Announced), n(t.Held), n(t.Late), n(t.Missing))
	if t.Missing == 0 {
		return f, nil
	}
	f.ok, f.advice = false, "Run broadsheet harvest --fill; it names what stays away and why."
	absent, _, err := harvest.AllAbsent(ctx, d, since, named)
	for _, a := range absent {
		f.names = append(f.names, fmt.Sprintf("%s  %s, %s. %s", a.Paper, a.Day, a.Category, a.Reason))
	}
	return f, err
}
