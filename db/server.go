package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL server as it describes itself.
type Server struct {
	Version     string // 15.18
	Number      int    // 150018
	Standby     bool   // it follows another and takes no writes
	Followers   int    // standbys that stream from it, as far as this account may see them
	Synchronous int    // those of them for whom commits wait
	Waits       bool   // commits wait for standbys that are set up to be waited for
	Between     bool   // what was connected to is not the server: a pooler, or a proxy
	Pooled      bool   // the DSN is one for a pooler in transaction mode
}

// Server asks the server of the database about itself; nil for SQLite.
func (d *DB) Server(ctx context.Context) (*Server, error) {
	if d.Dialect != Postgres {
		return nil, nil
	}
	c, s := d.config, &Server{}
	var port sql.NullInt64
	var commit, names string
	err := d.write.db.QueryRowContext(ctx, `SELECT current_setting('server_version'), current_setting('server_version_num')::bigint, pg_is_in_recovery(),
		(SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'), (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')),
		current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), inet_server_port()`).
		Scan(&s.Version, &s.Number, &s.Standby, &s.Followers, &s.Synchronous, &commit, &names, &port)
	if err != nil {
		return nil, fmt.Errorf("ask the server about itself: %w", err)
	}
	s.Waits = names != "" && commit != "local" && commit != "off"
	ports := []uint16{c.Port}
	for _, f := range c.Fallbacks {
		ports = append(ports, f.Port)
	}
	s.Between = port.Valid && !slices.Contains(ports, uint16(port.Int64))
	s.Pooled = c.DefaultQueryExecMode == pgx.QueryExecModeExec || c.DefaultQueryExecMode == pgx.QueryExecModeSimpleProtocol
	return s, nil
}
