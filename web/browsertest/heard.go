package browsertest

import (
	"fmt"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Heard is what pages asked for, and what they complained of.
type Heard struct {
	mu         sync.Mutex
	asked      []string
	complaints []string
}

// Listen hears what the pages of the tab ask for and complain of from here on.
func (b *Tab) Listen() *Heard {
	b.t.Helper()
	h := &Heard{}
	if err := chromedp.Listen(b.ctx, h.hear); err != nil {
		b.t.Fatal(err)
	}
	return h
}

func (h *Heard) hear(event any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		h.asked = append(h.asked, e.Request.URL)
	case *runtime.EventExceptionThrown:
		h.complaints = append(h.complaints, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		h.complaints = append(h.complaints, fmt.Sprintf("console.%s", e.Type))
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			h.complaints = append(h.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// Asked returns every address that was asked for, in order.
func (h *Heard) Asked() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.asked...)
}

// Complaints returns exceptions, what was written to the console, and errors and warnings
// of the browser.
func (h *Heard) Complaints() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.complaints...)
}
