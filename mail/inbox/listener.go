package inbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// listener is a small mail server that takes mail to addresses it expects.
type listener struct {
	address string // host:port, or the path of a socket
	expects func(to string) bool
	lmtp    bool
	bound   chan net.Addr // told where it listens; nil when nobody asks
}

// Run implements Source.
func (l *listener) Run(ctx context.Context, handle Handle, log func(error)) {
	for ctx.Err() == nil {
		if err := l.serve(ctx, handle, log); err != nil && ctx.Err() == nil {
			log(fmt.Errorf("listen for mail on %s: %w", l.address, err))
			pause(ctx, time.Minute)
		}
	}
}

func (l *listener) serve(ctx context.Context, handle Handle, log func(error)) error {
	network := "tcp"
	if strings.HasPrefix(l.address, "/") {
		network = "unix"
	}
	socket, err := (&net.ListenConfig{}).Listen(ctx, network, l.address)
	if err != nil {
		return err
	}
	if l.bound != nil {
		l.bound <- socket.Addr()
	}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &delivery{ctx: ctx, listener: l, handle: handle, log: log}, nil
	}))
	s.Domain = "localhost"
	if name, _, err := net.SplitHostPort(l.address); err == nil && name != "" {
		s.Domain = name
	}
	s.LMTP, s.EnableSMTPUTF8 = l.lmtp, true
	s.ReadTimeout, s.WriteTimeout = time.Minute, time.Minute
	s.MaxMessageBytes, s.MaxRecipients, s.MaxLineLength = most, 10, 4000
	s.ErrorLog = silent{}
	stop := context.AfterFunc(ctx, func() {
		s.Close()
		socket.Close() // which the library does not know before Serve has begun
	})
	defer stop()
	if err := s.Serve(socket); !errors.Is(err, smtp.ErrServerClosed) {
		return err
	}
	return nil
}

type silent struct{} // what clients do wrong is their business

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// delivery is one connection.
type delivery struct {
	ctx      context.Context
	listener *listener
	handle   Handle
	log      func(error)
	to       []string
}

func (d *delivery) Mail(string, *smtp.MailOptions) error { return nil }

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !d.listener.expects(to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox here"}
	}
	d.to = append(d.to, to)
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := hand(d.ctx, d.handle, raw, d.to...); err != nil {
		d.log(err)
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
	}
	return nil
}

func (d *delivery) Reset()        { d.to = nil }
func (d *delivery) Logout() error { return nil }

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
