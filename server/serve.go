package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"
)

// Serve answers requests until ctx ends, then finishes those under way. It
// prints the address to out once it is ready for them.
func (h *House) Serve(ctx context.Context, out io.Writer, work ...func(context.Context)) error {
	defer spare()()
	l, err := h.listener()
	if err != nil {
		return err
	}
	secured, plain, err := h.secured()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if plain != nil {
		work = append(work, plain)
	}
	at := "http://" + l.Addr().String()
	if secured != nil {
		at = "https://" + l.Addr().String()
	}
	if h.Config.Base == "" {
		h.Digests.Base = at // of the links in mails, which know no request
	}
	if err := h.beat(ctx, new(int64)); err != nil {
		return errors.Join(err, l.Close())
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	var workers sync.WaitGroup
	for _, w := range append(work, h.work()...) {
		workers.Go(func() { w(inner) })
	}
	open := &connections{busy: map[net.Conn]bool{}}
	s := h.answering(open, secured)
	failed := make(chan error, 1)
	go func() { failed <- h.serve(s, l) }()
	h.ready.Store(true)
	fmt.Fprintf(out, "listening on %s\n", at)
	notify("READY=1")
	if err := h.welcome(inner, l.Addr(), out); err != nil {
		h.log.Error("the link for the first administrator could not be made", "error", err)
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = h.leave(ctx, s, l, open, failed)
	}
	stop()
	workers.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// spare lets the collector run seldom while there is little memory in use, and returns what
// undoes it. GOGC and GOMEMLIMIT, where they are set, hold. What is in use is some 40 MB;
// pages of the search cost a tenth less so, and 120 MB more (doc/search-speed.md).
func spare() (undo func()) {
	const percent, most = 400, 1 << 30 // from a gigabyte on the collector runs as often as it must
	was, limit := debug.SetGCPercent(percent), debug.SetMemoryLimit(-1)
	if os.Getenv("GOGC") != "" {
		debug.SetGCPercent(was)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(most)
	}
	return func() {
		debug.SetGCPercent(was)
		debug.SetMemoryLimit(limit)
	}
}

// secured returns how connections are encrypted, nil for not at all, and what answers
// plain ones beside them, nil for nothing.
func (h *House) secured() (*tls.Config, func(context.Context), error) {
	c := &h.Config.TLS
	if !c.on() {
		return nil, nil, nil
	}
	config, answer, err := c.config(h.log)
	if err != nil || c.Plain == "" {
		return config, nil, err
	}
	l, err := net.Listen("tcp", c.Plain)
	if err != nil {
		return nil, nil, fmt.Errorf("listen on %s: %w", c.Plain, err)
	}
	return config, func(ctx context.Context) { h.plainly(ctx, l, answer) }, nil
}

// work is what goes on while the house serves.
func (h *House) work() []func(context.Context) {
	work := []func(context.Context){h.watch, h.printer, h.keepTime, h.followStandby, h.shareLimits, h.nightly}
	if h.Search != nil {
		work = append(work, h.index, h.encode)
	}
	if h.Config.Still {
		return work
	}
	work = append(work, h.post, h.Accounts.Deliver, h.Outbox.Run, h.Hooks.Run)
	for i, in := range h.inboxes {
		work = append(work, h.listen(in, h.Config.MailIn[i]))
	}
	if h.Config.Hub != "" {
		work = append(work, h.tellHub)
	}
	return work
}

// answering returns the server, which tells open of its connections.
func (h *House) answering(open *connections, secured *tls.Config) *http.Server {
	return &http.Server{
		Handler:           h.Handler(),
		ConnState:         open.changed,
		TLSConfig:         secured,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
	}
}

// leave takes no new request and finishes those under way; served tells when the
// server accepts no more.
func (h *House) leave(ctx context.Context, s *http.Server, l net.Listener, open *connections, served <-chan error) error {
	ctx = context.WithoutCancel(ctx)
	h.ready.Store(false)
	notify("STOPPING=1")
	sleep(ctx, h.Config.Drain) // a load balancer sees it before the listener closes
	l.Close()
	<-served // with the last connection that was accepted in the server's hands
	h.api.Release()
	open.rest(s)
	grace, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if err := s.Shutdown(grace); err != nil {
		return fmt.Errorf("some requests were cut off: %w", err)
	}
	return nil
}
