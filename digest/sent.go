package digest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"broadsheet/db"
)

// blockSize is the number of readers whose bits stand in one row.
const blockSize = 1024

func blockOf(subscription int64) int64 { return subscription / blockSize }

// bits says, for one paper, which readers of a block were sent it.
type bits []byte

func (b bits) has(subscription int64) bool {
	i := subscription % blockSize
	return int(i/8) < len(b) && b[i/8]&(1<<(i%8)) != 0
}

func (b *bits) set(subscription int64) {
	i := subscription % blockSize
	if need := int(i/8) + 1; len(*b) < need {
		*b = append(*b, make([]byte, need-len(*b))...)
	}
	(*b)[i/8] |= 1 << (i % 8)
}

// join adds the bits of other.
func (b *bits) join(other bits) {
	if len(*b) < len(other) {
		*b = append(*b, make([]byte, len(other)-len(*b))...)
	}
	for i, c := range other {
		(*b)[i] |= c
	}
}

// lock keeps other transactions from the bits of a block until tx ends.
func lock(ctx context.Context, tx *db.Tx, block int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO digest_block (block, n) VALUES ($1, 1) ON CONFLICT (block) DO UPDATE SET n = digest_block.n + 1`, block)
	return err
}

// sentIn returns who, of the readers of a block, was sent which of the papers.
func sentIn(ctx context.Context, q db.Querier, block int64, papers []int64) (map[int64]bits, error) {
	found := map[int64]bits{}
	for part := range slices.Chunk(papers, 500) {
		args := []any{block}
		for _, p := range part {
			args = append(args, p)
		}
		rows, err := q.Query(ctx, `SELECT paper, bits FROM digest_sent WHERE block = $1 AND paper IN (`+db.Places(2, len(part))+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("read what was sent: %w", err)
		}
		for rows.Next() {
			var p int64
			var b []byte
			if err := rows.Scan(&p, &b); err != nil {
				rows.Close()
				return nil, err
			}
			found[p] = b
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// keepSent writes the bits of one paper in a block.
func keepSent(ctx context.Context, tx *db.Tx, block, paper int64, b bits) error {
	_, err := tx.Exec(ctx, `INSERT INTO digest_sent (block, paper, bits) VALUES ($1, $2, $3)
		ON CONFLICT (block, paper) DO UPDATE SET bits = excluded.bits`, block, paper, []byte(b))
	if err != nil {
		return fmt.Errorf("note what was sent: %w", err)
	}
	return nil
}

// mergeSent makes whoever was sent gone one who was sent keep.
func mergeSent(ctx context.Context, tx *db.Tx, keep, gone int64) error {
	rows, err := tx.Query(ctx, `SELECT block, bits FROM digest_sent WHERE paper = $1`, gone)
	if err != nil {
		return fmt.Errorf("read what was sent of a merged paper: %w", err)
	}
	lost := map[int64]bits{}
	for rows.Next() {
		var block int64
		var b []byte
		if err := rows.Scan(&block, &b); err != nil {
			rows.Close()
			return err
		}
		lost[block] = b
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	for _, block := range slices.Sorted(maps.Keys(lost)) {
		b := lost[block]
		if err := lock(ctx, tx, block); err != nil {
			return err
		}
		held, err := sentIn(ctx, tx, block, []int64{keep})
		if err != nil {
			return err
		}
		b.join(held[keep])
		if err := keepSent(ctx, tx, block, keep, b); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM digest_sent WHERE paper = $1`, gone)
	return err
}

// forget clears the bits of a subscription that ended. Its number is never given out
// again, so they would do no harm, but they say what somebody read.
func forget(ctx context.Context, tx *db.Tx, subscription int64) error {
	if err := lock(ctx, tx, blockOf(subscription)); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT paper, bits FROM digest_sent WHERE block = $1`, blockOf(subscription))
	if err != nil {
		return err
	}
	set := map[int64]bits{}
	for rows.Next() {
		var p int64
		var b bits
		if err := rows.Scan(&p, (*[]byte)(&b)); err != nil {
			rows.Close()
			return err
		}
		if b.has(subscription) {
			set[p] = b
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return err
	}
	for p, b := range set {
		i := subscription % blockSize
		b[i/8] &^= 1 << (i % 8)
		if err := keepSent(ctx, tx, blockOf(subscription), p, b); err != nil {
			return err
		}
	}
	return nil
}
