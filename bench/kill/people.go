package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/feed"
	"broadsheet/harvest"
	"broadsheet/mail"
	"broadsheet/mail/mailtest"
	"broadsheet/outbox"
	"broadsheet/paper"
)

// seat fills the database: papers of a file, and accounts with sessions and tokens.
func seat(ctx context.Context, d *db.DB, file string, many int) (papers []string, logins []login, err error) {
	store := paper.NewStore(d)
	editions := edition.NewStore(store, edition.Settings{Categories: []string{"cs", "math"}})
	im := harvest.Importing{Papers: store}
	if _, err := im.Import(ctx, nil, file); err != nil {
		return nil, nil, err
	}
	for n := 1; n > 0; {
		if n, err = editions.Update(ctx, time.Now(), 2000); err != nil {
			return nil, nil, err
		}
	}
	rows, err := d.Query(ctx, `SELECT value FROM identifier WHERE scheme = 'arxiv' ORDER BY value LIMIT 400`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, nil, err
		}
		papers = append(papers, id)
	}
	accounts := account.NewStore(d, account.Settings{Join: account.Anyone}, nil, nil)
	for i := range many {
		var a *account.Account
		if err := d.Transact(ctx, func(tx *db.Tx) (err error) {
			// of the desk, which may write without a pause
			a, err = accounts.Create(ctx, tx, account.Newcomer{Address: fmt.Sprintf("voter%d@readers.test", i), Role: account.Desk, At: time.Now().AddDate(0, -2, 0)})
			return err
		}); err != nil {
			return nil, nil, err
		}
		who := login{handle: a.Handle, id: a.ID}
		if i%2 == 0 {
			secret, err := accounts.StartSession(ctx, a.ID, "link", account.Place{})
			if err != nil {
				return nil, nil, err
			}
			who.header = [2]string{"Cookie", "session=" + secret}
		} else {
			token, err := accounts.MakeToken(ctx, a.ID, "load", a.Role.Scopes(), 24*time.Hour)
			if err != nil {
				return nil, nil, err
			}
			who.header = [2]string{"Authorization", "Bearer " + token}
		}
		logins = append(logins, who)
	}
	return papers, logins, rows.Err()
}

// post is a mail server that counts, and readers of mail.
type post struct {
	server  *mailtest.Server
	digests *digest.Store
	db      *db.DB
	readers int

	mu    sync.Mutex
	taken map[string]map[string]int // address → Message-ID → times
}

func openPost(ctx context.Context, d *db.DB, host string) (*post, error) {
	p := &post{db: d, taken: map[string]map[string]int{}}
	var err error
	if p.server, err = mailtest.Listen(host+":0", nil); err != nil {
		return nil, err
	}
	p.server.Take = p.take
	store := paper.NewStore(d)
	box, err := outbox.Open(ctx, d, outbox.Config{From: mail.Address{Local: "news", Domain: "papers.test"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	p.digests = digest.New(digest.Config{Papers: store, Editions: edition.NewStore(store, edition.Settings{}), Feeds: feed.New(store), Outbox: box, Base: "http://papers.test"})
	return p, nil
}

func (p *post) take(l mailtest.Letter) {
	id := ""
	for line := range strings.Lines(string(l.Body)) {
		if rest, ok := strings.CutPrefix(line, "Message-ID:"); ok {
			id = strings.Trim(strings.TrimSpace(rest), "<>")
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	to := strings.Trim(l.To, "<>")
	if p.taken[to] == nil {
		p.taken[to] = map[string]int{}
	}
	p.taken[to][id]++
}

// subscribe makes so many new readers whose first digest is due now.
func (p *post) subscribe(ctx context.Context, n int) error {
	for range n {
		p.readers++
		a := mail.Address{Local: "reader" + strconv.Itoa(p.readers), Domain: "inbox.test"}
		c := digest.Standard()
		c.Quiet, c.Cadence.Hour = true, (time.Now().UTC().Hour()+12)%24 // the second is half a day off
		from := netip.AddrFrom4([4]byte{10, byte(p.readers >> 8), byte(p.readers), 1})
		if err := p.digests.Subscribe(ctx, a, c, from); err != nil {
			return err
		}
		s, err := p.digests.Find(ctx, a)
		if err != nil {
			return err
		}
		if _, err := p.digests.Confirm(ctx, s.ID); err != nil {
			return err
		}
		if err := p.db.Transact(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE subscription SET next = $2 WHERE id = $1`, s.ID, db.Micros(time.Now().Add(-time.Minute)))
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// digestsOf counts the digests that were taken: to whom at least one came, how many
// there were in all by their Message-IDs, and how often one came again.
func (p *post) digestsOf(ctx context.Context) (reached, digests, again int, err error) {
	kinds, err := p.kinds(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, letters := range p.taken {
		own := 0
		for id, times := range letters {
			number, _, _ := strings.Cut(id, ".")
			if n, err := strconv.ParseInt(number, 36, 64); err == nil && kinds[n] == digest.Kind {
				own++
				again += times - 1
			}
		}
		digests += own
		reached += min(own, 1)
	}
	return reached, digests, again, nil
}

func (p *post) kinds(ctx context.Context) (map[int64]string, error) {
	rows, err := p.db.Query(ctx, `SELECT id, kind FROM outbox`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	kinds := map[int64]string{}
	for rows.Next() {
		var id int64
		var kind string
		if err := rows.Scan(&id, &kind); err != nil {
			return nil, err
		}
		kinds[id] = kind
	}
	return kinds, rows.Err()
}
