package mail

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"time"

	"broadsheet/fault"
)

// Refusal is a server's no. Anything else that goes wrong on the way is of the
// network, and temporary.
type Refusal struct {
	Code      int    // 550
	Enhanced  string // 5.1.1; "" when the server gave none
	Text      string
	Stage     string // what was refused: MAIL, RCPT, DATA, the message
	Recipient bool   // it is about the recipient's mailbox, and not about us or what we wrote
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s refused: %d %s %s", r.Stage, r.Code, r.Enhanced, r.Text)
}

// Permanent reports whether trying again makes no sense.
func (r *Refusal) Permanent() bool { return r.Code >= 500 }

// ErrUnsure says that the connection was lost after the message had been given and
// before the server answered: it may have taken it or not, and cannot be asked.
var ErrUnsure = errors.New("the server's answer to the whole message was lost")

// Envelope is what the server is told.
type Envelope struct{ From, To Address }

func (e Envelope) international() bool { return e.From.International() || e.To.International() }

// Session hands over one message after the other. It is for one goroutine.
type Session interface {
	// Send hands over a message. Once all but the end has been written it calls
	// commit; when that fails the message is not handed over and its error returned.
	// Other errors are a *Refusal, ErrUnsure, or of the network; after these two the
	// session is of no more use. Commit returns the envelope of the next Send too, nil
	// when that is not known: it may be told together with the end of this message.
	Send(ctx context.Context, e Envelope, message []byte, commit func() (*Envelope, error)) error
	Close() error
}

// Server is a mail server that messages are handed to.
type Server struct {
	Address    string // host:port
	User, Pass string // "" for none
	TLS        TLS
	Config     *tls.Config   // nil for the system's certificates and the name in Address
	Hello      string        // the name that we give; "" for localhost
	Timeout    time.Duration // of each step; 0 is a minute. The answer to a whole message may take five times as long
}

// TLS says when a connection is encrypted.
type TLS int

// The ways.
const (
	TLSOffered  TLS = iota // STARTTLS when the server offers it
	TLSRequired            // STARTTLS, or nothing is sent
	TLSFirst               // from the first byte (port 465)
	TLSNever               // not at all: for a server on this machine
)

// ParseServer reads smtp://user:password@host:port (STARTTLS when offered, required
// when there is a password), smtps:// (TLS from the first byte) or
// smtp+plain:// (no encryption at all).
func ParseServer(s string) (*Server, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return nil, fault.Invalid("A mail server is written as smtp://user:password@host:587 or smtps://host.")
	}
	out := &Server{User: u.User.Username()}
	out.Pass, _ = u.User.Password()
	port := u.Port()
	switch u.Scheme {
	case "smtp":
		if out.User != "" {
			out.TLS = TLSRequired
		}
	case "smtp+starttls":
		out.TLS = TLSRequired
	case "smtps":
		out.TLS = TLSFirst
	case "smtp+plain":
		out.TLS = TLSNever
	default:
		return nil, fault.Invalid("%s:// is no way to a mail server; there are smtp, smtp+starttls, smtps and smtp+plain.", u.Scheme)
	}
	if port == "" {
		if port = "25"; out.TLS == TLSFirst {
			port = "465"
		} else if out.User != "" {
			port = "587"
		}
	}
	out.Address = net.JoinHostPort(u.Hostname(), port)
	return out, nil
}

// session is a connection to a server.
type session struct {
	conn       net.Conn
	client     *smtp.Client
	timeout    time.Duration
	utf8       bool      // the server takes international addresses
	pipelining bool      // the server takes several commands at once
	ahead      *Envelope // told with the last message's end, its answers not yet read
}

// Dial connects, encrypts and signs in.
func (s *Server) Dial(ctx context.Context) (Session, error) {
	timeout := s.Timeout
	if timeout == 0 {
		timeout = time.Minute
	}
	dialer := net.Dialer{Timeout: timeout}
	conn, err := dialer.DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return nil, fmt.Errorf("connect to the mail server: %w", err)
	}
	out := &session{conn: conn, timeout: timeout}
	conn.SetDeadline(time.Now().Add(timeout))
	if err := s.greet(out); err != nil {
		conn.Close()
		return nil, fmt.Errorf("greet the mail server %s: %w", s.Address, asRefusal("the connection", err))
	}
	return out, nil
}

func (s *Server) greet(out *session) error {
	host, _, err := net.SplitHostPort(s.Address)
	if err != nil {
		return err
	}
	config := s.Config.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	if config.ServerName == "" {
		config.ServerName = host
	}
	conn := out.conn
	if s.TLS == TLSFirst {
		conn = tls.Client(conn, config)
	}
	if out.client, err = smtp.NewClient(conn, host); err != nil {
		return err
	}
	hello := s.Hello
	if hello == "" {
		hello = "localhost"
	}
	if err := out.client.Hello(hello); err != nil {
		return err
	}
	if s.TLS == TLSOffered || s.TLS == TLSRequired {
		if ok, _ := out.client.Extension("STARTTLS"); ok {
			if err := out.client.StartTLS(config); err != nil {
				return err
			}
		} else if s.TLS == TLSRequired {
			return errors.New("the server offers no encryption (STARTTLS), and it is required")
		}
	}
	if s.User != "" {
		if err := out.client.Auth(smtp.PlainAuth("", s.User, s.Pass, host)); err != nil {
			return err
		}
	}
	out.utf8, _ = out.client.Extension("SMTPUTF8")
	out.pipelining, _ = out.client.Extension("PIPELINING")
	return nil
}

// Send implements Session.
func (s *session) Send(ctx context.Context, e Envelope, message []byte, commit func() (*Envelope, error)) error {
	stop := context.AfterFunc(ctx, func() { s.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	s.conn.SetDeadline(time.Now().Add(s.timeout))
	if !s.takes(e) {
		return &Refusal{Code: 553, Enhanced: "5.6.7", Stage: "RCPT", Recipient: true, Text: "the mail server takes no international addresses (SMTPUTF8)"}
	}
	if err := s.open(e); err != nil {
		return err
	}
	return s.data(message, commit)
}

// takes reports whether the server knows such addresses.
func (s *session) takes(e Envelope) bool { return s.utf8 || !e.international() }

// step is a command and the answer that lets the next one follow.
type step struct {
	stage, line string
	code        int
}

func (e Envelope) steps() []step {
	option := ""
	if e.international() {
		option = " SMTPUTF8"
	}
	return []step{
		{"MAIL", "MAIL FROM:<" + e.From.Bare() + ">" + option, 250},
		{"RCPT", "RCPT TO:<" + e.To.Bare() + ">", 25},
		{"DATA", "DATA", 354},
	}
}

// open tells the envelope. A server that takes commands in a row (PIPELINING, RFC
// 2920) is told all of it at once, if it has not been yet.
func (s *session) open(e Envelope) error {
	steps := e.steps()
	if ahead := s.ahead; ahead != nil {
		s.ahead = nil
		if *ahead != e {
			s.conn.Close() // it waits for the message of another envelope
			return errors.New("the mail server was told of another message")
		}
		return s.hear(steps)
	}
	if s.pipelining {
		s.tell(steps)
		if err := s.client.Text.W.Flush(); err != nil {
			return fmt.Errorf("MAIL: %w", err)
		}
		return s.hear(steps)
	}
	for _, step := range steps {
		if err := s.command(step); err != nil {
			s.reset(err)
			return err
		}
	}
	return nil
}

// tell writes commands in a row; whoever flushes them is told what went wrong.
func (s *session) tell(steps []step) {
	for _, step := range steps {
		s.client.Text.W.WriteString(step.line + "\r\n")
	}
}

// hear reads the answers to commands in a row. The first no counts. A server that
// waits for the message all the same is left: it then has none.
func (s *session) hear(steps []step) (first error) {
	for _, step := range steps {
		_, _, err := s.client.Text.ReadResponse(step.code)
		if err != nil {
			err = asRefusal(step.stage, err)
		}
		switch {
		case first == nil:
			first = err
		case err == nil && step.stage == "DATA":
			s.conn.Close()
			return first
		}
		if err != nil && !errors.As(err, new(*Refusal)) {
			return first // nothing more comes on this connection
		}
	}
	s.reset(first)
	return first
}

// reset has the server forget an envelope that it has refused in part.
func (s *session) reset(err error) {
	var no *Refusal
	if errors.As(err, &no) && no.Code != 421 && s.command(step{"RSET", "RSET", 250}) != nil {
		s.conn.Close()
	}
}

func (s *session) command(c step) error {
	id, err := s.client.Text.Cmd("%s", c.line)
	if err != nil {
		return fmt.Errorf("%s: %w", c.stage, err)
	}
	s.client.Text.StartResponse(id)
	defer s.client.Text.EndResponse(id)
	if _, _, err = s.client.Text.ReadResponse(c.code); err != nil {
		return asRefusal(c.stage, err)
	}
	return nil
}

// data writes the message, has its hand-over noted, and ends it. If it cannot be
// noted the connection is cut, which is how SMTP takes a message back. The envelope of
// the next message goes with the end of this one where the server takes commands in a
// row, as RFC 2920 has it (3.1): its answers are read by the next Send.
func (s *session) data(message []byte, commit func() (*Envelope, error)) error {
	w := s.client.Text.W
	if err := stuff(w, message); err != nil {
		return fmt.Errorf("write the message: %w", err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the message: %w", err)
	}
	next, err := commit()
	if err != nil {
		s.conn.Close()
		return err
	}
	s.conn.SetDeadline(time.Now().Add(5 * s.timeout))
	w.WriteString(".\r\n") // Flush tells what went wrong
	if next != nil && s.pipelining && s.takes(*next) {
		s.ahead = next
		s.tell(next.steps())
	}
	if err := w.Flush(); err != nil {
		return errors.Join(ErrUnsure, err)
	}
	if _, _, err := s.client.Text.ReadResponse(250); err != nil {
		if no := asRefusal("the message", err); errors.As(no, new(*Refusal)) {
			return no
		}
		return errors.Join(ErrUnsure, err)
	}
	return nil
}

// stuff writes a message with a dot before each line that begins with one.
func stuff(w *bufio.Writer, message []byte) error {
	ended := bytes.HasSuffix(message, []byte("\n"))
	for next := 0; len(message) > 0; message = message[next:] {
		if message[0] == '.' {
			w.WriteByte('.')
		}
		if next = bytes.Index(message, []byte("\n.")) + 1; next == 0 {
			next = len(message)
		}
		if _, err := w.Write(message[:next]); err != nil {
			return err
		}
	}
	if !ended {
		_, err := w.WriteString("\r\n")
		return err
	}
	return nil
}

// Close ends the session politely if it still can: a server that waits for a message
// would take the farewell for it.
func (s *session) Close() error {
	if s.ahead != nil {
		return s.conn.Close()
	}
	s.conn.SetDeadline(time.Now().Add(2 * time.Second))
	s.client.Quit()
	return s.conn.Close()
}

var enhancedForm = regexp.MustCompile(`^([245]\.\d{1,3}\.\d{1,3})[ \n]+`)

// asRefusal makes the server's no of err, if it is one.
func asRefusal(stage string, err error) error {
	var said *textproto.Error
	if !errors.As(err, &said) || said.Code < 400 || said.Code > 599 {
		return fmt.Errorf("%s: %w", stage, err)
	}
	no := &Refusal{Code: said.Code, Text: strings.Join(strings.Fields(said.Msg), " "), Stage: stage}
	if m := enhancedForm.FindStringSubmatch(said.Msg + " "); m != nil {
		no.Enhanced = m[1]
		no.Text = strings.TrimSpace(strings.TrimPrefix(no.Text, m[1]))
	}
	if len(no.Text) > 300 {
		no.Text = strings.ToValidUTF8(no.Text[:300], "")
	}
	mailbox := strings.HasPrefix(no.Enhanced, "5.1.") || strings.HasPrefix(no.Enhanced, "5.2.")
	no.Recipient = stage == "RCPT" && (no.Enhanced == "" || mailbox) || stage == "the message" && mailbox
	return no
}
