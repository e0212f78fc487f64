package cli_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"broadsheet/cli"
	"broadsheet/harvest/oaitest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"broadsheet": func() { os.Exit(cli.Main(os.Args[1:], cli.System())) }})
}

// TestScripts runs the program as people do: testdata/script holds what they type and
// what they see. Beside testscript's own commands there are
//
//	exits CODE COMMAND...    runs the program and expects that exit status
//	up COMMAND...            starts the program, and waits until it listens
//	get STATUS PATH WORDS... asks it for a page, which holds these words
//	wait-for PATH WORDS      asks it for a page until it holds these words
//	down [CODE]              tells it to stop, and expects an exit status
func TestScripts(t *testing.T) {
	t.Parallel()
	now := time.Now()
	arxiv := oaitest.New(t, oaitest.Papers(1, 400, now.AddDate(0, 0, -9), now.AddDate(0, 0, -4)), oaitest.Faults{})
	arxiv.SetDay(now.AddDate(0, 0, -4).Format(time.DateOnly)) // long enough ago for what is not held to be missing
	dead := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not for you", http.StatusForbidden) }))
	t.Cleanup(dead.Close)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("ARXIV", arxiv.URL)
			e.Setenv("DEAD", dead.URL)
			e.Values[runningKey{}] = &running{}
			e.Defer(e.Values[runningKey{}].(*running).kill)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "up": up, "get": get, "wait-for": waitFor, "down": down},
	})
}

type runningKey struct{}

// running is the program that a script has started.
type running struct {
	command *exec.Cmd
	base    string
	says    lockedBuffer
}

func (r *running) kill() {
	if r.command != nil {
		r.command.Process.Kill()
		r.command.Wait() // it was killed: that is what its status says
		r.command = nil
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d\n%s%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

func up(ts *testscript.TestScript, _ bool, args []string) {
	r := ts.Value(runningKey{}).(*running)
	program := args[0]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, args[0])); err == nil {
			program = filepath.Join(dir, args[0])
			break
		}
	}
	r.command = exec.Command(program, args[1:]...)
	r.command.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "ARXIV"} {
		r.command.Env = append(r.command.Env, name+"="+ts.Getenv(name))
	}
	r.command.Stderr = &r.says
	out, err := r.command.StdoutPipe()
	ts.Check(err)
	ts.Check(r.command.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&r.says, lines.Text())
		if address, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			r.base = address
			ts.Setenv("SERVER", address)
			go io.Copy(&r.says, out)
			return
		}
	}
	r.command.Wait()
	ts.Fatalf("it does not listen:\n%s", r.says.String())
}

func page(ts *testscript.TestScript, path string) (int, string) {
	a, err := http.Get(ts.Value(runningKey{}).(*running).base + path)
	ts.Check(err)
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	ts.Check(err)
	return a.StatusCode, string(body)
}

func get(ts *testscript.TestScript, _ bool, args []string) {
	status, body := page(ts, args[1])
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("%s answers %d:\n%.2000s", args[1], status, body)
	}
	for _, words := range args[2:] {
		if !strings.Contains(body, words) {
			ts.Fatalf("%s does not say %q:\n%.2000s", args[1], words, body)
		}
	}
}

func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	var body string
	for range 600 {
		if _, body = page(ts, args[0]); strings.Contains(body, args[1]) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s never says %q; at last:\n%.2000s\n%s", args[0], args[1], body, ts.Value(runningKey{}).(*running).says.String())
}

func down(ts *testscript.TestScript, _ bool, args []string) {
	r := ts.Value(runningKey{}).(*running)
	if len(args) > 1 && args[1] == "gently" { // the script wants to look at it while it stops
		ts.Check(r.command.Process.Signal(syscall.SIGTERM))
		return
	}
	r.command.Process.Signal(syscall.SIGTERM) // it may have stopped already
	r.command.Wait()                          // its status is looked at below
	code := r.command.ProcessState.ExitCode()
	says := r.says.String()
	r.command = nil
	io.WriteString(ts.Stdout(), says)
	if want := append(args, "0")[0]; strconv.Itoa(code) != want {
		ts.Fatalf("exit status %d, want %s:\n%s", code, want, says)
	}
}
