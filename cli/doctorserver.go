package cli

import (
	"context"
	"fmt"
	"time"

	"broadsheet/db"
	"broadsheet/paper"
)

// standby is the flag that names a standby to read from.
type standby struct {
	Standby string `name:"db-standby" help:"A standby of the database that answers visitors' reading, as long as it holds all that the primary does: postgres://…" placeholder:"DSN" env:"BROADSHEET_DB_STANDBY"`
}

// server examines what a PostgreSQL server is set up to do.
func (c *doctorAllCommand) server(ctx context.Context, d *db.DB) []finding {
	s, err := d.Server(ctx)
	if err != nil {
		return []finding{{part: "server", said: err.Error(), advice: "See in the server's log why it does not answer."}}
	}
	if s == nil {
		return nil
	}
	list := []finding{version(s), followers(s), pooler(s)}
	ahead, err := d.SetClock(ctx)
	f := finding{part: "clocks", ok: err == nil && ahead.Abs() < time.Second, said: "This machine's clock and the database's agree.", advice: "Let NTP set both: leases and dates go by the database's, but what stands in logs does not."}
	switch {
	case err != nil:
		f.said = err.Error()
	case !f.ok:
		f.said = fmt.Sprintf("The database's clock is %s ahead of this machine's.", ahead)
	}
	list = append(list, f)
	if c.Standby != "" {
		list = append(list, c.follows(ctx, d))
	}
	return list
}

func version(s *db.Server) finding {
	const oldest = 150000
	return finding{part: "server", ok: s.Number >= oldest, said: "PostgreSQL " + s.Version + ".", advice: "PostgreSQL 15 or newer is wanted."}
}

func followers(s *db.Server) finding {
	f := finding{part: "failover", ok: true}
	switch {
	case s.Followers == 0 && !s.Waits:
		f.said = "No standby follows the server, as far as this account may see: when its machine is lost, the last backup is what is left."
	case s.Synchronous > 0:
		f.said = fmt.Sprintf("%s the server, and commits wait for %d.", plural(s.Followers, "standby follows", "standbys follow"), s.Synchronous)
	case s.Waits:
		f.said = "Commits wait for a standby, of which this account sees none."
	default:
		f.ok = false
		f.said = fmt.Sprintf("%s the server, but commits wait for none: when the server is lost, what was acknowledged in the last moment is lost with it.", plural(s.Followers, "standby follows", "standbys follow"))
		f.advice = "Set synchronous_standby_names at the server, with two standbys if writing is to go on when one is away."
	}
	return f
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func pooler(s *db.Server) finding {
	f := finding{part: "pooler", ok: !s.Between || s.Pooled, said: "The server is connected to straight.", advice: "If it is PgBouncer in transaction mode, add default_query_exec_mode=exec to --db."}
	if s.Between {
		f.said = "Something stands between here and the server: a pooler, or a proxy."
	} else if s.Pooled {
		f.said = "The server is connected to straight, in the way that is meant for a pooler."
	}
	return f
}

// follows says how far the standby lies behind.
func (c *doctorAllCommand) follows(ctx context.Context, d *db.DB) finding {
	f := finding{part: "standby", advice: "Visitors are answered by the primary meanwhile. See that the standby runs and streams."}
	latest, err := paper.Latest(ctx, d)
	if err == nil {
		err = d.UseStandby(ctx, c.Standby)
	}
	if err != nil {
		f.said = err.Error()
		return f
	}
	n, err := paper.Latest(ctx, d.Standby())
	if err != nil {
		f.said = err.Error()
		return f
	}
	const little = 100 // changes
	f.ok, f.said = latest-n < little, fmt.Sprintf("It lies %d changes behind.", max(0, latest-n))
	return f
}
