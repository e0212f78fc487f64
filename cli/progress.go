package cli

import (
	"fmt"
	"strings"
	"time"

	"broadsheet/edition"
)

// progress draws how far long work has come: a bar with count, rate and the time
// left on a terminal, a line now and then elsewhere.
type progress struct {
	w     World
	what  string // papers
	began time.Time
	drawn time.Time
}

func newProgress(w World, what string) *progress {
	return &progress{w: w, what: what, began: time.Now()}
}

// show draws count, and the part of the work that is done, from 0 to 1; a
// negative part is unknown.
func (p *progress) show(count int, part float64) {
	every := 10 * time.Second
	if p.w.Terminal {
		every = 100 * time.Millisecond
	}
	now := time.Now()
	if now.Sub(p.drawn) < every {
		return
	}
	p.drawn = now
	line := p.line(count, part, now)
	if p.w.Terminal {
		fmt.Fprintf(p.w.Err, "\r%-79s", line)
		return
	}
	fmt.Fprintln(p.w.Err, line)
}

func (p *progress) line(count int, part float64, now time.Time) string {
	seconds := now.Sub(p.began).Seconds()
	line := fmt.Sprintf("%s %s", edition.Thousands(count), p.what)
	if seconds > 0.1 { // before that it says nothing
		line += fmt.Sprintf(", %s a second", edition.Thousands(int(float64(count)/seconds)))
	}
	if part < 0 {
		return line
	}
	const width = 20
	full := min(width, int(part*width))
	bar := strings.Repeat("█", full) + strings.Repeat("░", width-full)
	if part > 0.01 && part < 1 {
		left := time.Duration(seconds / part * (1 - part) * float64(time.Second))
		line += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	return fmt.Sprintf("%s %3.0f%%  %s", bar, 100*part, line)
}

// done clears the bar.
func (p *progress) done() {
	if p.w.Terminal {
		fmt.Fprintf(p.w.Err, "\r%-79s\r", "")
	}
}
