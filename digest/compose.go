package digest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/mail"
	"broadsheet/outbox"
)

// reader is a subscription as a run sees it.
type reader struct {
	id      int64
	address mail.Address
	choice  Choice
	account int64
	next    time.Time
	seen    int64
}

// ref is what the outbox keeps of a digest: the mail is written from it when it goes
// out, and again when it is read on the web.
type ref struct {
	Reader int64  `json:"r"`
	Date   string `json:"d"` // by the reader's calendar
	Picks  []Pick `json:"p"`
	Of     int    `json:"o"`           // from how many papers they were chosen
	Day    string `json:"e,omitempty"` // of the newest edition they are from
	Number int    `json:"n,omitempty"` // of that edition
	All    int    `json:"a,omitempty"` // papers in that edition
	Ledger string `json:"l,omitempty"`
	Part   int    `json:"i,omitempty"` // of several mails at once, from 1; 0 for the only one
	Parts  int    `json:"j,omitempty"`
}

// mostPapers is the most papers in one mail: more would pass 102 KB, where mail
// programs cut. A reader of everything gets the others in further mails at once.
const mostPapers = 120

// Result says what a run of mails did.
type Result struct {
	Mails, Quiet int // enqueued; and readers for whom there was nothing
}

// errMerged says that a paper was merged away while mails were made of it.
var errMerged = errors.New("a paper was merged away in the meantime")

// Run composes and enqueues the mails that are due. Several processes may run it at
// once; each mail is made by one. While the search is away the mails of those whose words
// it should look for stay due, and the error is its fault.Busy.
func (s *Store) Run(ctx context.Context) (Result, error) {
	now := s.Now()
	var sum Result
	blocks, after, err := s.due(ctx, now)
	if err != nil || len(blocks) == 0 {
		return sum, err
	}
	if s.Ready != nil {
		if err := s.Ready(ctx, now); err != nil {
			return sum, err
		}
	}
	b, err := s.open(ctx, after, now)
	if err != nil {
		return sum, err
	}
	var away error
	for _, block := range blocks {
		var one Result
		for try := 0; ; try++ {
			one, err = s.composeBlock(ctx, b, block, now)
			if !errors.Is(err, errMerged) || try == 3 {
				break
			}
			if b, err = s.open(ctx, after, now); err != nil {
				return sum, err
			}
		}
		if err != nil && !fault.Is(err, fault.KindBusy) {
			return sum, fmt.Errorf("compose the mails of readers %d to %d: %w", block*blockSize, (block+1)*blockSize-1, err)
		}
		away = cmp.Or(away, err)
		sum.Mails += one.Mails
		sum.Quiet += one.Quiet
	}
	return sum, away
}

// due returns the blocks that hold readers whose mail is due, and the earliest
// arrival that one of them has seen.
func (s *Store) due(ctx context.Context, now time.Time) (blocks []int64, seen int64, err error) {
	rows, err := s.db.Query(ctx, `SELECT id / 1024, min(seen) FROM subscription WHERE state = 'active' AND next <= $1 GROUP BY id / 1024 ORDER BY 1`, db.Micros(now))
	if err != nil {
		return nil, 0, fmt.Errorf("find the mails that are due: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var block, least int64
		if err := rows.Scan(&block, &least); err != nil {
			return nil, 0, err
		}
		if len(blocks) == 0 || least < seen {
			seen = least
		}
		blocks = append(blocks, block)
	}
	return blocks, seen, rows.Err()
}

// composeBlock composes the mails of one block in one transaction with the record of
// what was sent to whom. A fault.Busy says that some could not be made.
func (s *Store) composeBlock(ctx context.Context, b *book, block int64, now time.Time) (Result, error) {
	var sum Result
	waiting, err := dueReaders(ctx, s.db, block, now, "")
	if err != nil {
		return sum, err
	}
	told, away := s.hear(ctx, b, waiting)
	if away != nil && !fault.Is(away, fault.KindBusy) {
		return sum, away
	}
	err = s.db.Transact(ctx, func(tx *db.Tx) error {
		sum = Result{}
		if err := lock(ctx, tx, block); err != nil {
			return err
		}
		readers, err := dueReaders(ctx, tx, block, now, tx.Dialect.ForUpdate())
		if err != nil || len(readers) == 0 {
			return err
		}
		sent, err := sentIn(ctx, tx, block, b.papersAfter(readers))
		if err != nil {
			return err
		}
		touched := map[int64]bool{}
		var letters []outbox.Letter
		ended := map[[2]int64][]int64{} // next and seen → readers
		for _, r := range readers {
			said, known := told[s.question(r)]
			if !known {
				continue // the next run asks
			}
			own, err := s.compose(ctx, b, r, said, sent, touched, now)
			if err != nil {
				return err
			}
			if letters = append(letters, own...); len(own) == 0 {
				sum.Quiet++
			}
			key := [2]int64{db.Micros(r.choice.Cadence.Next(now)), max(r.seen, b.closed)}
			ended[key] = append(ended[key], r.id)
		}
		if sum.Mails, err = s.Outbox.EnqueueAll(ctx, tx, letters); err != nil {
			return err
		}
		if err := moveOn(ctx, tx, ended, now); err != nil {
			return err
		}
		return s.keep(ctx, tx, block, sent, touched)
	})
	return sum, cmp.Or(err, away)
}

func dueReaders(ctx context.Context, q db.Querier, block int64, now time.Time, lock string) ([]*reader, error) {
	rows, err := q.Query(ctx, `SELECT `+readerColumns+` FROM subscription
		WHERE id >= $1 AND id < $2 AND state = 'active' AND next <= $3 ORDER BY id`+lock, block*blockSize, (block+1)*blockSize, db.Micros(now))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*reader
	for rows.Next() {
		r, err := scanReader(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

const readerColumns = `id, address, choice, account, next, seen`

func scanReader(scan func(...any) error) (*reader, error) {
	r := &reader{}
	var address, choice string
	var next int64
	if err := scan(&r.id, &address, &choice, &r.account, &next, &r.seen); err != nil {
		return nil, err
	}
	r.next = db.Time(next)
	if err := errors.Join(json.Unmarshal([]byte(address), &r.address), json.Unmarshal([]byte(choice), &r.choice)); err != nil {
		return nil, fmt.Errorf("subscription %d is damaged: %w", r.id, err)
	}
	return r, nil
}

// papersAfter returns the papers that any of the readers may get.
func (b *book) papersAfter(readers []*reader) []int64 {
	seen := readers[0].seen
	for _, r := range readers {
		seen = min(seen, r.seen)
	}
	pool := b.after(seen)
	ids := make([]int64, len(pool))
	for i, c := range pool {
		ids[i] = c.paper
	}
	return ids
}

// compose chooses the papers of one reader's mail and sets their bits. There is no
// mail when there is nothing to tell, and there are several when one cannot hold all.
func (s *Store) compose(ctx context.Context, b *book, r *reader, said answer, sent map[int64]bits, touched map[int64]bool, now time.Time) ([]outbox.Letter, error) {
	content, err := s.choose(ctx, b, r, said, sent, now)
	if err != nil || len(content.Picks) == 0 && !r.choice.Quiet {
		return nil, err
	}
	for _, p := range content.Picks {
		row := sent[p.Paper]
		row.set(r.id)
		sent[p.Paper], touched[p.Paper] = row, true
	}
	var letters []outbox.Letter
	for _, part := range content.split() {
		body, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		letters = append(letters, outbox.Letter{Kind: Kind, To: r.address, Once: fmt.Sprintf("digest %d %d %d", r.id, r.next.Unix(), part.Part), Ref: body})
	}
	return letters, nil
}

// split parts what one mail cannot hold.
func (c *ref) split() []*ref {
	if len(c.Picks) <= mostPapers {
		return []*ref{c}
	}
	var parts []*ref
	for picks := range slices.Chunk(c.Picks, mostPapers) {
		one := *c
		one.Picks, one.Part, one.Parts = picks, len(parts)+1, (len(c.Picks)+mostPapers-1)/mostPapers
		parts = append(parts, &one)
	}
	return parts
}

// choose returns what a reader's mail at a moment is made of.
func (s *Store) choose(ctx context.Context, b *book, r *reader, said answer, sent map[int64]bits, now time.Time) (*ref, error) {
	options := s.options(r, b.after(r.seen), sent, said)
	out := &ref{Reader: r.id, Date: now.In(r.choice.Cadence.zone()).Format(time.DateOnly), Of: len(options)}
	out.Picks = b.pick(options, r.choice.Size, lambda)
	if len(out.Picks) == 0 {
		return out, nil
	}
	var err error
	out.Day = b.newest(options, out.Picks)
	if out.Number, out.Ledger, err = s.headOf(ctx, b, out.Day); err != nil {
		return nil, err
	}
	out.All = b.counts[out.Day]
	return out, nil
}

// newest returns the day of the newest edition from which there are picks; that of the
// book when they only trend.
func (b *book) newest(options []option, picks []Pick) string {
	chosen := map[int64]bool{}
	for _, p := range picks {
		chosen[p.Paper] = true
	}
	day := ""
	for _, o := range options {
		if chosen[o.paper] && o.day > day && o.day <= b.day {
			day = o.day
		}
	}
	return cmp.Or(day, b.day)
}

// headOf returns the number of a day's edition, and what its ledger says.
func (s *Store) headOf(ctx context.Context, b *book, day string) (number int, ledger string, err error) {
	if day == "" {
		return 0, "", nil
	}
	h, known := b.heads[day]
	if !known {
		if h.number, err = s.numberOf(ctx, day); err != nil {
			return 0, "", err
		}
		if s.Ledger != nil {
			if h.ledger, err = s.Ledger(ctx, day); err != nil {
				return 0, "", err
			}
		}
		if b.heads == nil {
			b.heads = map[string]head{}
		}
		b.heads[day] = h
	}
	return h.number, h.ledger, nil
}

// head is what a mail says of the edition that it is from.
type head struct {
	number int
	ledger string
}

// moveOn notes when the next mail of each reader is due, and what they have seen.
func moveOn(ctx context.Context, tx *db.Tx, ended map[[2]int64][]int64, now time.Time) error {
	for key, ids := range ended {
		for part := range slices.Chunk(ids, 500) {
			args := []any{key[0], key[1], db.Micros(now)}
			for _, id := range part {
				args = append(args, id)
			}
			if _, err := tx.Exec(ctx, `UPDATE subscription SET next = $1, seen = $2, sent = $3 WHERE id IN (`+db.Places(4, len(part))+`)`, args...); err != nil {
				return fmt.Errorf("note the next mails: %w", err)
			}
		}
	}
	return nil
}

// keep writes the bits of the papers that were sent, and makes sure that each is
// still a paper: a merge that comes later finds the bits and moves them.
func (s *Store) keep(ctx context.Context, tx *db.Tx, block int64, sent map[int64]bits, touched map[int64]bool) error {
	ids := make([]int64, 0, len(touched))
	for p := range touched {
		ids = append(ids, p)
	}
	slices.Sort(ids)
	for part := range slices.Chunk(ids, 500) {
		args := make([]any, len(part))
		for i, p := range part {
			args[i] = p
		}
		n := 0
		rows, err := tx.Query(ctx, `SELECT id FROM paper WHERE merged_into IS NULL AND id IN (`+db.Places(1, len(part))+`) ORDER BY id`+tx.Dialect.ForUpdate(), args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			n++
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		if n < len(part) {
			return errMerged
		}
	}
	for _, p := range ids {
		if err := keepSent(ctx, tx, block, p, sent[p]); err != nil {
			return err
		}
	}
	return nil
}
