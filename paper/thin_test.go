package paper_test

import (
	"testing"
	"time"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/paper"
)

// TestThin reads a paper every half hour for weeks and thins now and then, and
// another store once at the end: what stays is the same, and what it says of any day
// is too.
func TestThin(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := paper.NewStore(d)
		p := full()
		put(t, s, noon, p)
		const length = 75 * 24 * time.Hour
		err := d.Transact(t.Context(), func(tx *db.Tx) error {
			for at := time.Duration(0); at < length; at += 30 * time.Minute {
				if _, err := tx.Exec(t.Context(), `INSERT INTO reading (paper, source, at, votes, comments, stars) VALUES ($1, 'up', $2, $3, 0, 0)`,
					p.ID, db.Micros(noon.Add(time.Hour+at)), int(at/time.Minute)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var last time.Time
		for day := range 76 {
			now := noon.AddDate(0, 0, day)
			if day%6 == 0 || day == 75 { // some nights are missed
				if _, err := s.Thin(t.Context(), now, last); err != nil {
					t.Fatal(err)
				}
				last = now
			}
		}
		list, err := s.Readings(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		now := noon.AddDate(0, 0, 75)
		for i := 2; i < len(list)-1; i++ {
			gap, age := list[i+1].At.Sub(list[i].At), now.Sub(list[i+1].At)
			least := map[bool]time.Duration{true: 0, false: time.Minute}[age < 48*time.Hour]
			if age > 3*24*time.Hour {
				least = 50 * time.Minute
			}
			if age > 12*24*time.Hour && list[i].At.Sub(list[1].At) > 37*time.Hour {
				least = 23 * time.Hour
			}
			if age > 70*24*time.Hour && list[i].At.Sub(list[1].At) > 37*time.Hour {
				least = 6 * 24 * time.Hour
			}
			if gap < least {
				t.Errorf("%s before the end two readings are %s apart; want %s", age, gap, least)
			}
			if gap > 8*24*time.Hour {
				t.Errorf("%s before the end nothing was kept for %s", age, gap)
			}
		}
		if n := len(list); n < 36+96+7*24+48+1 || n > 37+96+8*24+55+6 {
			t.Errorf("%d readings stay", n)
		}
		if dropped, err := s.Thin(t.Context(), now, time.Time{}); err != nil || dropped > 3 {
			t.Errorf("thinned once more from the beginning, %d go, %v", dropped, err)
		}
	})
}
