package web

import (
	"fmt"
	"strings"
	"time"
)

// LedgerCount sets what was announced against what is held.
type LedgerCount struct {
	Category  string // empty in a total
	Announced int
	Held      int
	Late      int // announced, not held, and still within the time it may take
	Missing   int // announced, not held, overdue
}

// LedgerDay is the ledger of one day, or of a span of days.
type LedgerDay struct {
	Day     string
	Rows    []LedgerCount // one a category, in the order to print
	Total   LedgerCount   // a cross-listed paper counts once
	Checked time.Time     // zero when unknown
	Rebuilt bool          // the announcement could not be read; made from datestamps
}

// line writes the ledger line of an edition. d is nil when nothing was announced
// in what the ledger knows.
func (d *LedgerDay) line(period string) string {
	if d == nil || d.Total.Announced == 0 {
		return fmt.Sprintf("What arXiv announced %s has not been read.", period)
	}
	t := d.Total
	var b strings.Builder
	fmt.Fprintf(&b, "arXiv announced %s in these categories; %s held", count(t.Announced, "paper"), number(t.Held))
	if t.Late > 0 {
		fmt.Fprintf(&b, ", %s late", number(t.Late))
	}
	if t.Missing > 0 {
		fmt.Fprintf(&b, ", %s missing", number(t.Missing))
	}
	b.WriteByte('.')
	return b.String()
}

// Note writes what stands under the table of a ledger.
func (d *LedgerDay) Note() string {
	var parts []string
	if !d.Checked.IsZero() {
		parts = append(parts, "Checked "+d.Checked.UTC().Format("15:04")+" UTC.")
	}
	if d.Rebuilt {
		parts = append(parts, "Rebuilt from the datestamps of arXiv’s records, because the announcement could not be read.")
	}
	sum := 0
	for _, r := range d.Rows {
		sum += r.Announced
	}
	none := "None missing"
	if n := d.Total.Missing + d.Total.Late; n > 0 {
		none = count(n, "paper") + " late or missing"
	}
	if twice := sum - d.Total.Announced; twice > 0 {
		none += ", " + count(twice, "cross-list") + " counted once"
	}
	return strings.Join(append(parts, none+"."), " ")
}
