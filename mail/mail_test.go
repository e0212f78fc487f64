package mail_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"broadsheet/fault"
	"broadsheet/mail"
	"broadsheet/mail/mailtest"
)

var noon = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

func address(t testing.TB, s string) mail.Address {
	t.Helper()
	a, err := mail.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func digest(t testing.TB) *mail.Message {
	return &mail.Message{
		From: address(t, "Broadsheet, the paper <news@papers.example>"), To: address(t, "reader@university.example"),
		ReplyTo: address(t, "reply+1@papers.example"),
		Subject: "Broadsheet, Tuesday 14 April: Étale σ-models, and 9 more of a subject that is long enough to fold",
		Text:    "Étale models, in plain text.\n.a line with a dot\n\nThe end.\n", HTML: "<p>Étale models</p>\n.\n<p>a=b</p>",
		Date: noon, ID: "1.abc@papers.example", List: "digest.papers.example", ListName: "Broadsheet",
		Unsubscribe: []string{"https://papers.example/mail/stop?t=" + strings.Repeat("x", 60), "mailto:leave+1@papers.example"},
		Feedback:    "20260414:digest:broadsheet:papers",
	}
}

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, bare, key, wrong string }{
		{in: "Reader@Example.ORG", bare: "Reader@example.org", key: "reader@example.org"},
		{in: " A Reader <a.b+c@example.org> ", bare: "a.b+c@example.org", key: "a.b+c@example.org"},
		{in: "jörg@bücher.example", bare: "jörg@xn--bcher-kva.example", key: "jörg@xn--bcher-kva.example"},
		{in: `"a b"@example.org`, bare: `"a b"@example.org`, key: "a b@example.org"},
		{in: "name@", wrong: "The part after @ is missing."},
		{in: "@example.org", wrong: "The part before @ is missing."},
		{in: "name", wrong: "has no @"},
		{in: "", wrong: "An address is wanted"},
		{in: "a@localhost", wrong: "no domain"},
		{in: "a@ex..org", wrong: "no e-mail address"},
		{in: "a@example.org\r\nBcc: b@example.org", wrong: "no e-mail address"},
		{in: "a@example.org, b@example.org", wrong: "no e-mail address"},
		{in: strings.Repeat("a", 65) + "@example.org", wrong: "longer"},
		{in: "a@" + strings.Repeat("b.", 200) + "org", wrong: ""},
	} {
		a, err := mail.ParseAddress(c.in)
		if c.bare == "" {
			if !fault.Is(err, fault.KindInvalid) || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%q: got %v, %v; want a fault with %q", c.in, a, err, c.wrong)
			}
			continue
		}
		if err != nil || a.Bare() != c.bare || a.Key() != c.key {
			t.Errorf("%q: got %q, %q, %v; want %q, %q", c.in, a.Bare(), a.Key(), err, c.bare, c.key)
		}
	}
}

// TestMessageReadsBack parses a message with the standard library, and compares.
func TestMessageReadsBack(t *testing.T) {
	t.Parallel()
	m := digest(t)
	raw := m.Bytes()
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("a line that cannot travel: %q", line)
		}
	}
	got, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("the subject is %q, %v", subject, err)
	}
	from, err := got.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "Broadsheet, the paper" {
		t.Errorf("From is %v, %v", from, err)
	}
	if post := got.Header.Get("List-Unsubscribe-Post"); post != "List-Unsubscribe=One-Click" {
		t.Errorf("List-Unsubscribe-Post is %q", post)
	}
	if d, err := got.Header.Date(); err != nil || !d.Equal(noon) {
		t.Errorf("Date is %v, %v", d, err)
	}
	_, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(got.Body, params["boundary"])
	for _, want := range []string{m.Text, m.HTML} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		var body io.Reader = p
		if p.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(p)
		}
		b, err := io.ReadAll(body)
		if read := strings.ReplaceAll(string(b), "\r\n", "\n"); err != nil || strings.TrimRight(read, "\n") != strings.TrimRight(want, "\n") {
			t.Errorf("a part is %q, %v; want %q", read, err, want)
		}
	}
}

// FuzzNoHeaderIsInjected: whatever stands in the fields, a message has the headers
// it was given and no other, and its body begins where it should.
func FuzzNoHeaderIsInjected(f *testing.F) {
	f.Add("A subject\r\nBcc: x@example.org", "Name\nX: y", "<p>hi</p>")
	f.Add("=?utf-8?q?x?=", `"quoted" \ name`, "")
	f.Add("a\u2028b\x00\x7f", "é\r\n\r\nbody", strings.Repeat("x", 3000))
	f.Fuzz(func(t *testing.T, subject, name, body string) {
		m := digest(t)
		m.Subject, m.From.Name, m.ListName, m.Text, m.HTML = subject, name, name, body, body
		m.InReply, m.Feedback = subject, name
		raw := m.Bytes()
		head, _, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
		if !ok {
			t.Fatal("no end of the head")
		}
		known := map[string]bool{}
		for _, n := range strings.Fields("From To Reply-To Subject Date Message-ID In-Reply-To References List-Id Precedence List-Unsubscribe List-Unsubscribe-Post Feedback-ID Auto-Submitted MIME-Version Content-Type Content-Transfer-Encoding") {
			known[n] = true
		}
		for line := range strings.SplitSeq(string(head), "\r\n") {
			if strings.ContainsAny(line, "\r\n\x00") {
				t.Fatalf("a bare line end in %q", line)
			}
			if line != "" && line[0] == ' ' {
				continue
			}
			n, _, _ := strings.Cut(line, ":")
			if !known[n] {
				t.Fatalf("a header that was not meant: %q", line)
			}
			known[n] = false
		}
		if _, err := netmail.ReadMessage(bytes.NewReader(raw)); err != nil {
			t.Fatal(err)
		}
	})
}

func keys(t testing.TB) (ed, rs []byte) {
	t.Helper()
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	return encode(e), encode(r)
}

// TestDKIM has signatures of both kinds verified by go-msgauth, and by dkimpy where
// BROADSHEET_TEST_DKIMPY names a Python that has it.
func TestDKIM(t *testing.T) {
	t.Parallel()
	ed, rs := keys(t)
	records := map[string]string{}
	var signers []*mail.Signer
	for selector, key := range map[string][]byte{"ed": ed, "rsa": rs} {
		s, err := mail.NewSigner("papers.example", selector, key)
		if err != nil {
			t.Fatal(err)
		}
		records[s.Name()] = s.Record()
		signers = append(signers, s)
	}
	for _, name := range []string{"digest", "bare"} {
		m := digest(t)
		if name == "bare" {
			m.HTML, m.List, m.Unsubscribe, m.Text = "", "", nil, "\n\nspaces  and \t tabs \n\n\n"
		}
		raw, err := mail.Sign(m.Bytes(), noon, signers...)
		if err != nil {
			t.Fatal(err)
		}
		verify := func(raw []byte) (good int, covered []string) {
			list, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(n string) ([]string, error) { return []string{records[n]}, nil }})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				if v.Err == nil {
					good++
				}
				covered = v.HeaderKeys
			}
			return good, covered
		}
		good, covered := verify(raw)
		if good != 2 {
			t.Errorf("%s: go-msgauth finds %d of 2 signatures good\n%s", name, good, raw)
		}
		if all := strings.ToLower(strings.Join(covered, " ")) + " "; name == "digest" && (!strings.Contains(all, "list-unsubscribe ") || !strings.Contains(all, "list-unsubscribe-post ")) {
			t.Errorf("signed are only %v", covered)
		}
		for _, hurt := range [][]byte{
			bytes.Replace(raw, []byte("Subject: "), []byte("Subject: x"), 1),
			append([]byte("From: <other@papers.example>\r\n"), raw...),
			append(raw[:len(raw):len(raw)], "more\r\n"...),
		} {
			if good, _ := verify(hurt); good != 0 {
				t.Errorf("%s: %d signatures hold for a message that was changed", name, good)
			}
		}
		if python := os.Getenv("BROADSHEET_TEST_DKIMPY"); python != "" {
			dkimpy(t, python, raw, records)
		}
	}
}

func dkimpy(t *testing.T, python string, raw []byte, records map[string]string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "message")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-c", `
import sys, dkim
records = dict(a.split(" ", 1) for a in sys.argv[2:])
d = dkim.DKIM(open(sys.argv[1], "rb").read())
for i in range(2):
    assert d.verify(idx=i, dnsfunc=lambda n, timeout=5: records[n.decode().rstrip(".")].encode()), i
`, file}
	for n, r := range records {
		args = append(args, n+" "+r)
	}
	if out, err := exec.Command(python, args...).CombinedOutput(); err != nil {
		t.Errorf("dkimpy refuses the signatures: %v\n%s", err, out)
	}
}

func TestVERP(t *testing.T) {
	t.Parallel()
	key := mail.Key("secret")
	local := mail.VERP(key, "bounces", 123456)
	for _, s := range []string{local, local + "@papers.example", "<" + strings.ToUpper(local) + "@papers.example>"} {
		if id, ok := mail.ParseVERP(key, "bounces", s); !ok || id != 123456 {
			t.Errorf("%s: %d, %v", s, id, ok)
		}
	}
	for _, s := range []string{"", "bounces", "bounces+2n9c-abc", mail.VERP(key, "reply", 123456), mail.VERP(mail.Key("other"), "bounces", 123456)} {
		if id, ok := mail.ParseVERP(key, "bounces", s); ok {
			t.Errorf("%s is taken for letter %d", s, id)
		}
	}
}

// TestSMTP hands a message over at each fault of each stage, and then another one,
// on a connection of its own where the first is lost.
func TestSMTP(t *testing.T) {
	t.Parallel()
	raw := digest(t).Bytes()
	envelope := mail.Envelope{From: address(t, "bounces+1@papers.example"), To: address(t, "reader@university.example")}
	for _, stage := range mailtest.Stages[1:] {
		for _, f := range []mailtest.Fault{mailtest.Defer, mailtest.Refuse, mailtest.Vanish} {
			armed := true
			server := mailtest.Start(t, func(s mailtest.Stage, _ string) mailtest.Fault {
				if s == stage && armed {
					armed = false
					return f
				}
				return mailtest.None
			})
			session, err := (&mail.Server{Address: server.Address}).Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			noted := 0
			note := func() (*mail.Envelope, error) { noted++; return &envelope, nil } // more is to come
			err = session.Send(t.Context(), envelope, raw, note)
			var no *mail.Refusal
			switch refused := errors.As(err, &no); {
			case f == mailtest.Vanish && refused && no.Code != 421:
				t.Errorf("%s vanishes: got %v", stage, err)
			case f == mailtest.Vanish && noted > 0 && !errors.Is(err, mail.ErrUnsure) && !refused:
				t.Errorf("%s vanishes: got %v, want ErrUnsure", stage, err)
			case f != mailtest.Vanish && (!refused || no.Permanent() != (f == mailtest.Refuse)):
				t.Errorf("%s, fault %d: got %v", stage, f, err)
			}
			if f == mailtest.Vanish {
				session.Close()
				if session, err = (&mail.Server{Address: server.Address}).Dial(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if err := session.Send(t.Context(), envelope, raw, note); err != nil {
				t.Errorf("%s, fault %d: the second message: %v", stage, f, err)
			}
			session.Close()
			letters := server.Letters()
			if last := letters[len(letters)-1]; !bytes.Equal(bytes.TrimRight(last.Body, "\r\n"), bytes.TrimRight(raw, "\r\n")) || last.To != "reader@university.example" {
				t.Errorf("%s: what arrived is not what was sent:\n%q", stage, last.Body)
			}
		}
	}
}

func TestAMessageThatCannotBeNotedIsNotHandedOver(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	session, err := (&mail.Server{Address: server.Address}).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mine := errors.New("the lease is lost")
	err = session.Send(t.Context(), mail.Envelope{From: address(t, "a@b.example"), To: address(t, "c@d.example")}, digest(t).Bytes(), func() (*mail.Envelope, error) { return nil, mine })
	if !errors.Is(err, mine) {
		t.Errorf("got %v", err)
	}
	time.Sleep(50 * time.Millisecond)
	if n := len(server.Letters()); n != 0 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestInternationalAddresses(t *testing.T) {
	t.Parallel()
	m := digest(t)
	m.To = address(t, "jörg@bücher.example")
	envelope := mail.Envelope{From: address(t, "bounces+1@papers.example"), To: m.To}
	for _, knows := range []bool{true, false} {
		var options []mailtest.Option
		if knows {
			options = append(options, mailtest.International)
		}
		server := mailtest.Start(t, nil, options...)
		session, err := (&mail.Server{Address: server.Address}).Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = session.Send(t.Context(), envelope, m.Bytes(), func() (*mail.Envelope, error) { return nil, nil })
		session.Close()
		var no *mail.Refusal
		switch {
		case knows && (err != nil || server.Letters()[0].To != "jörg@xn--bcher-kva.example"):
			t.Errorf("got %v, %v", err, server.Letters())
		case !knows && (!errors.As(err, &no) || !no.Permanent()):
			t.Errorf("a server that cannot take it: got %v", err)
		}
	}
}

func TestParseServer(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]mail.Server{
		"smtp://127.0.0.1:2525":        {Address: "127.0.0.1:2525"},
		"smtp://u:p%40@mx.example":     {Address: "mx.example:587", User: "u", Pass: "p@", TLS: mail.TLSRequired},
		"smtps://mx.example":           {Address: "mx.example:465", TLS: mail.TLSFirst},
		"smtp+plain://[::1]:25":        {Address: "[::1]:25", TLS: mail.TLSNever},
		"smtp+starttls://mx.example:1": {Address: "mx.example:1", TLS: mail.TLSRequired},
	} {
		if got, err := mail.ParseServer(in); err != nil || *got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "mx.example", "http://mx.example", "smtp://mx.example/path"} {
		if _, err := mail.ParseServer(in); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", in, err)
		}
	}
}
