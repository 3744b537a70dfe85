package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
)

// startTimeout bounds the wait for a throw-away cluster to answer.
const startTimeout = 60 * time.Second

// postgresServer is the URL of a server where databases may be created, started
// at most once for the test process.
var postgresServer = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("BOCAGE_TEST_POSTGRES"); dsn != "" {
		return dsn, nil
	}
	return startCluster()
})

// Server is the URL of a PostgreSQL server where databases may be created: that
// of BOCAGE_TEST_POSTGRES, else a throw-away cluster that ends with this process.
func Server() (string, error) { return postgresServer() }

var databases atomic.Int64

// newDatabase creates a database for a test and drops it with it. With are words
// at the end of the command, "" for an empty database.
func newDatabase(t testing.TB, server, with string) string {
	t.Helper()
	name := fmt.Sprintf("bocage_test_%d_%d", os.Getpid(), databases.Add(1))
	admin := func(query string) error {
		db, err := sql.Open("pgx", server)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(context.Background(), query)
		return errors.Join(err, db.Close())
	}
	if err := admin("CREATE DATABASE " + name + with); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if err := admin("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Logf("drop database: %v", err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("BOCAGE_TEST_POSTGRES: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

// startCluster makes a cluster in a temporary directory on a free loopback port,
// without durability. A watcher process ends it when the test process is gone,
// however that ends: there is no hook for the end of a test process, and a
// killed one has none at all.
func startCluster() (string, error) {
	initdb, err := findProgram("initdb")
	if err != nil {
		return "", err
	}
	postgres, err := findProgram("postgres")
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "bocage-pg-")
	if err != nil {
		return "", err
	}
	as, err := serverUser()
	if err != nil {
		return "", err
	}
	if err := as.own(dir); err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	init := exec.Command(initdb, "-D", data, "-U", "bocage", "--auth=trust", "-E", "UTF8", "--locale=C", "-N")
	as.run(init)
	init.Dir = dir
	if out, err := init.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	server := exec.Command("sh", "-c", watcher, "sh", strconv.Itoa(os.Getpid()), dir, postgres,
		"-D", data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=400",
		"-c", "shared_buffers=64MB", "-c", "autovacuum=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0")
	as.run(server)
	server.Dir = dir
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return "", err
	}
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		return "", fmt.Errorf("start postgres: %w", err)
	}
	dsn := fmt.Sprintf("postgres://bocage@127.0.0.1:%d/postgres?sslmode=disable", port)
	if err := waitFor(dsn); err != nil {
		text, _ := os.ReadFile(filepath.Join(dir, "log")) // for the message only
		return "", fmt.Errorf("postgres does not answer: %w: %s", err, text)
	}
	return dsn, nil
}

// watcher runs "$3…" until the process $1 is gone, then stops it and removes $2.
const watcher = `parent=$1; dir=$2; shift 2
"$@" & child=$!
trap 'kill -INT $child' TERM INT
while kill -0 $parent 2>/dev/null || [ -d /proc/$parent ]; do
	kill -0 $child 2>/dev/null || break
	sleep 0.5
done
kill -INT $child 2>/dev/null; wait $child; rm -rf "$dir"`

// findProgram looks for a program on PATH, then where Debian keeps PostgreSQL,
// newest version first.
func findProgram(name string) (string, error) {
	if p, err := exec.LookPath(name); err == nil {
		return p, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("PostgreSQL is not here: no %s (set BOCAGE_TEST_POSTGRES, or install it)", name)
	}
	sort.Strings(found)
	return found[len(found)-1], nil
}

// waitFor returns when the server answers.
func waitFor(dsn string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	for {
		if err = db.PingContext(ctx); err == nil {
			return db.Close()
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, db.Close())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// account is who runs the server: PostgreSQL refuses to run as root. The zero
// value is the current user.
type account struct{ uid, gid int }

func serverUser() (account, error) {
	if os.Getuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		return account{uid, gid}, errors.Join(err1, err2)
	}
	return account{}, errors.New("no user postgres or nobody to run PostgreSQL as")
}

func (a account) own(dir string) error {
	if a == (account{}) {
		return nil
	}
	return os.Chown(dir, a.uid, a.gid)
}
