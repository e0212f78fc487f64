package harvest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
)

// Readings takes in figures read at different times, from a table with a head
// line and the columns captured_at, paper_id, upvotes, comments, code_stars, parted
// by tabs; what is empty is as it was at the reading before. Papers that are not
// held are passed over.
func (im *Importing) Readings(ctx context.Context, r io.Reader) error {
	lines := bufio.NewScanner(r)
	number := 0
	last := map[int64]paper.Figures{}
	return im.Papers.DB().Transact(ctx, func(tx *db.Tx) error {
		for lines.Scan() {
			number++
			if number == 1 {
				continue
			}
			id, f, err := im.reading(ctx, lines.Text(), last)
			if fault.Is(err, fault.KindMissing) {
				continue
			}
			if err != nil {
				return fmt.Errorf("line %d of the readings: %w", number, err)
			}
			last[id] = f
			if err := im.Papers.Read(ctx, tx, im.now(), paper.Reading{Paper: id, Source: im.source(), Figures: f}); err != nil {
				return err
			}
		}
		return lines.Err()
	})
}

func (im *Importing) reading(ctx context.Context, line string, last map[int64]paper.Figures) (int64, paper.Figures, error) {
	cells := strings.Split(line, "\t")
	if len(cells) < 5 {
		return 0, paper.Figures{}, fault.Invalid("It has %d columns, not 5.", len(cells))
	}
	at, err := parseTime(cells[0])
	if err != nil {
		return 0, paper.Figures{}, err
	}
	id, _, err := paper.ParseIdentifier(cells[1])
	if err != nil {
		return 0, paper.Figures{}, err
	}
	p, err := im.Papers.Find(ctx, id)
	if err != nil {
		return 0, paper.Figures{}, err
	}
	f := last[p.ID]
	f.At = at
	for i, to := range []*int{&f.Votes, &f.Comments, &f.Stars} {
		cell := cells[2+i]
		if cell == "" {
			continue
		}
		n, err := strconv.Atoi(cell)
		if err != nil || n < 0 {
			return 0, paper.Figures{}, errors.Join(fault.Invalid("%q is no count.", cell), err)
		}
		*to = n
	}
	return p.ID, f, nil
}
