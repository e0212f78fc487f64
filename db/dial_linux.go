package db

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// impatient has a connection end when what was sent on it stays unanswered, as it does
// when the server is cut off: without it that takes a quarter of an hour.
func impatient(_, _ string, c syscall.RawConn) error {
	var set error
	err := c.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int((2 * reach).Milliseconds()))
	})
	if errors.Is(set, unix.ENOPROTOOPT) || errors.Is(set, unix.EOPNOTSUPP) { // a socket file
		set = nil
	}
	return errors.Join(err, set)
}
