// Package mailtest is a real SMTP server on loopback that keeps what it takes and
// fails on request, at any stage.
package mailtest

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Stage is a step of handing a message over.
type Stage string

// The stages.
const (
	Connect Stage = "connect"
	Mail    Stage = "mail"
	Rcpt    Stage = "rcpt"
	Data    Stage = "data"   // before the first byte of the message was read
	Middle  Stage = "middle" // after some of it was read
	End     Stage = "end"    // after all was read, before it is kept
	Answer  Stage = "answer" // after it was kept, before that is said
)

// Stages are all of them, in order.
var Stages = []Stage{Connect, Mail, Rcpt, Data, Middle, End, Answer}

// Fault is what the server does instead of going on.
type Fault int

// The faults.
const (
	None   Fault = iota
	Defer        // 451
	Refuse       // 550
	Vanish       // the connection is cut
)

// Letter is a message that the server took.
type Letter struct {
	From, To string
	Body     []byte
}

// Server is a running server.
type Server struct {
	Address string
	// Fault is asked at each stage, with the recipient where it is known. Nil is none.
	Fault func(stage Stage, to string) Fault
	// Take is told of each message that was taken, in place of keeping it.
	Take func(Letter)

	mu       sync.Mutex
	kept     []Letter
	smtp     *smtp.Server
	done     chan struct{}
	listener net.Listener
}

// Option changes a server before it starts.
type Option func(*Server, *smtp.Server)

// International has the server take international addresses.
func International(_ *Server, s *smtp.Server) { s.EnableSMTPUTF8 = true }

// Start starts a server that ends with the test.
func Start(t testing.TB, fault func(Stage, string) Fault, options ...Option) *Server {
	t.Helper()
	s, err := Listen("127.0.0.1:0", fault, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Listen starts a server on an address; the caller closes it.
func Listen(address string, fault func(Stage, string) Fault, options ...Option) (*Server, error) {
	s := &Server{Fault: fault, done: make(chan struct{})}
	s.smtp = smtp.NewServer(s)
	s.smtp.Domain = "mx.test"
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = time.Minute, time.Minute
	s.smtp.MaxMessageBytes = 10 << 20
	s.smtp.ErrorLog = quiet{}
	for _, o := range options {
		o(s, s.smtp)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	s.Address, s.listener = l.Addr().String(), l
	go func() {
		defer close(s.done)
		s.smtp.Serve(l)
	}()
	return s, nil
}

// Close stops the server and cuts its connections.
func (s *Server) Close() {
	s.smtp.Close()
	s.listener.Close() // which the library does not know before its goroutine has run
	<-s.done
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Letters returns what was taken so far.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.kept...)
}

// NewSession implements the library's Backend.
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	one := &session{server: s, conn: c.Conn()}
	return one, one.ask(Connect)
}

type session struct {
	server   *Server
	conn     net.Conn
	from, to string
}

func (s *session) ask(stage Stage) error {
	if s.server.Fault == nil {
		return nil
	}
	switch s.server.Fault(stage, s.to) {
	case Defer:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later, at " + string(stage)}
	case Refuse:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "never, at " + string(stage)}
	case Vanish:
		s.conn.Close()
		return &smtp.SMTPError{Code: 421, Message: "gone"}
	}
	return nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return s.ask(Mail)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return s.ask(Rcpt)
}

func (s *session) Data(r io.Reader) error {
	if err := s.ask(Data); err != nil {
		return err
	}
	first := make([]byte, 64)
	n, err := io.ReadFull(r, first)
	if err != nil && err != io.ErrUnexpectedEOF {
		return err
	}
	if err := s.ask(Middle); err != nil {
		return err
	}
	rest, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.ask(End); err != nil {
		return err
	}
	letter := Letter{s.from, s.to, append(first[:n], rest...)}
	if s.server.Take != nil {
		s.server.Take(letter)
	} else {
		s.server.mu.Lock()
		s.server.kept = append(s.server.kept, letter)
		s.server.mu.Unlock()
	}
	return s.ask(Answer)
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }
