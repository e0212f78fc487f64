package cli

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"broadsheet/account"
	"broadsheet/db"
)

// accountCommand looks after accounts from the command line: whoever may run it on
// the data may do everything.
type accountCommand struct {
	List   accountList   `cmd:"" help:"List the accounts."`
	Add    accountAdd    `cmd:"" help:"Make an account, and print a link that signs in."`
	Role   accountRole   `cmd:"" help:"Give an account a role: reader, desk or administrator."`
	Link   accountLink   `cmd:"" help:"Print a link that signs in as an account, once, within a day."`
	Invite accountInvite `cmd:"" help:"Make an invitation and print its address."`
	End    accountEnd    `cmd:"" help:"End all sessions of an account."`
	Remove accountRemove `cmd:"" help:"Delete an account."`
	Log    accountLog    `cmd:"" help:"Print the newest privileged acts."`
}

// books are the flags of commands that open the accounts.
type books struct {
	store
	Base string `name:"base-url" help:"The public address, for links." default:"http://localhost:8080" placeholder:"URL" env:"BROADSHEET_BASE_URL"`
}

// with opens the accounts for f.
func (b books) with(ctx context.Context, log *slog.Logger, f func(*db.DB, *account.Store) error) error {
	d, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	return f(d, account.NewStore(d, account.Settings{Join: account.Anyone}, nil, log))
}

// begin is with, where nothing need be held yet.
func (b books) begin(ctx context.Context, log *slog.Logger, f func(*db.DB, *account.Store) error) error {
	d, err := b.create(ctx)
	if err != nil {
		return err
	}
	d.Close()
	return b.with(ctx, log, f)
}

// find returns the account that has an address or a handle.
func find(ctx context.Context, s *account.Store, who string) (*account.Account, error) {
	if strings.Contains(who, "@") && !strings.HasPrefix(who, "@") {
		return s.ByAddress(ctx, who)
	}
	return s.ByHandle(ctx, strings.TrimPrefix(who, "@"))
}

type accountList struct{ books }

func (c *accountList) Run(ctx context.Context, w World, log *slog.Logger) error {
	return c.with(ctx, log, func(_ *db.DB, s *account.Store) error {
		t := tabwriter.NewWriter(w.Out, 0, 0, 2, ' ', 0)
		const page = 500
		for after := int64(0); ; {
			list, err := s.All(ctx, after, page)
			if err != nil {
				return err
			}
			for _, a := range list {
				fmt.Fprintf(t, "@%s\t%s\t%s\t%s\n", a.Handle, a.Role, a.Address, a.Joined.Format(time.DateOnly))
				after = a.ID
			}
			if len(list) < page {
				return t.Flush()
			}
		}
	})
}

type accountAdd struct {
	books
	Address string `arg:"" help:"Their mail address."`
	Name    string `help:"Their name." placeholder:"NAME"`
	As      string `help:"Their role: reader, desk, administrator." enum:"reader,desk,administrator" default:"reader"`
}

func (c *accountAdd) Run(ctx context.Context, w World, log *slog.Logger) error {
	address, err := account.ParseAddress(c.Address)
	if err != nil {
		return err
	}
	role, err := account.ParseRole(c.As)
	if err != nil {
		return err
	}
	return c.begin(ctx, log, func(d *db.DB, s *account.Store) error {
		a, err := s.Add(ctx, account.Newcomer{Address: address, Name: c.Name, Role: role})
		if err != nil {
			return err
		}
		link, err := s.Print(ctx, account.ToEnter, a.ID, c.Base)
		if err != nil {
			return err
		}
		fmt.Fprintf(w.Out, "@%s is here. Signs in once, within a day:\n  %s\n", a.Handle, link)
		return nil
	})
}

type accountRole struct {
	books
	Who  string `arg:"" help:"A mail address or a handle."`
	Role string `arg:"" help:"The role." enum:"reader,desk,administrator"`
}

func (c *accountRole) Run(ctx context.Context, w World, log *slog.Logger) error {
	role, err := account.ParseRole(c.Role)
	if err != nil {
		return err
	}
	return c.with(ctx, log, func(_ *db.DB, s *account.Store) error {
		a, err := find(ctx, s, c.Who)
		if err != nil {
			return err
		}
		if err := s.SetRole(ctx, account.Operator, a.ID, role); err != nil {
			return err
		}
		fmt.Fprintf(w.Out, "@%s: %s\n", a.Handle, role)
		return nil
	})
}

type accountLink struct {
	books
	Who string `arg:"" help:"A mail address or a handle."`
}

func (c *accountLink) Run(ctx context.Context, w World, log *slog.Logger) error {
	return c.with(ctx, log, func(_ *db.DB, s *account.Store) error {
		a, err := find(ctx, s, c.Who)
		if err != nil {
			return err
		}
		link, err := s.Print(ctx, account.ToEnter, a.ID, c.Base)
		if err == nil {
			fmt.Fprintln(w.Out, link)
		}
		return err
	})
}

type accountInvite struct {
	books
	As   string `help:"The role that it gives." enum:"reader,desk,administrator" default:"reader"`
	Uses int    `help:"How many people may use it." default:"1"`
	Days int    `help:"For how many days." default:"7"`
	Note string `help:"For whom; a note to yourselves." placeholder:"TEXT"`
}

func (c *accountInvite) Run(ctx context.Context, w World, log *slog.Logger) error {
	role, err := account.ParseRole(c.As)
	if err != nil {
		return err
	}
	return c.begin(ctx, log, func(_ *db.DB, s *account.Store) error {
		code, err := s.Invite(ctx, account.Operator, role, c.Note, c.Uses, time.Duration(c.Days)*24*time.Hour)
		if err == nil {
			fmt.Fprintln(w.Out, c.Base+"/join/"+code)
		}
		return err
	})
}

type accountEnd struct {
	books
	Who string `arg:"" help:"A mail address or a handle."`
}

func (c *accountEnd) Run(ctx context.Context, w World, log *slog.Logger) error {
	return c.with(ctx, log, func(_ *db.DB, s *account.Store) error {
		a, err := find(ctx, s, c.Who)
		if err != nil {
			return err
		}
		return s.EndSessions(ctx, a.ID, 0)
	})
}

type accountRemove struct {
	books
	Who string `arg:"" help:"A mail address or a handle."`
	Yes bool   `help:"Do it; without this it only says what would happen."`
}

func (c *accountRemove) Run(ctx context.Context, w World, log *slog.Logger) error {
	return c.with(ctx, log, func(_ *db.DB, s *account.Store) error {
		a, err := find(ctx, s, c.Who)
		if err != nil {
			return err
		}
		if !c.Yes {
			fmt.Fprintf(w.Out, "@%s (%s, since %s) would be deleted; what they wrote for others would stay, as that of a former reader. Say --yes to do it.\n", a.Handle, a.Role, a.Joined.Format(time.DateOnly))
			return nil
		}
		return s.Leave(ctx, a.ID, false)
	})
}

type accountLog struct {
	books
	Limit int `help:"How many." default:"50"`
}

func (c *accountLog) Run(ctx context.Context, w World, log *slog.Logger) error {
	return c.with(ctx, log, func(_ *db.DB, s *account.Store) error {
		list, err := s.Audited(ctx, 0, c.Limit)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(w.Out, 0, 0, 2, ' ', 0)
		for _, e := range list {
			actor := "operator"
			if e.Actor != account.Operator {
				actor = fmt.Sprintf("account %d", e.Actor)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", e.At.Format(time.DateTime), actor, e.Act, e.Subject, e.Detail)
		}
		return t.Flush()
	})
}
