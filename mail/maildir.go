package mail

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Maildir is a folder of messages, one file each (https://cr.yp.to/proto/maildir.html).
// As a server it keeps what would be sent.
type Maildir string

// Dial makes the folder and returns a session that writes into it.
func (m Maildir) Dial(context.Context) (Session, error) {
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(string(m), sub), 0o750); err != nil {
			return nil, fmt.Errorf("make the Maildir: %w", err)
		}
	}
	return maildirSession(m), nil
}

type maildirSession Maildir

// Send writes the message to tmp and, once noted, moves it to new. The envelope
// stands in two headers in front, as a delivering server would write them.
func (m maildirSession) Send(_ context.Context, e Envelope, message []byte, commit func() (*Envelope, error)) error {
	var r [8]byte
	rand.Read(r[:])
	name := fmt.Sprintf("%d.%s.broadsheet", time.Now().UnixMicro(), hex.EncodeToString(r[:]))
	tmp := filepath.Join(string(m), "tmp", name)
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	defer os.Remove(tmp) // gone already when all went well
	_, err = fmt.Fprintf(f, "Return-Path: <%s>\r\nDelivered-To: %s\r\n%s", e.From.Bare(), e.To.Bare(), message)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if _, err := commit(); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(string(m), "new", name))
}

func (maildirSession) Close() error { return nil }

// List returns the files of the messages, the oldest first; none when there is no
// folder yet.
func (m Maildir) List() ([]string, error) {
	var all []string
	for _, sub := range []string{"new", "cur"} {
		entries, err := os.ReadDir(filepath.Join(string(m), sub))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read the Maildir: %w", err)
		}
		for _, e := range entries {
			if e.Type().IsRegular() {
				all = append(all, filepath.Join(string(m), sub, e.Name()))
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	return all, nil
}
