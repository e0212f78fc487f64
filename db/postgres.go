package db

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// reach is how long a server may take to accept a connection, and how long one may be
// silent to what the kernel asks of it before the connection counts as lost.
const reach = 5 * time.Second

func connectPostgres(ctx context.Context, dsn string) (*DB, error) {
	p, c, err := openPostgres(ctx, dsn, true)
	if err != nil {
		return nil, err
	}
	both := &pool{db: p}
	return &DB{Dialect: Postgres, read: both, write: both, config: c}, nil
}

// openPostgres opens a pool. Of several servers in the DSN the one is taken that can
// be written to, unless the DSN says otherwise or nothing is to be written.
func openPostgres(ctx context.Context, dsn string, write bool) (*sql.DB, *pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", Redact(dsn), err)
	}
	if write && len(c.Fallbacks) > 0 && c.ValidateConnect == nil {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = reach
	}
	c.DialFunc = (&net.Dialer{
		Timeout:         c.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: reach, Interval: time.Second, Count: 5},
		Control:         impatient,
	}).DialContext
	if c.DefaultQueryExecMode != pgx.QueryExecModeExec && c.DefaultQueryExecMode != pgx.QueryExecModeSimpleProtocol { // poolers refuse these
		for name, value := range lostClient {
			if _, said := c.RuntimeParams[name]; !said {
				c.RuntimeParams[name] = value
			}
		}
	}
	p := stdlib.OpenDB(*c)
	p.SetMaxOpenConns(8 * runtime.GOMAXPROCS(0))
	p.SetMaxIdleConns(idleConns())
	p.SetConnMaxIdleTime(5 * time.Minute)
	if err := p.PingContext(ctx); err != nil {
		p.Close()
		return nil, nil, fmt.Errorf("connect to %s: %w", Redact(dsn), err)
	}
	return p, c, nil
}

// lostClient has the server notice within seconds that a client was cut off, whose
// transaction would else keep its locks, and with them everybody, for two hours.
var lostClient = map[string]string{"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "5", "tcp_user_timeout": "10000"}

func idleConns() int { return 4 * runtime.GOMAXPROCS(0) }

// forget closes the connections that nobody uses, so that the next ones lead to
// whichever server takes writes now.
func (p *pool) forget() {
	p.db.SetMaxIdleConns(0)
	p.db.SetMaxIdleConns(idleConns())
}
