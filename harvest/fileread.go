package harvest

import (
	"errors"
	"io"
	"iter"
	"time"

	"broadsheet/paper"
)

// Papers yields the papers of a file that Import would take in, "-" for in, and
// stores nothing. A line that cannot be used is an error, and the rest goes on.
func Papers(in io.Reader, name string) iter.Seq2[*paper.Paper, error] {
	return func(yield func(*paper.Paper, error) bool) {
		f, err := openFile(in, name)
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.close()
		im, now := Importing{}, time.Now()
		for {
			line, err := f.next()
			if errors.Is(err, io.EOF) {
				return
			}
			var p *paper.Paper
			if err == nil {
				p, _, err = im.line(line, now)
			}
			if (p != nil || err != nil) && !yield(p, err) {
				return
			}
		}
	}
}
