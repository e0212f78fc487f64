package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"broadsheet/db"
	"broadsheet/paper"
)

// titles are those of some papers of the store.
func titles(ctx context.Context, d *db.DB) ([]string, error) {
	var list []string
	papers := paper.NewStore(d)
	for before := int64(0); len(list) < 30_000; {
		some, err := papers.Newest(ctx, before, 1000)
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			break
		}
		before = some[len(some)-1].ID
		for _, p := range some {
			list = append(list, p.Title)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("the store holds no paper")
	}
	return list, nil
}

// asker makes questions, none twice: 1 to 6 words of a title.
type asker struct {
	titles []string
	r      *rand.Rand
	asked  map[string]bool
}

func (a *asker) next() string {
	for {
		words := strings.Fields(a.titles[a.r.IntN(len(a.titles))])
		n := min(1+a.r.IntN(6), len(words))
		at := a.r.IntN(len(words) - n + 1)
		if q := strings.Join(words[at:at+n], " "); !a.asked[q] && len(q) < 200 {
			a.asked[q] = true
			return q
		}
	}
}

func newAsker(ctx context.Context, store string) (*asker, error) {
	d, err := db.Open(ctx, filepath.Join(store, "broadsheet.db"))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	list, err := titles(ctx, d)
	return &asker{list, rand.New(rand.NewPCG(1, 1)), map[string]bool{}}, err
}

// rates asks at a rate, or one behind the other and tells what each costs.
func rates(ctx context.Context, o options) error {
	a, err := newAsker(ctx, o.store)
	if err != nil {
		return err
	}
	c, err := start(ctx, o, o.by)
	if err != nil {
		return err
	}
	defer c.stop()
	if o.rate == 0 {
		var seen, cost []time.Duration
		spent := map[string]time.Duration{}
		for until := time.Now().Add(o.time); time.Now().Before(until); {
			text := a.next()
			q := question(text, o.by)
			before, began := c.cpu(), time.Now()
			if status, _, err := c.get(q); status != 200 || err != nil {
				return fmt.Errorf("%s: %d, %v", q, status, err)
			}
			seen, cost = append(seen, time.Since(began)), append(cost, c.cpu()-before)
			spent[text] = cost[len(cost)-1]
		}
		dearest(spent, 12)
		say("by "+o.by+", one at a time", seen)
		say("processor time of the server", cost)
		return nil
	}
	before, own := c.cpu(), ownTime()
	seen, failed := load(ctx, c, a, o.by, o.rate, o.time)
	each := 1e3 / float64(max(1, len(seen)))
	say(fmt.Sprintf("by %s, %d a second", o.by, o.rate), seen)
	fmt.Printf("%d failed; %.2f ms of processor time each, and %.2f of who asks; %d MB of memory of its own\n",
		failed, (c.cpu()-before).Seconds()*each, (ownTime()-own).Seconds()*each, c.memory()>>20)
	return nil
}

// suggest asks for what somebody means who types titles and names, a letter at a time.
func suggest(ctx context.Context, o options) error {
	a, err := newAsker(ctx, o.store)
	if err != nil {
		return err
	}
	c, err := start(ctx, o, "words")
	if err != nil {
		return err
	}
	defer c.stop()
	var seen, cost []time.Duration
	spent := map[string]time.Duration{}
	for until := time.Now().Add(o.time); time.Now().Before(until); {
		letters := []rune(a.next())
		typed := string(letters[:min(len(letters), 3+a.r.IntN(12))])
		before, began := c.cpu(), time.Now()
		if status, _, err := c.get("/api/papers/suggest?" + url.Values{"q": {typed}}.Encode()); status != 200 || err != nil {
			return fmt.Errorf("%s: %d, %v", typed, status, err)
		}
		seen, cost = append(seen, time.Since(began)), append(cost, c.cpu()-before)
		spent[typed] = cost[len(cost)-1]
	}
	dearest(spent, 12)
	say("suggestions", seen)
	say("processor time of the server", cost)
	return nil
}

// load asks at a rate, whether the answers come or not.
func load(ctx context.Context, c *child, a *asker, by string, rate int, d time.Duration) (seen []time.Duration, failed int64) {
	var mu sync.Mutex
	var all sync.WaitGroup
	var bad atomic.Int64
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for until := time.Now().Add(d); time.Now().Before(until) && ctx.Err() == nil; <-tick.C {
		q := question(a.next(), by)
		all.Go(func() {
			began := time.Now()
			if status, _, err := c.get(q); status != 200 || err != nil {
				bad.Add(1)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, time.Since(began))
		})
	}
	all.Wait()
	return seen, bad.Load()
}

// fresh gives papers new titles while readers ask, and waits until each is found by it.
func fresh(ctx context.Context, o options) error {
	a, err := newAsker(ctx, o.store)
	if err != nil {
		return err
	}
	c, err := start(ctx, o, o.by)
	if err != nil {
		return err
	}
	defer c.stop()
	d, err := db.Open(ctx, filepath.Join(o.store, "broadsheet.db"))
	if err != nil {
		return err
	}
	defer d.Close()
	papers := paper.NewStore(d)
	some, err := papers.Newest(ctx, 0, 500)
	if err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { // ended by the time, and waited for
		defer close(done)
		seen, failed := load(ctx, c, a, o.by, o.rate, o.time)
		say(fmt.Sprintf("by %s, %d a second", o.by, o.rate), seen)
		fmt.Println(failed, "failed")
	}()
	var lag []time.Duration
	run := rand.Uint32()
	for i := 0; ; i++ {
		select {
		case <-done:
			say("until a change is found", lag)
			return nil
		default:
		}
		p := *some[i%len(some)]
		word := letters(fmt.Sprintf("zq%xy%d", run, i)) // one word, of which no part is common
		p.Title, p.Revised = "Changed "+word, time.Now()
		if err := d.Transact(ctx, func(tx *db.Tx) error {
			_, err := papers.Put(ctx, tx, "bench", time.Now(), &p)
			return err
		}); err != nil {
			return err
		}
		took, err := found(c, word, time.Now())
		if err != nil {
			return err
		}
		lag = append(lag, took)
	}
}

// letters writes letters in the place of the digits of a word.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r - '0' + 'k'
		}
		return r
	}, s)
}

// found asks again and again until a word is found. What the last question itself took is
// not counted.
func found(c *child, word string, committed time.Time) (time.Duration, error) {
	for {
		asked := time.Now()
		status, page, err := c.get(question(word, "words"))
		if err != nil || status != 200 {
			return 0, fmt.Errorf("%d, %v", status, err)
		}
		if marked := strings.ReplaceAll(page, "<mark>", ""); strings.Contains(marked, "Changed "+word) {
			return asked.Sub(committed), nil
		}
		if time.Since(committed) > 20*time.Second {
			return 0, fmt.Errorf("%s was not found within 20 s", word)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

var hostilePieces = strings.Fields(`" ( ) - OR AND NOT * title: author: after: 2024..2025 votes:> edition: like: a* the of learning "learning theory" -the ((( ))) "" \alpha $\ell_1$ C++ L_1`)

// hostile asks fuzzed questions, operators, and letters of every block.
func hostile(ctx context.Context, o options) error {
	c, err := start(ctx, o, "both")
	if err != nil {
		return err
	}
	defer c.stop()
	r := rand.New(rand.NewPCG(2, 2))
	var seen, cost []time.Duration
	spentOn := map[string]time.Duration{}
	status := map[int]int{}
	for i := range o.n {
		q := hostileText(r, i)
		if i < o.from || ctx.Err() != nil {
			continue
		}
		by := []string{"words", "both", "meaning"}[i%3]
		before, began := c.cpu(), time.Now()
		s, _, err := c.get(question(q, by))
		if err != nil {
			return fmt.Errorf("%q: %w", q, err)
		}
		took, spent := time.Since(began), c.cpu()-before
		if status[s]++; s >= 500 {
			fmt.Printf("%q: status %d\n", q, s)
		}
		seen, cost = append(seen, took), append(cost, spent)
		spentOn[by+" "+q] = spent
	}
	dearest(spentOn, 12)
	say("hostile", seen)
	say("processor time of the server", cost)
	fmt.Printf("statuses %v\n", status)
	return nil
}

func hostileText(r *rand.Rand, i int) string {
	var b bytes.Buffer
	switch i % 5 {
	case 0: // operators
		for b.Len() < 230 {
			b.WriteString(hostilePieces[r.IntN(len(hostilePieces))])
			if r.IntN(2) == 0 {
				b.WriteByte(' ')
			}
		}
	case 1: // letters of a block
		for base := rune(r.IntN(0x3000)) << 4; len([]rune(b.String())) < 60; {
			if c := base + rune(r.IntN(64)); unicode.IsPrint(c) || r.IntN(8) == 0 {
				b.WriteRune(c)
			}
		}
	case 2: // many words, short ones
		for b.Len() < 240 {
			fmt.Fprintf(&b, "%c%c ", 'a'+r.IntN(26), 'a'+r.IntN(26))
		}
	case 3: // bytes
		for range 100 {
			b.WriteByte(byte(r.Uint32()))
		}
	default: // many ORs of prefixes
		for b.Len() < 240 {
			fmt.Fprintf(&b, "%c* OR ", 'a'+r.IntN(26))
		}
	}
	return regexp.MustCompile(`[\r\n]`).ReplaceAllString(b.String(), " ")
}

// dearest prints the questions that took the most processor time.
func dearest(spent map[string]time.Duration, n int) {
	list := slices.SortedFunc(maps.Keys(spent), func(a, b string) int { return cmp.Compare(spent[b], spent[a]) })
	for _, q := range list[:min(n, len(list))] {
		fmt.Printf("%8.1f ms  %q\n", spent[q].Seconds()*1e3, q)
	}
}
