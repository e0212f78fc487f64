package mirror

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	v1 "broadsheet/api/v1"
	"broadsheet/fault"
)

const (
	perAnswer   = 1000      // changes; it is what is asked for
	mostFollows = 100       // instances that a peer follows
	mostChange  = 32 << 20  // bytes of one change: a paper with all its comments
	mostValues  = 300_000   // values in one change, such as the fields of its comments
	mostInAll   = 1_000_000 // values in one answer; an honest one is cut at 4 MB
	mostAtOnce  = 4 << 20   // bytes of changes that wait for the next to be read
	redirects   = 5
)

// answer is what a peer tells, as far as it has been read. Of its changes it has those that
// were not handed on yet, without what of them could not be read.
type answer struct {
	v1.Changes
	bad
	stream string       // "" from a program of before streams had names
	from   int64        // behind which change it was asked for
	last   int64        // the number of the last change that was read
	read   int          // changes
	values int          // in them
	waits  int          // bytes of the changes that were not handed on yet
	take   func() error // takes the changes in that are there, up to last, or at the end to Next
	whole  bool         // it has been read to its end, and makes sense
}

// bad counts what could not be used, and keeps the reason of the first.
type bad struct {
	count int
	first error
}

func (b *bad) add(n int, why error) {
	if b.count += n; n > 0 && b.first == nil {
		b.first = why
	}
}

// within lets a question be led to another address of the same server only: whoever
// named the peer trusts that one.
func within(r *http.Request, via []*http.Request) error {
	if from := via[0].URL; r.URL.Scheme != from.Scheme || r.URL.Host != from.Host || len(via) > redirects {
		return fault.Conflict("%s://%s leads to %s://%s: name that one if it is the instance to follow.", from.Scheme, from.Host, r.URL.Scheme, r.URL.Host)
	}
	return nil
}

// ask asks the peer for what comes after a number, and has it taken in as it comes, in
// parts: take may find what it was given before, when an answer broke off and was asked
// for again.
func ask(ctx context.Context, p *Peer, seq int64, wait time.Duration, take func(*answer) error) error {
	address := fmt.Sprintf("%s/api/v1/changes?after=%d&limit=%d&include=comments,entries", p.Address, seq, perAnswer)
	if wait > 0 {
		address += fmt.Sprintf("&wait=%d", int(wait.Seconds()))
	}
	var ours error
	err := p.Client.Read(ctx, address, func(body io.Reader, head http.Header) error {
		told := &answer{from: seq, last: seq, stream: head.Get(v1.StreamHeader)}
		told.take = func() error {
			ours = take(told)
			return ours
		}
		err := told.hear(body)
		if ours != nil {
			return nil // to ask again is of no use
		}
		if err != nil {
			return fault.Conflict("%s does not answer as a Broadsheet does: %s.", p.Address, strings.TrimSuffix(err.Error(), "."))
		}
		return nil
	})
	if ours != nil {
		return ours
	}
	if err != nil {
		return fmt.Errorf("follow %s: %w", p.Name(), err)
	}
	return nil
}

// hear reads an answer piece by piece, and counts before it makes anything of a piece:
// what is small as text may be large in memory.
func (a *answer) hear(body io.Reader) error {
	from := json.NewDecoder(body)
	if err := begins(from, '{'); err != nil {
		return err
	}
	for from.More() {
		name, err := from.Token()
		if err != nil {
			return err
		}
		if name == "changes" {
			if err := a.hearChanges(from); err != nil {
				return err
			}
			continue
		}
		var field json.RawMessage
		if err := from.Decode(&field); err != nil {
			return err
		}
		if to := map[any]any{"instance": &a.Instance, "follows": &a.Follows, "next": &a.Next, "latest": &a.Latest}[name]; to == nil {
			continue
		} else if countValues(field) > mostFollows {
			return fmt.Errorf("its %s makes no sense", name)
		} else if err := json.Unmarshal(field, to); err != nil {
			return err
		}
	}
	if _, err := from.Token(); err != nil { // the end of it, or that it broke off
		return err
	}
	if err := a.sound(); err != nil {
		return err
	}
	a.whole = true
	return a.take()
}

// hearChanges reads the list of changes. One that makes no sense is counted and left out.
func (a *answer) hearChanges(from *json.Decoder) error {
	if err := begins(from, '['); err != nil {
		return err
	}
	if a.Changes.Changes == nil {
		a.Changes.Changes = []v1.Change{}
	}
	for from.More() {
		if a.read++; a.read > perAnswer {
			return fmt.Errorf("it tells more than %d changes at once", perAnswer)
		}
		var line json.RawMessage
		if err := from.Decode(&line); err != nil {
			return err
		}
		has := countValues(line)
		if a.values += has; a.values > mostInAll {
			return fmt.Errorf("it tells more than %d values at once", mostInAll)
		}
		var c v1.Change
		if len(line) > mostChange || has > mostValues {
			a.add(1, fault.Invalid("A change is larger than any can be."))
			continue
		} else if err := json.Unmarshal(withoutNUL(line), &c); err != nil {
			a.add(1, err)
			continue
		}
		if err := a.append(c, len(line)); err != nil {
			return err
		}
	}
	return begins(from, ']')
}

// append adds a change to those that wait to be taken in. The last ones do so for the
// end of the answer.
func (a *answer) append(c v1.Change, size int) error {
	if c.Seq <= a.last {
		return fault.Invalid("change %d comes behind %d", c.Seq, a.last)
	}
	if n := len(a.Changes.Changes); n == atOnce || n > 0 && a.waits+size > mostAtOnce {
		if err := a.named(); err != nil {
			return err
		}
		if err := a.take(); err != nil {
			return err
		}
		clear(a.Changes.Changes)
		a.Changes.Changes, a.bad, a.waits = a.Changes.Changes[:0], bad{}, 0
	}
	a.Changes.Changes = append(a.Changes.Changes, c)
	a.last, a.waits = c.Seq, a.waits+size
	return nil
}

func begins(from *json.Decoder, with json.Delim) error {
	t, err := from.Token()
	if err == nil && t != with {
		err = fmt.Errorf("%q stands where %q was to", fmt.Sprint(t), with)
	}
	return err
}

// countValues returns how many values a text of JSON has at most.
func countValues(text []byte) int {
	n, quoted := 1, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '[' || c == '{'):
			n++
		}
	}
	return n
}

// withoutNUL takes the characters out of a text of JSON that PostgreSQL does not keep.
// What is no UTF-8 the decoder replaces.
func withoutNUL(text []byte) []byte {
	const nul = `\u0000`
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(nul))
		if i < 0 {
			return text
		}
		at := from + i
		before := 0 // backslashes: an even number of them are characters of their own
		for before < at && text[at-1-before] == '\\' {
			before++
		}
		if from = at + len(nul); before%2 == 0 {
			text, from = slices.Delete(text, at, from), at
		}
	}
}

// named refuses an answer that does not say whose it is.
func (a *answer) named() error {
	name := func(s string) bool {
		return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' })
	}
	switch {
	case !name(a.Instance) || a.stream != "" && !name(a.stream):
		return fault.Invalid("it does not say which instance it is")
	case len(a.Follows) > mostFollows || slices.ContainsFunc(a.Follows, func(f string) bool { return !name(f) }):
		return fault.Invalid("whom it follows makes no sense")
	}
	return nil
}

// sound refuses an answer that no Broadsheet gives: whoever follows it must come to an end.
func (a *answer) sound() error {
	if err := a.named(); err != nil {
		return err
	}
	switch {
	case a.Changes.Changes == nil:
		return fault.Invalid("it tells no changes")
	case a.Latest < a.from:
		return nil // it knows fewer changes than it told: it is read anew
	case a.Next < a.from || a.Next > a.Latest || a.Next == a.from && a.Latest > a.from:
		return fault.Invalid("behind change %d of %d it goes on at %d", a.from, a.Latest, a.Next)
	case a.last > a.Next:
		return fault.Invalid("change %d comes behind %d", a.last, a.Next)
	}
	return nil
}
