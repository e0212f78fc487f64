package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/hook"
)

// hookCommand looks after the programs that are told of events.
type hookCommand struct {
	Add    hookAdd    `cmd:"" help:"Have a program told of events, and print the secret with which they are signed."`
	List   hookList   `cmd:"" help:"List them."`
	Log    hookLog    `cmd:"" help:"Print what one was told and is to be told."`
	Test   hookTest   `cmd:"" help:"Tell one of an event that never was."`
	Resume hookResume `cmd:"" help:"Tell stopped or paused ones again."`
	Remove hookRemove `cmd:"" help:"Tell it nothing more."`
}

// hooks opens the hooks for f. The running server does the telling.
func (s store) hooks(ctx context.Context, f func(*hook.Store) error) error {
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	return f(hook.New(hook.Config{DB: d, Now: d.Now}))
}

type hookAdd struct {
	store
	URL    string   `arg:"" help:"Where events are posted: https://…"`
	Events []string `name:"event" help:"An event: edition.published, paper.votes, comment.posted, submission.received; several with commas." required:"" placeholder:"EVENT"`
	Votes  int      `help:"With paper.votes: how many a paper has to pass." placeholder:"N"`
	Note   string   `help:"What it is, for you." placeholder:"TEXT"`
}

func (c *hookAdd) Run(ctx context.Context, w World) error {
	draft := hook.Draft{URL: c.URL, Votes: c.Votes, Note: c.Note, Account: account.Operator}
	for _, e := range c.Events {
		draft.Events = append(draft.Events, hook.Event(e))
	}
	return c.hooks(ctx, func(s *hook.Store) error {
		h, secret, err := s.Add(ctx, draft)
		if err != nil {
			return err
		}
		fmt.Fprintf(w.Out, "Hook %d is told of what happens from now on. Its secret, shown this once:\n  %s\n", h.ID, secret)
		return nil
	})
}

type hookList struct{ store }

func (c *hookList) Run(ctx context.Context, w World) error {
	return c.hooks(ctx, func(s *hook.Store) error {
		list, err := s.List(ctx)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(w.Out, 0, 0, 2, ' ', 0)
		for _, h := range list {
			fmt.Fprintf(t, "%d\t%s\t%s\t%v\t%s\n", h.ID, h.State, h.URL, h.Events, h.Said)
		}
		return t.Flush()
	})
}

type hookLog struct {
	store
	ID int64 `arg:"" help:"The number of the hook."`
}

func (c *hookLog) Run(ctx context.Context, w World) error {
	return c.hooks(ctx, func(s *hook.Store) error {
		const newest = 50
		list, err := s.Deliveries(ctx, c.ID, newest)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(w.Out, 0, 0, 2, ' ', 0)
		for _, d := range list {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\n", d.At.Format(time.DateTime), d.Event, d.State, d.ID, d.Tries, d.Said)
		}
		return t.Flush()
	})
}

type hookTest struct{ hookLog }

func (c *hookTest) Run(ctx context.Context, w World) error {
	return c.hooks(ctx, func(s *hook.Store) error {
		if err := s.TryOut(ctx, c.ID); err != nil {
			return err
		}
		fmt.Fprintf(w.Out, "The running server tells it within a second or two; see: broadsheet hook log %d\n", c.ID)
		return nil
	})
}

type hookResume struct {
	store
	IDs []int64 `arg:"" name:"id" help:"The numbers of the hooks."`
}

func (c *hookResume) Run(ctx context.Context) error {
	return c.hooks(ctx, func(s *hook.Store) error {
		for _, id := range c.IDs {
			if err := s.Resume(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// sayPaused names the hooks that a copy does not tell.
func sayPaused(w World, paused []int64) {
	if len(paused) == 0 {
		return
	}
	fmt.Fprintf(w.Out, "%s, so that a copy tells no program what its original tells. If this takes its place: broadsheet hook resume %s\n",
		plural(len(paused), "hook is paused", "hooks are paused"), strings.Trim(fmt.Sprint(paused), "[]"))
}

type hookRemove struct{ hookLog }

func (c *hookRemove) Run(ctx context.Context) error {
	return c.hooks(ctx, func(s *hook.Store) error { return s.Remove(ctx, c.ID) })
}

// told examines the programs that are told of events.
func told(ctx context.Context, d *db.DB) ([]finding, error) {
	s := hook.New(hook.Config{DB: d, Now: d.Now})
	list, err := s.List(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	waiting, stopped, err := s.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	f := finding{
		part: "hooks", ok: stopped == 0, said: fmt.Sprintf("%s; %s.", plural(len(list), "program is told of events", "programs are told of events"), plural(waiting, "event waits", "events wait")),
		advice: "Mend the programs that are named here, then: broadsheet hook resume NUMBER",
	}
	for _, h := range list {
		if h.State == hook.Stopped {
			f.names = append(f.names, fmt.Sprintf("%d %s is stopped. %s", h.ID, h.URL, h.Said))
		}
	}
	return []finding{f}, nil
}
