package cli

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"broadsheet/web/browsertest"
)

// demo starts the demo until the end of the test, and returns its address and what it
// says one can try.
func demo(t *testing.T) (base string, try []string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	said, out := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"demo", "--listen", "127.0.0.1:0", "--log", "error"}, World{Out: out, Err: io.Discard, Env: func(string) (string, bool) { return "", false }})
		out.Close()
	}()
	t.Cleanup(func() {
		stop()
		go io.Copy(io.Discard, said)
		if status := <-ended; status != 0 {
			t.Errorf("the demo ends with status %d", status)
		}
	})
	path := regexp.MustCompile(`(?:^|\s)(/[a-z]\S*)(?:\s|$)`)
	for lines := bufio.NewScanner(said); lines.Scan(); {
		var ok bool
		if base, ok = strings.CutPrefix(lines.Text(), "listening on "); ok {
			return base, try
		}
		if strings.HasPrefix(lines.Text(), "  ") {
			for _, part := range strings.Split(lines.Text(), "   ") {
				if m := path.FindStringSubmatch(part); m != nil {
					try = append(try, m[1])
				}
			}
		}
	}
	t.Fatal("the demo does not say where it listens")
	return "", nil
}

// TestDemo: every address that the demo names is there.
func TestDemo(t *testing.T) {
	t.Parallel()
	base, try := demo(t)
	if len(try) < 6 {
		t.Fatalf("the demo says: try %v", try)
	}
	for _, path := range try {
		answer, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != 200 || err != nil || len(body) < 1000 {
			t.Errorf("%s: status %d, %d bytes (%v)", path, answer.StatusCode, len(body), err)
		}
	}
}

// TestWalk goes through the demo's pages as a reader does, with and without script.
func TestWalk(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		t.Run(map[bool]string{true: "script", false: "none"}[script], func(t *testing.T) {
			tab := browsertest.Open(t)
			base, try := demo(t)
			if !script {
				tab.NoScript()
			}
			for _, path := range append(slices.Clone(try), "/", "/status", "/papers/trending") {
				if tab.Go(base + path); !strings.HasPrefix(path, "/api/") && (!tab.Has("h1") || strings.Contains(tab.Text("h1"), "Not in the record")) {
					t.Errorf("%s is no page", path)
				}
			}
			at := func(want string) {
				t.Helper()
				if got := strings.TrimPrefix(tab.Address(), base); got != want {
					t.Errorf("it is %s; want %s", got, want)
				}
			}
			tab.Go(base + "/papers/date/2026-04-14")
			tab.Click(".days a[rel=prev]")
			at("/papers/date/2026-04-13")
			tab.Click(".days a[href$='04-14']")
			at("/papers/date/2026-04-14")
			title := tab.Text("#t5 a")
			tab.Click("#t5 a")
			if tab.Text("h1") != title {
				t.Errorf("%q leads to the page of %q", title, tab.Text("h1"))
			}
			tab.Click(".kicker a[href*='/date/']")
			at("/papers/date/2026-04-14")
			tab.Click(".nav a[href*='/week/']")
			tab.Click(".cal h2 a")
			if !tab.Has("time[datetime='2026-04-13']") {
				t.Error("the first day of the week is not the 13th")
			}
			dark := "footer button[value=dark]"
			if script {
				tab.Press(dark)
			} else {
				tab.Click(dark)
			}
			tab.Wait("html[data-theme=dark]")
			if tab.Go(base + "/archive"); !tab.Has("html[data-theme=dark]") {
				t.Error("the theme holds for one page only")
			}
			tab.Type("#jn", "2")
			tab.Click("form[action='/archive'] button")
			at("/papers/date/2026-04-09")
		})
	}
}

// TestKeys reads an edition with the keyboard.
func TestKeys(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	base, _ := demo(t)
	tab.Go(base + "/papers/date/2026-04-14")
	for _, c := range []struct{ key, then string }{
		{"j", "#p1:focus-within"},
		{"j", "#p2:focus-within"},
		{"k", "#p1:focus-within"},
		{"k", "#p1:focus-within"},
		{"jjjj", "#p5:focus-within"},
		{"a", "#p5 details[open]"},
		{"a", "#p5 details:not([open])"},
		{"?", "dialog#keys[open]"},
		{"?", "#p5:focus-within"},
	} {
		tab.Keys(c.key)
		tab.Wait(c.then)
	}
	if tab.Has("dialog[open]") {
		t.Error("the list of keys stays open")
	}
	if tab.Has(".masthead input[type=search]") {
		tab.Keys("/")
		tab.Wait("input[type=search]:focus")
		tab.Keys("jjj")
		// The protocol types a character even when its key was taken by a handler.
		if strings.TrimPrefix(tab.Value("input[type=search]:focus"), "/") != "jjj" {
			t.Error("keys act inside a field")
		}
		tab.Go(base + "/papers/date/2026-04-14")
		tab.Keys("jjjjj")
		tab.Wait("#p5:focus-within")
	}
	title := tab.Text("#t5 a")
	if tab.Leave("o"); tab.Text("h1") != title {
		t.Errorf("o opens %q; want %q", tab.Text("h1"), title)
	}
	for keys, want := range map[string]string{"gd": "/", "gw": "/papers/week/2026-W16", "gm": "/papers/month/2026-04", "gt": "/papers/trending"} {
		if tab.Leave(keys); strings.TrimPrefix(tab.Address(), base) != want {
			t.Errorf("%s leads to %s; want %s", keys, tab.Address(), want)
		}
	}
}
