package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// cluster is a PostgreSQL primary with a synchronous standby.
type cluster struct {
	dir, bin string
	host     string
	ports    [2]int
	primary  int // index of ports
	servers  [2]*exec.Cmd
	owner    *syscall.Credential // PostgreSQL refuses root; nil when we are somebody else
}

func (c *cluster) name(i int) string { return filepath.Join(c.dir, "pg"+strconv.Itoa(i)) }

// dsn names both servers, of which the one is taken that can be written to.
func (c *cluster) dsn() string {
	return fmt.Sprintf("postgres://broadsheet@%[1]s:%[2]d,%[1]s:%[3]d/broadsheet?sslmode=disable&target_session_attrs=read-write", c.host, c.ports[0], c.ports[1])
}

func (c *cluster) start(ctx context.Context) error {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return errors.New("PostgreSQL's programs are not in /usr/lib/postgresql (Debian: apt-get install postgresql)")
	}
	c.bin = filepath.Dir(found[len(found)-1])
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		c.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(c.dir, uid, gid); err != nil {
			return err
		}
	}
	if err := c.run(ctx, "initdb", "-D", c.name(0), "-U", "broadsheet", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"); err != nil {
		return err
	}
	settings := fmt.Sprintf("listen_addresses = '%s'\nunix_socket_directories = '%s'\nmax_connections = 200\nwal_level = replica\nhot_standby = on\nhot_standby_feedback = on\nwal_keep_size = 128MB\n", c.host, c.dir)
	f, err := os.OpenFile(filepath.Join(c.name(0), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(settings); err != nil {
		return err
	}
	f.Close()
	hba, err := os.OpenFile(filepath.Join(c.name(0), "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := hba.WriteString("host all all samenet trust\nhost replication all samenet trust\n"); err != nil {
		return err
	}
	hba.Close()
	if err := c.serve(ctx, 0); err != nil {
		return err
	}
	if err := c.sql(ctx, 0, "postgres", "CREATE DATABASE broadsheet"); err != nil {
		return err
	}
	return c.join(ctx)
}

func (c *cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, program), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner, Setpgid: true}
	return cmd
}

func (c *cluster) run(ctx context.Context, program string, args ...string) error {
	out, err := c.command(ctx, program, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, out)
	}
	return nil
}

func (c *cluster) sql(ctx context.Context, i int, database, statement string) error {
	return c.run(ctx, "psql", "-X", "-q", "-h", c.host, "-p", strconv.Itoa(c.ports[i]), "-U", "broadsheet", "-d", database, "-c", statement)
}

// serve starts a server and waits until it answers.
func (c *cluster) serve(ctx context.Context, i int) error {
	log, err := os.OpenFile(filepath.Join(c.dir, "pg"+strconv.Itoa(i)+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := c.command(context.WithoutCancel(ctx), "postgres", "-D", c.name(i), "-p", strconv.Itoa(c.ports[i]))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.servers[i] = cmd
	return until(ctx, 30*time.Second, "PostgreSQL answers", func() bool { return c.sql(ctx, i, "postgres", "SELECT 1") == nil })
}

// join makes the other server a standby of the primary, for whom commits wait.
func (c *cluster) join(ctx context.Context) error {
	i := 1 - c.primary
	if err := os.RemoveAll(c.name(i)); err != nil {
		return err
	}
	slot := "standby" + strconv.Itoa(i)
	_ = c.sql(ctx, c.primary, "postgres", "SELECT pg_drop_replication_slot('"+slot+"')")
	if err := c.run(ctx, "pg_basebackup", "-h", c.host, "-p", strconv.Itoa(c.ports[c.primary]), "-U", "broadsheet", "-D", c.name(i), "-X", "stream", "-c", "fast", "-R", "-C", "-S", slot); err != nil {
		return err
	}
	if err := c.serve(ctx, i); err != nil {
		return err
	}
	// Told to the primary only, after the copy: a promoted standby waits for nobody.
	if err := c.sql(ctx, c.primary, "postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'"); err != nil {
		return err
	}
	if err := c.sql(ctx, c.primary, "postgres", "SELECT pg_reload_conf()"); err != nil {
		return err
	}
	return until(ctx, 30*time.Second, "the standby is synchronous", func() bool {
		return c.sql(ctx, c.primary, "postgres", "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync') THEN RAISE EXCEPTION 'not yet'; END IF; END $$") == nil
	})
}

// failover kills the primary and promotes the standby.
func (c *cluster) failover(ctx context.Context) error {
	old := c.servers[c.primary]
	if err := old.Process.Kill(); err != nil { // the processes that it forked end by themselves
		return err
	}
	old.Wait()
	c.primary = 1 - c.primary
	return c.run(ctx, "pg_ctl", "promote", "-w", "-t", "30", "-D", c.name(c.primary))
}

func (c *cluster) stop() {
	for _, s := range c.servers {
		if s != nil && s.ProcessState == nil {
			s.Process.Signal(syscall.SIGQUIT)
			s.Wait()
		}
	}
}

// until waits for something to become true.
func until(ctx context.Context, patience time.Duration, what string, is func() bool) error {
	for end := time.Now().Add(patience); !is(); {
		if time.Now().After(end) {
			return fmt.Errorf("waited %s in vain until %s", patience, what)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}
