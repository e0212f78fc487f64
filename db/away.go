package db

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"broadsheet/fault"
)

// errDoubt marks a transaction whose commit was asked for and never answered: it may
// have been kept or not, and nobody but its author can know whether to run it again.
var errDoubt = errors.New("the connection was lost while the transaction was being committed")

// Explain returns err as a fault.Busy when it says that the database does not answer
// just now, as while a standby takes over for a server that died; every other error it
// returns as it is. Whatever answers requests passes its errors through here.
func Explain(err error) error {
	switch {
	case err == nil || fault.KindOf(err) != fault.Internal:
		return err
	case isMoving(err):
		return busy{fault.Busy("This server is moving to another database just now. Try again in a minute: what you sent was not kept."), err}
	case away(err):
		return busy{fault.Busy("The database does not answer just now. Try again in a few seconds: what you sent may not have been kept, and to send it again does no harm."), err}
	}
	return err
}

// busy is a sentence for people with the error that it stands for.
type busy struct{ says, why error }

func (b busy) Error() string   { return b.says.Error() + " (" + b.why.Error() + ")" }
func (b busy) Unwrap() []error { return []error{b.says, b.why} }

// away reports whether err says that the server cannot be reached, or takes no writes.
func away(err error) bool {
	if err == nil {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return slices.Contains([]string{
			"57P01", "57P02", "57P03", // it stops, crashed, or starts
			"25006", // it has become a standby
			"53300", // it has no connection left
		}, pg.Code) || strings.HasPrefix(pg.Code, "08")
	}
	var connect *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) || errors.Is(err, errDoubt) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// Unfit reports whether err says that the database takes everything but this: a value
// that it cannot hold, or one that contradicts another.
func Unfit(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) { // data exception, integrity constraint violation, program limit exceeded
		return slices.Contains([]string{"22", "23", "54"}, pg.Code[:min(2, len(pg.Code))])
	}
	const tooBig, constraint, mismatch = 18, 19, 20
	var lite *sqlite.Error
	return errors.As(err, &lite) && slices.Contains([]int{tooBig, constraint, mismatch}, lite.Code()&0xff)
}

// demoted reports whether err came from a server that was the primary and is a standby
// now: connections to it are of no use for writing.
func demoted(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "25006"
}

// Moving is what a database says that is being moved away, to whoever wants to write
// (package move).
const Moving = "this database is being moved: nothing may be written"

func isMoving(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Message == Moving
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && strings.Contains(lite.Error(), Moving)
}
