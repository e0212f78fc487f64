// Mail measures the composing of digests and the handing over of letters.
//
//	go run ./mail compose MONTH.jsonl.zst...     for 25,000, 50,000 and 100,000 readers
//	go run ./mail handover [POSTGRES-DSN]        beside net/smtp and go-mail, to one sink;
//	                                             with a PostgreSQL server beside listmonk too
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) > 1 && args[0] == "compose":
		return compose(ctx, args[1:])
	case len(args) == 3 && args[0] == "compose-one": // a process of its own, for its memory
		n, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return composeOne(ctx, n, args[2])
	case len(args) == 1 && args[0] == "handover":
		return handover(ctx, "")
	case len(args) == 2 && args[0] == "handover":
		return handover(ctx, args[1])
	case len(args) == 1 && args[0] == "sink":
		return sink()
	}
	return fmt.Errorf("usage: go run ./mail compose MONTH.jsonl.zst... | handover [POSTGRES-DSN]")
}

// spent is the processor time of this process so far.
func spent() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak is the most memory that this process had.
func peak() string {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return fmt.Sprintf("%d MB (of the heap)", m.Sys>>20)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return fmt.Sprintf("%d MB", kb>>10)
		}
	}
	return "unknown"
}
