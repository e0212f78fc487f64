package opensearch

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"

	"broadsheet/search"
)

// replies are the answers to the questions of an _msearch. Of a thousand documents there
// come a thousand scores and numbers, which encoding/json reads in milliseconds: what is
// as long as the list is read here, and the rest by encoding/json.
type replies []reply

var errForm = errors.New("the answer has not the form of one")

// decode reads the body of an answer.
func (l *replies) decode(raw []byte) error {
	r := &reader{raw: raw}
	err := r.object(func(key []byte) error {
		if string(key) != "responses" {
			return r.skip()
		}
		return r.array(func() error {
			var one reply
			err := one.decode(r)
			*l = append(*l, one)
			return err
		})
	})
	if err == nil && r.next() != 0 {
		err = errForm
	}
	return err
}

func (a *reply) decode(r *reader) error {
	return r.object(func(key []byte) error {
		switch string(key) {
		case "hits":
			return a.decodeHits(r)
		case "aggregations":
			return r.into(&a.Aggs)
		case "suggest":
			return r.into(&a.Suggest)
		case "status":
			return r.into(&a.Status)
		case "error":
			return r.into(&a.Error)
		}
		return r.skip()
	})
}

func (a *reply) decodeHits(r *reader) error {
	return r.object(func(key []byte) error {
		switch string(key) {
		case "total":
			return r.into(&a.Hits.Total)
		case "hits":
			return r.array(func() error {
				var f found
				err := f.decode(r)
				a.Hits.Hits = append(a.Hits.Hits, f)
				return err
			})
		}
		return r.skip()
	})
}

func (f *found) decode(r *reader) error {
	return r.object(func(key []byte) (err error) {
		switch string(key) {
		case "_score": // null where the order is another one
			if r.next() == 'n' {
				return r.skip()
			}
			f.Score, err = strconv.ParseFloat(string(r.plain()), 64)
		case "fields":
			err = f.Fields.decode(r)
		case "_source":
			err = r.into(&f.Source)
		case "matched_queries":
			err = r.into(&f.Matched)
		default:
			err = r.skip()
		}
		return err
	})
}

// decode reads numbers, each alone in a list.
func (n *numbers) decode(r *reader) error {
	return r.object(func(key []byte) error {
		var to *[1]int64
		switch string(key) {
		case fieldPaper:
			to = &n.Paper
		case search.NumberDay:
			to = &n.Day
		case search.NumberVotes:
			to = &n.Votes
		case search.NumberEdition:
			to = &n.Edition
		default:
			return r.skip()
		}
		return r.array(func() (err error) {
			to[0], err = strconv.ParseInt(string(r.plain()), 10, 64)
			return err
		})
	})
}

// reader reads JSON from front to end. It finds its way through any bytes without harm;
// whether what it skips is JSON is nobody's business.
type reader struct {
	raw []byte
	at  int
}

// next returns the first byte of what comes, 0 at the end.
func (r *reader) next() byte {
	for ; r.at < len(r.raw); r.at++ {
		if c := r.raw[r.at]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// take goes past a byte that must come.
func (r *reader) take(c byte) error {
	if r.next() != c {
		return errForm
	}
	r.at++
	return nil
}

// object calls field for each key; it reads the value.
func (r *reader) object(field func(key []byte) error) error {
	return r.list('{', '}', func() error {
		key, err := r.text()
		if err == nil {
			err = r.take(':')
		}
		if err != nil {
			return err
		}
		return field(key)
	})
}

// array calls value for each value, which it reads.
func (r *reader) array(value func() error) error { return r.list('[', ']', value) }

func (r *reader) list(open, shut byte, part func() error) error {
	if err := r.take(open); err != nil {
		return err
	}
	if r.next() == shut {
		r.at++
		return nil
	}
	for {
		if err := part(); err != nil {
			return err
		}
		if r.next() != ',' {
			return r.take(shut)
		}
		r.at++
	}
}

// text returns what stands between quotes, as it stands there.
func (r *reader) text() ([]byte, error) {
	if err := r.take('"'); err != nil {
		return nil, err
	}
	from := r.at
	for {
		n := bytes.IndexAny(r.raw[r.at:], `"\`)
		if n < 0 {
			return nil, errForm
		}
		if r.at += n + 1; r.raw[r.at-1] == '"' {
			return r.raw[from : r.at-1], nil
		}
		if r.at++; r.at > len(r.raw) {
			return nil, errForm
		}
	}
}

// plain returns a number or a name, up to what ends it.
func (r *reader) plain() []byte {
	r.next()
	from := r.at
	for ; r.at < len(r.raw); r.at++ {
		switch r.raw[r.at] {
		case ' ', '\n', '\t', '\r', ',', ':', '{', '}', '[', ']', '"':
			return r.raw[from:r.at]
		}
	}
	return r.raw[from:]
}

// skip goes past a value.
func (r *reader) skip() error {
	for depth := 0; ; {
		switch r.next() {
		case '"':
			if _, err := r.text(); err != nil {
				return err
			}
		case '{', '[':
			depth++
			r.at++
		case '}', ']':
			depth--
			r.at++
		case ',', ':':
			if depth == 0 {
				return errForm
			}
			r.at++
		default:
			if len(r.plain()) == 0 {
				return errForm
			}
		}
		if depth < 0 {
			return errForm
		}
		if depth == 0 {
			return nil
		}
	}
}

// into has encoding/json read a value.
func (r *reader) into(v any) error {
	r.next()
	from := r.at
	if err := r.skip(); err != nil {
		return err
	}
	return json.Unmarshal(r.raw[from:r.at], v)
}
