package discuss_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/discuss"
	"broadsheet/paper"
)

var noon = time.Date(2026, 4, 14, 12, 0, 0, 0, time.UTC)

// room is a store of discussions over a database with some papers.
type room struct {
	*discuss.Store
	t        testing.TB
	db       *db.DB
	papers   *paper.Store
	accounts *account.Store
	ids      []int64
	told     []discuss.Notice
}

// Notify keeps what readers are told.
func (r *room) Notify(_ context.Context, _ *db.Tx, n discuss.Notice) error {
	r.told = append(r.told, n)
	return nil
}

func openRoom(t testing.TB, d *db.DB, papers int) *room {
	t.Helper()
	r := &room{t: t, db: d, papers: paper.NewStore(d), accounts: account.NewStore(d, account.Settings{}, nil, nil)}
	r.Store = discuss.NewStore(r.papers, r.accounts, r)
	for n := range papers {
		p := &paper.Paper{
			Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: fmt.Sprintf("2604.%05d", n+1)}},
			Title:       fmt.Sprintf("Paper %d", n+1), Abstract: "A", Form: paper.TeX, Authority: paper.FromArXiv,
			Record: paper.Record{
				Authors: []paper.Author{{Name: "Ada B. Lovelace"}, {Name: "Émile Borel", Affiliations: []string{"University of Here (uni-here.edu)"}}},
				Links:   []paper.Link{{Kind: paper.Project, URL: "https://lab.example.org/paper"}, {Kind: paper.Code, URL: "https://github.com/x/y"}},
			},
		}
		if err := d.Transact(t.Context(), func(tx *db.Tx) error {
			_, err := r.papers.Put(t.Context(), tx, "test", noon, p)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		r.ids = append(r.ids, p.ID)
	}
	return r
}

// each runs a test on every engine over some papers.
func each(t *testing.T, papers int, f func(t *testing.T, r *room)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, openRoom(t, d, papers)) })
}

// old is a voter who joined long ago.
func old(n int) discuss.Voter {
	return discuss.Voter{Account: int64(n), Joined: noon.AddDate(-1, 0, 0)}
}

// paper returns a paper as it is held.
func (r *room) paper(id int64) *paper.Paper {
	r.t.Helper()
	list, err := r.papers.List(r.t.Context(), r.db, []int64{id})
	if err != nil || len(list) != 1 {
		r.t.Fatalf("paper %d: %v, %v", id, list, err)
	}
	return list[0]
}

// agree fails unless the numbers on every paper are those of the rows.
func agree(t testing.TB, d *db.DB) {
	t.Helper()
	var wrong int
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM paper WHERE
		own_votes <> (SELECT count(DISTINCT voice) FROM vote WHERE vote.paper = paper.id) OR
		own_comments <> (SELECT count(*) FROM comment WHERE comment.paper = paper.id AND state = 'shown')`).Scan(&wrong); err != nil {
		t.Fatal(err)
	}
	if wrong > 0 {
		t.Errorf("%d papers count other votes or comments than there are", wrong)
	}
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM comment WHERE
		ups <> (SELECT count(*) FROM reaction WHERE reaction.comment = comment.id AND kind = 'up') OR
		doubts <> (SELECT count(*) FROM reaction WHERE reaction.comment = comment.id AND kind = 'doubt')`).Scan(&wrong); err != nil {
		t.Fatal(err)
	}
	if wrong > 0 {
		t.Errorf("%d comments count other reactions than there are", wrong)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
