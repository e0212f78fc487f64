package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"broadsheet/db"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/harvest"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/server"
)

// compose measures ever more readers, each number in a process and a database of its
// own.
func compose(ctx context.Context, files []string) error {
	fmt.Println("readers   wall      CPU       per reader  peak memory  letters")
	for _, n := range []string{"25000", "50000", "100000"} {
		c := exec.CommandContext(ctx, os.Args[0], "compose-one", n, strings.Join(files, ","))
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		if err := c.Run(); err != nil {
			return err
		}
	}
	return nil
}

func composeOne(ctx context.Context, readers int, files string) error {
	dir, err := os.MkdirTemp("", "bench-mail-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	now := time.Now()
	clock := func() time.Time { return now }
	h, err := server.Open(ctx, server.Config{
		DSN: filepath.Join(dir, "broadsheet.db"), Base: "https://papers.example", Now: clock,
		Edition: edition.Settings{Fill: edition.FillSubmitted},
		Mail:    outbox.Config{From: mail.Address{Local: "news", Domain: "papers.example"}},
	}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	defer h.Close()
	im := harvest.Importing{Papers: h.Papers, Source: "bench", Now: clock}
	if _, err := im.Import(ctx, os.Stdin, strings.Split(files, ",")...); err != nil {
		return err
	}
	if err := h.CatchUp(ctx); err != nil {
		return err
	}
	newest, err := h.Editions.Newest(ctx)
	if err != nil {
		return err
	}
	at, err := time.Parse(time.DateOnly, newest)
	if err != nil {
		return err
	}
	now = at.Add(30 * time.Hour)
	if err := enrol(ctx, h, readers, now); err != nil {
		return err
	}
	cpu, began := spent(), time.Now()
	did, err := h.Digests.Run(ctx)
	if err != nil {
		return err
	}
	wall, used := time.Since(began), spent()-cpu
	fmt.Printf("%-8d  %-8s  %-8s  %-10s  %-11s  %d\n", readers, wall.Round(10*time.Millisecond), used.Round(10*time.Millisecond), (used / time.Duration(readers)).Round(time.Microsecond), peak(), did.Mails)
	if did.Mails+did.Quiet != readers {
		return fmt.Errorf("%d mails and %d readers without are not %d", did.Mails, did.Quiet, readers)
	}
	return write(ctx, h)
}

// enrol gives readers different choices; each last had a mail when a week of papers
// was yet to come.
func enrol(ctx context.Context, h *server.House, readers int, now time.Time) error {
	topics, authors, err := names(ctx, h)
	if err != nil {
		return err
	}
	var seen int64
	if err := h.DB.QueryRow(ctx, `SELECT coalesce(min(n), 1) - 1 FROM arrival WHERE day >= $1`, now.AddDate(0, 0, -8).Format(time.DateOnly)).Scan(&seen); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(1, 2))
	some := func(list []string, most int) (out []string) {
		for range random.IntN(most + 1) {
			out = append(out, list[random.IntN(len(list))])
		}
		return out
	}
	return h.DB.Transact(ctx, func(tx *db.Tx) error {
		for i := range readers {
			c := digest.Standard()
			c.Size = digest.Sizes[random.IntN(3)]
			c.Topics, c.Authors = some(topics, 5), some(authors, 2)
			if random.IntN(4) == 0 {
				c.Words = topics[random.IntN(len(topics))]
			}
			c.Abstracts = random.IntN(2) == 0
			if err := errors.Join(c.Check()); err != nil {
				return err
			}
			a := mail.Address{Local: fmt.Sprint("reader", i), Domain: "university.example"}
			address, err := json.Marshal(a)
			if err != nil {
				return err
			}
			choice, err := json.Marshal(c)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO subscription (address, hash, state, choice, account, made, confirmed, next, seen, sent)
				VALUES ($1, $2, 'active', $3, 0, 1, 1, 1, $4, 0)`, string(address), h.Outbox.Hash(a), string(choice), seen); err != nil {
				return err
			}
		}
		return nil
	})
}

// names returns topics and authors of the papers.
func names(ctx context.Context, h *server.House) (topics, authors []string, err error) {
	items, _, err := h.Feeds.List(ctx, feed.Query{Span: edition.Span{From: "0000", To: "9999"}})
	if err != nil {
		return nil, nil, err
	}
	for _, it := range items {
		topics = append(topics, it.Paper.Topics...)
		for _, a := range it.Paper.Authors {
			authors = append(authors, a.Name)
		}
	}
	if len(topics) == 0 || len(authors) == 0 {
		return nil, nil, errors.New("the papers name no topics or authors")
	}
	return topics, authors, nil
}

// write measures the writing of letters, which happens as they go out.
func write(ctx context.Context, h *server.House) error {
	const most = 2000
	list, err := h.Outbox.Records(ctx, "", 0, most)
	if err != nil {
		return err
	}
	cpu := spent()
	size := 0
	for _, r := range list {
		l, err := h.Outbox.Letter(ctx, r.ID)
		if err != nil {
			return err
		}
		m, err := h.Outbox.Message(ctx, l)
		if err != nil {
			return err
		}
		size += len(m.Bytes())
	}
	each := (spent() - cpu) / time.Duration(max(len(list), 1))
	fmt.Printf("          and writing a letter as it goes out: %s of CPU, %d KB each\n", each.Round(time.Microsecond), size/max(len(list), 1)>>10)
	return nil
}
