package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/search/lexical"
)

// Papers keeps an engine abreast of the papers of a store, and answers readers. It
// is safe for concurrent use.
type Papers struct {
	*Engine
	*Front
	store    *paper.Store
	editions *edition.Store
}

// OpenPapers opens the index of a store's papers in a folder. An index that belongs
// to another database, or that has read further than the database goes (an older
// copy was put back), is removed and begun anew.
func OpenPapers(ctx context.Context, dir string, editions *edition.Store, store *paper.Store) (*Papers, error) {
	identity, err := store.DB().Identity(ctx)
	if err != nil {
		return nil, err
	}
	owner := filepath.Join(dir, "owner")
	held, err := os.ReadFile(owner)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open the index: %w", err)
	}
	if string(held) != identity {
		if err := begin(dir, owner, identity); err != nil {
			return nil, fmt.Errorf("begin the index: %w", err)
		}
	}
	e, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if e.reads {
		return &Papers{Engine: e, Front: NewFront(e, store), store: store, editions: editions}, nil
	}
	latest, err := paper.Latest(ctx, store.DB())
	if err == nil && e.Seq() > latest {
		if err = errors.Join(e.Close(), begin(dir, owner, identity)); err == nil {
			e, err = Open(dir)
		}
	}
	if err != nil {
		return nil, err
	}
	return &Papers{Engine: e, Front: NewFront(e, store), store: store, editions: editions}, nil
}

// begin removes what is in the folder of an index and notes whose the next one is.
func begin(dir, owner, identity string) error {
	for _, part := range []string{"words", "meaning"} {
		if err := os.RemoveAll(filepath.Join(dir, part)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	return os.WriteFile(owner, []byte(identity), 0o640)
}

// Update takes the next changes of the log into the word index, at most limit of
// them, and returns how many there were; 0 means that it is up to date.
func (p *Papers) Update(ctx context.Context, limit int) (int, error) {
	if p.reads {
		return 0, nil // the process that writes the index does so
	}
	if err := p.mend(); err != nil {
		return 0, err
	}
	from := p.Seq()
	changes, err := paper.Changes(ctx, p.store.DB(), from, limit)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	docs, gone, err := p.changed(ctx, changes)
	if err != nil {
		return 0, fmt.Errorf("read what changed after %d: %w", from, err)
	}
	if err := p.Put(docs, gone, changes[len(changes)-1].Seq); err != nil {
		return 0, fmt.Errorf("index the changes after %d: %w", from, err)
	}
	return len(changes), nil
}

// changed returns the documents that changes speak of as they are now, and the IDs
// of those that are no more.
func (p *Papers) changed(ctx context.Context, changes []paper.Change) (docs []Document, gone []int64, err error) {
	return Changed(ctx, p.store, p.editions, changes, func(days []int64) (map[int64]int64, error) {
		snap := p.words.Snapshot()
		of := map[int64]int64{}
		for id := range snap.Match(lexical.Range{Number: NumberEdition, Min: slices.Min(days), Max: slices.Max(days)}).All() {
			of[id] = snap.Number(id, NumberEdition)
		}
		return of, snap.Err()
	})
}

// Placed returns the documents of an index that stand in the editions of some days, and
// perhaps others, each with the number of its day.
type Placed func(days []int64) (map[int64]int64, error)

// Changed returns the documents that changes speak of as they are now, and the IDs
// of those that are no more. Of an edition it returns the papers that came in, or left it,
// since the index last saw them. An edition grows all day long, paper by paper: if each
// time all of its papers were taken in anew, a change would wait for them.
func Changed(ctx context.Context, store *paper.Store, editions *edition.Store, changes []paper.Change, placed Placed) (docs []Document, gone []int64, err error) {
	var changed, days []int64
	for _, c := range changes {
		switch c.Kind {
		case paper.ChangedPaper:
			changed = append(changed, c.Subject)
		case edition.ChangedEdition:
			days = append(days, c.Subject)
		}
	}
	was := map[int64]int64{}
	if len(days) > 0 {
		if was, err = placed(days); err != nil {
			return nil, nil, err
		}
	}
	err = store.DB().Snapshot(ctx, func(tx *db.Tx) error {
		docs, gone = nil, nil
		ids, err := moved(ctx, tx, editions, days, was)
		if err != nil {
			return err
		}
		ids = append(ids, changed...)
		slices.Sort(ids)
		for part := range slices.Chunk(slices.Compact(ids), 500) {
			list, err := store.List(ctx, tx, part)
			if err != nil {
				return err
			}
			days, err := editions.DaysOf(ctx, tx, part)
			if err != nil {
				return err
			}
			held := make(map[int64]bool, len(list))
			for _, x := range list {
				held[x.ID] = true
				docs = append(docs, DocumentOf(x, days[x.ID]))
			}
			for _, id := range part {
				if !held[id] {
					gone = append(gone, id)
				}
			}
		}
		return nil
	})
	return docs, gone, err
}

// moved returns the papers that stand in the edition of one of the days and did not, or
// did and do not.
func moved(ctx context.Context, tx *db.Tx, editions *edition.Store, days []int64, was map[int64]int64) (ids []int64, err error) {
	is := make(map[int64]int64)
	for _, day := range days {
		list, err := editions.PapersOf(ctx, tx, dayOfNumber(day))
		if err != nil {
			return nil, err
		}
		for _, id := range list {
			is[id] = day
			if was[id] != day {
				ids = append(ids, id)
			}
		}
	}
	for id, day := range was {
		if is[id] != day && slices.Contains(days, day) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// dayOfNumber is the inverse of dayNumber.
func dayOfNumber(n int64) string {
	return time.Date(int(n/10000), time.Month(n/100%100), int(n%100), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}
