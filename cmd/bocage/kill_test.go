package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/app/fedtest"
	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

type discard struct{}

// Write drops b.
func (*discard) Write(b []byte) (int, error) { return len(b), nil }

func words(name string) []string { return strings.Fields(name) }

// process is a `bocage serve` that can be killed and started again.
type process struct {
	t        *testing.T
	url      string
	listen   string
	database string
	cmd      *exec.Cmd
}

func newProcess(t *testing.T, engine string) *process {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, url: "http://localhost:" + port, listen: "localhost:" + port, database: storetest.URL(t, engine)}
	t.Cleanup(p.kill)
	return p
}

func (p *process) settings() []string {
	return []string{"--url", p.url, "--listen", p.listen, "--database", p.database, "--data-dir", p.t.TempDir(),
		"--debounce", "1s"} // edits that rest must outlive a kill too
}

// start runs the server and waits for its ready line.
func (p *process) start() {
	p.t.Helper()
	p.cmd = exec.Command("bocage", append([]string{"serve"}, p.settings()...)...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "ready: ") {
		p.t.Fatalf("serve said %q, %v", line, err)
	}
}

// kill ends the server as a power cut would.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill() // it may be dead already
	_ = p.cmd.Wait()         // "signal: killed" is what we did
	p.cmd = nil
}

// open is the instance's database through another process: this one.
func (p *process) open() *app.App {
	p.t.Helper()
	cfg := config.Default()
	cfg.URL, cfg.URLDefault, cfg.Database, cfg.DataDir = p.url, false, p.database, p.t.TempDir()
	cfg.Debounce = time.Second
	a, err := app.New(p.t.Context(), cfg, app.Options{Offline: true, Claim: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = a.Close() }) // the test is over
	return a
}

// TestKill kills both instances at random moments of a backfill and of a burst
// of edits; in the end the follower holds exactly what the other publishes.
func TestKill(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			pa, pb := newProcess(t, engine), newProcess(t, engine)
			a, b := pa.open(), pb.open()
			org, err := a.Ledger.CreateOrganisation(ctx, system, directory.Entry{Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
			if err != nil {
				t.Fatal(err)
			}
			res, err := a.Ledger.Upsert(ctx, system, fedtest.Gardens(org.ID, 700), ledger.UpsertOptions{})
			if err != nil {
				t.Fatal(err)
			}
			pa.start()
			pb.start()
			if out, err := exec.Command("bocage", append([]string{"follow", pa.url}, pb.settings()...)...).CombinedOutput(); err != nil {
				t.Fatalf("follow: %v\n%s", err, out)
			}
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			rng := rand.New(rand.NewPCG(seed, 7))
			edited := burst(ctx, a, res)
			for n := range 6 {
				pause(ctx, time.Duration(100+rng.IntN(600))*time.Millisecond)
				victim := pb
				if n%3 == 2 {
					victim = pa
				}
				victim.kill()
				victim.start()
			}
			if err := <-edited; err != nil {
				t.Fatalf("edits: %v", err)
			}
			converge(ctx, t, a, b, pa.url)
		})
	}
}

// pause is a random moment of the story, not a wait for something to happen.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// burst edits and deletes entries while servers live and die.
func burst(ctx context.Context, a *app.App, res []ledger.UpsertResult) <-chan error {
	done := make(chan error, 1)
	go func() {
		for n := range 60 {
			id := res[n*7].ID
			if n%10 == 9 {
				if err := a.Ledger.Delete(ctx, system, id, "test"); err != nil {
					done <- err
					return
				}
				continue
			}
			_, err := a.Ledger.Edit(ctx, system, id, func(e *directory.Entry) error {
				e.Name["fr"] = fmt.Sprintf("Nom numéro %d", n)
				return nil
			})
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	return done
}

// convergeLimit is what "within seconds" means on a machine that runs other
// suites beside this one, with the race detector; a lease of minutes that a
// killed process left behind is longer.
const convergeLimit = 2 * time.Minute

// converge waits until b holds exactly what a publishes.
func converge(ctx context.Context, t *testing.T, a, b *app.App, origin string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, convergeLimit)
	defer cancel()
	var want, got map[string]string
	err := fedtest.Wait(ctx, func() (bool, error) {
		var err error
		if want, err = hashesOf(ctx, a, directory.OriginLocal); err != nil {
			return false, err
		}
		if got, err = hashesOf(ctx, b, origin); err != nil || len(got) != len(want) {
			return false, err
		}
		for uri, hash := range want {
			if got[uri] != hash {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		wrong := 0
		for uri, hash := range want {
			if got[uri] != hash {
				wrong++
			}
		}
		t.Errorf("b holds %d of %d entries, %d missing or stale: %v", len(got), len(want), wrong, err)
	}
}

func hashesOf(ctx context.Context, a *app.App, origin string) (map[string]string, error) {
	es, err := a.Store.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Origin: origin}, Limit: store.MaxLimit})
	out := map[string]string{}
	for _, e := range es {
		out[e.URI] = e.Hash
	}
	return out, err
}
