package server

import (
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/paper"
)

// TestTrends: what the digests are told of is what is rising, readings and votes of our
// own readers counted together, with the reason.
func TestTrends(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 15, 10, 0, 0, 0, time.UTC)
	h := openHouse(t, func(c *Config) { c.Now = func() time.Time { return now } })
	ids := map[string]int64{}
	err := h.DB.Transact(t.Context(), func(tx *db.Tx) error {
		for key, votes := range map[string]int{"2604.00001": 7, "2604.00002": 2} {
			p := &paper.Paper{
				Identifiers: []paper.Identifier{{Scheme: paper.ArXiv, Value: key}}, Title: "On " + key,
				Figures: paper.Figures{Votes: votes, At: now.Add(-time.Hour)},
				Record:  paper.Record{Featured: &paper.Feature{Source: "up", At: now.Add(-9 * time.Hour)}},
			}
			if _, err := h.Papers.Put(t.Context(), tx, "up", now, p); err != nil {
				return err
			}
			ids[key] = p.ID
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		v := discuss.Voter{Account: int64(100 + i), Joined: now.AddDate(-1, 0, 0)}
		if _, err := h.Talk.Vote(t.Context(), now.Add(-time.Minute), ids["2604.00002"], v, true); err != nil {
			t.Fatal(err)
		}
	}
	list, err := h.Digests.Trending(t.Context(), now, 5)
	if err != nil || len(list) != 2 || list[0].Paper != ids["2604.00002"] || list[0].Why != "Trending: 10 votes, all in the last day." {
		t.Errorf("the digests are told of %+v, %v", list, err)
	}
}
