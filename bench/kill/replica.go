package main

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed haproxy.cfg
var haproxyConfig string

// replicas are equal servers behind HAProxy.
type replicas struct {
	dir, program string
	args         []string
	host         string // of HAProxy and of the replicas that are not cut off
	ports        []int
	island       *island // where the last replica runs; nil for none
	running      []*exec.Cmd
	haproxy      *exec.Cmd
	socket       string
	listen       int
}

func (r *replicas) address(i int) string {
	host := r.host
	if r.apart(i) {
		host = islandHost
	}
	return host + ":" + strconv.Itoa(r.ports[i])
}

// apart reports whether a replica runs on the island.
func (r *replicas) apart(i int) bool { return r.island != nil && i == len(r.ports)-1 }

// start starts one of them. It does not wait until it is ready.
func (r *replicas) start(i int) error {
	log, err := os.OpenFile(filepath.Join(r.dir, fmt.Sprintf("replica%d.log", i)), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	line := append([]string{r.program, "serve", "--data", filepath.Join(r.dir, fmt.Sprintf("data%d", i)), "--listen", r.address(i)}, r.args...)
	if r.apart(i) {
		line = append([]string{"ip", "netns", "exec", islandName}, line...)
	}
	cmd := exec.Command(line[0], line[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	r.running[i] = cmd
	return nil
}

func (r *replicas) kill(i int) error {
	if err := r.running[i].Process.Kill(); err != nil {
		return err
	}
	r.running[i].Wait()
	return nil
}

func (r *replicas) ready(i int) bool { return answers("http://" + r.address(i) + "/readyz") }

func answers(url string) bool {
	c := http.Client{Timeout: 2 * time.Second}
	w, err := c.Get(url)
	if err != nil {
		return false
	}
	w.Body.Close()
	return w.StatusCode == http.StatusOK
}

// open starts all of them and HAProxy.
func (r *replicas) open(ctx context.Context) error {
	r.running = make([]*exec.Cmd, len(r.ports))
	var servers, backups []string
	for i := range r.ports {
		if err := r.start(i); err != nil {
			return err
		}
		servers = append(servers, fmt.Sprintf("    server replica%d %s", i, r.address(i)))
		backups = append(backups, fmt.Sprintf("    server replica%d-unasked %s no-check backup", i, r.address(i)))
	}
	r.socket = filepath.Join(r.dir, "admin.sock")
	config := strings.NewReplacer("@SOCKET@", r.socket, "@LISTEN@", r.host+":"+strconv.Itoa(r.listen),
		"@REPLICAS@", strings.Join(servers, "\n"), "@BACKUPS@", strings.Join(backups, "\n")).Replace(haproxyConfig)
	file := filepath.Join(r.dir, "haproxy.cfg")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		return err
	}
	for i := range r.ports {
		if err := until(ctx, time.Minute, r.address(i)+" is ready", func() bool { return r.ready(i) }); err != nil {
			return err
		}
	}
	r.haproxy = exec.Command("haproxy", "-db", "-f", file)
	r.haproxy.Stderr = os.Stderr
	if err := r.haproxy.Start(); err != nil {
		return fmt.Errorf("haproxy (Debian: apt-get install haproxy): %w", err)
	}
	return until(ctx, 20*time.Second, "HAProxy answers", func() bool { return answers(r.base() + "/healthz") })
}

func (r *replicas) base() string { return "http://" + r.host + ":" + strconv.Itoa(r.listen) }

// tell gives HAProxy a command.
func (r *replicas) tell(command string) error {
	conn, err := net.Dial("unix", r.socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, command+"\n"); err != nil {
		return err
	}
	said, err := io.ReadAll(bufio.NewReader(conn))
	if text := strings.TrimSpace(string(said)); err == nil && text != "" {
		return fmt.Errorf("HAProxy says of %q: %s", command, text)
	}
	return err
}

// hide takes a replica from HAProxy's view, with its connections; show gives it back.
func (r *replicas) hide(i int) error {
	if err := r.tell(fmt.Sprintf("set server replicas/replica%d state maint", i)); err != nil {
		return err
	}
	return r.tell(fmt.Sprintf("shutdown sessions server replicas/replica%d", i))
}

func (r *replicas) show(i int) error {
	return r.tell(fmt.Sprintf("set server replicas/replica%d state ready", i))
}

func (r *replicas) stop() {
	for _, cmd := range append(r.running, r.haproxy) {
		if cmd != nil && cmd.ProcessState == nil {
			cmd.Process.Signal(syscall.SIGTERM)
			cmd.Wait()
		}
	}
}
