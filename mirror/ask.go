package mirror

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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
	redirects   = 5
)

// answer is what a peer told, without what of it could not be read.
type answer struct {
	v1.Changes
	bad
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

// ask asks the peer for what comes after a number.
func ask(ctx context.Context, p *Peer, seq int64, wait time.Duration) (told *answer, err error) {
	address := fmt.Sprintf("%s/api/v1/changes?after=%d&limit=%d&include=comments,entries", p.Address, seq, perAnswer)
	if wait > 0 {
		address += fmt.Sprintf("&wait=%d", int(wait.Seconds()))
	}
	err = p.Client.Get(ctx, address, func(body []byte, _ http.Header) error {
		told = &answer{}
		err := told.read(body)
		if err == nil {
			err = told.sound(seq)
		}
		if err != nil {
			return fault.Conflict("%s does not answer as a Broadsheet does: %s.", p.Address, strings.TrimSuffix(err.Error(), "."))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("follow %s: %w", p.Name(), err)
	}
	return told, nil
}

// read reads an answer piece by piece, and counts before it makes anything of a piece:
// what is small as text may be large in memory.
func (a *answer) read(body []byte) error {
	from := json.NewDecoder(bytes.NewReader(body))
	if err := begins(from, '{'); err != nil {
		return err
	}
	for values := 0; from.More(); {
		name, err := from.Token()
		if err != nil {
			return err
		}
		if name == "changes" {
			if err := a.readChanges(from, &values); err != nil {
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
	_, err := from.Token() // the end of it, or that it broke off
	return err
}

// readChanges reads the list of changes. One that makes no sense is counted and left out.
func (a *answer) readChanges(from *json.Decoder, values *int) error {
	if err := begins(from, '['); err != nil {
		return err
	}
	a.Changes.Changes = []v1.Change{}
	for n := 1; from.More(); n++ {
		if n > perAnswer {
			return fmt.Errorf("it tells more than %d changes at once", perAnswer)
		}
		var line json.RawMessage
		if err := from.Decode(&line); err != nil {
			return err
		}
		has := countValues(line)
		if *values += has; *values > mostInAll {
			return fmt.Errorf("it tells more than %d values at once", mostInAll)
		}
		var c v1.Change
		if len(line) > mostChange || has > mostValues {
			a.add(1, fault.Invalid("A change is larger than any can be."))
		} else if err := json.Unmarshal(withoutNUL(line), &c); err != nil {
			a.add(1, err)
		} else {
			a.Changes.Changes = append(a.Changes.Changes, c)
		}
	}
	return begins(from, ']')
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

// sound refuses an answer that no Broadsheet gives: whoever follows it must come to an end.
func (a *answer) sound(seq int64) error {
	name := func(s string) bool {
		return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' })
	}
	switch {
	case !name(a.Instance):
		return fault.Invalid("it does not say which instance it is")
	case len(a.Follows) > mostFollows || slices.ContainsFunc(a.Follows, func(f string) bool { return !name(f) }):
		return fault.Invalid("whom it follows makes no sense")
	case a.Changes.Changes == nil:
		return fault.Invalid("it tells no changes")
	case a.Latest < seq:
		return nil // it knows fewer changes than it told: it is read anew
	case a.Next < seq || a.Next > a.Latest || a.Next == seq && a.Latest > seq:
		return fault.Invalid("behind change %d of %d it goes on at %d", seq, a.Latest, a.Next)
	}
	for last, changes := seq, a.Changes.Changes; len(changes) > 0; changes = changes[1:] {
		if c := changes[0].Seq; c <= last || c > a.Next {
			return fault.Invalid("change %d comes behind %d", c, last)
		} else {
			last = c
		}
	}
	return nil
}
