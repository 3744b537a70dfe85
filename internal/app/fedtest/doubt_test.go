package fedtest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// buried is two instances, the first of which follows the second, which is down and
// held to be dead. docs is what the second served, by path and query.
func buried(t *testing.T, engine string) (w *World, a, b *Instance, garden directory.Entry, docs map[string]page) {
	t.Helper()
	ctx := t.Context()
	w, a, b, garden = neighbours(t, engine)
	if _, err := a.App.Harvest.Follow(ctx, System, b.URL()+"/actor"); err != nil {
		t.Fatal(err)
	}
	acceptedBy(t, a, b)
	holds(t, a, b)
	org, err := b.Organisation(ctx)
	if err != nil {
		t.Fatal(err)
	}
	docs = map[string]page{}
	for _, path := range []string{"/actor", "/entries/" + org.ID, "/events/" + garden.ID, "/.well-known/nodeinfo"} {
		status, body, err := b.Fetch(ctx, path, federation.ContentType)
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %v", path, status, err)
		}
		docs[path] = page{federation.ContentType, body}
	}
	// It last ran two hours ago, as far as it knows.
	err = b.App.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.PutSetting(ctx, "harvest.alive", time.Now().Add(-2*time.Hour).UTC().Format(time.RFC3339))
	})
	if err == nil {
		err = b.Down()
	}
	if err == nil {
		err = a.App.Harvest.DeclareDead(ctx, System, b.URL(), "story")
	}
	if err != nil {
		t.Fatal(err)
	}
	return w, a, b, garden, docs
}

// page is an answer of a server that only repeats what another one said.
type page struct {
	media string
	body  []byte
}

// TestHonestReturn: an instance that was held to be dead is back, with an entry
// changed and another deleted meanwhile: it is believed without anybody's help.
func TestHonestReturn(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			storetest.Need(t, engine)
			ctx := t.Context()
			w, a, b, garden, _ := buried(t, engine)
			w.net.weather.part(host("a"), host("b"), true)
			if err := b.Up(); err != nil {
				t.Fatal(err)
			}
			if err := b.App.Ledger.Delete(ctx, System, garden.ID, "over"); err != nil {
				t.Fatal(err)
			}
			w.net.weather.part(host("a"), host("b"), false)
			holds(t, a, b)
			eventually(t, "the end of the doubt", func() (bool, error) {
				d, err := a.App.Store.Doubt(ctx, b.URL())
				return !d.Any(), err
			})
			log, err := a.App.Store.AuditOf(ctx, b.URL(), 10)
			if err != nil || len(log) == 0 || log[0].Verb != "origin.proven" {
				t.Errorf("log: %+v, %v", log, err)
			}
			if qs, err := a.App.Moderation.Quarantines(ctx); err != nil || len(qs) > 0 {
				t.Errorf("quarantine: %+v, %v", qs, err)
			}
		})
	}
}

// TestQuietReturn: a server that says nothing when it is back is asked, and is
// believed once it answers.
func TestQuietReturn(t *testing.T) {
	ctx := t.Context()
	_, a, b, _, _ := buried(t, storetest.Engines[0])
	if err := b.Up(); err != nil {
		t.Fatal(err)
	}
	if err := b.App.Store.Write(ctx, func(tx *store.Tx) error { return tx.PeerGreeted(ctx, a.URL(), time.Time{}) }); err != nil {
		t.Fatal(err)
	}
	if err := a.App.Harvest.Resync(ctx, System, b.URL(), "look"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end of the doubt", func() (bool, error) {
		d, err := a.App.Store.Doubt(ctx, b.URL())
		return !d.Any(), err
	})
	holds(t, a, b)
}

// squat answers at the name of an instance that is down with what it once served,
// says of everything else that it is gone, and lists nothing.
func squat(t *testing.T, w *World, b *Instance, docs map[string]page) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	answer := func(w http.ResponseWriter, media string, v any) {
		w.Header().Set("Content-Type", media)
		_ = json.NewEncoder(w).Encode(v) // the reader is the code under test
	}
	mux.HandleFunc("GET /actor/catalog", func(w http.ResponseWriter, _ *http.Request) {
		var stones []object
		for path := range docs {
			if strings.HasPrefix(path, "/events/") {
				stones = append(stones, object{"type": "Tombstone", "id": b.URL() + path})
			}
		}
		answer(w, federation.ContentType, object{"id": b.URL() + "/actor/catalog", "type": "OrderedCollectionPage", "orderedItems": stones})
	})
	mux.HandleFunc("GET /actor/digest", func(w http.ResponseWriter, _ *http.Request) {
		var none federation.Digest
		answer(w, "application/json", object{"count": 0, "seq": 0, "algo": "xor-sha256-v1", "buckets": none.Buckets()})
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		p, ok := docs[r.URL.Path]
		if !ok || strings.HasPrefix(r.URL.Path, "/events/") {
			w.WriteHeader(http.StatusGone)
			return
		}
		w.Header().Set("Content-Type", p.media)
		_, _ = w.Write(p.body)
	})
	l, err := w.net.listen(host(b.name))
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
}

// passes waits until a has gone over b's catalogue so many times more.
func passes(t *testing.T, a, b *Instance, n int) {
	t.Helper()
	ctx := t.Context()
	for range n {
		before := a.world.net.requests(http.MethodGet, b)
		if err := a.App.Harvest.Resync(ctx, System, b.URL(), "look"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "a pass", func() (bool, error) {
			f, err := a.App.Store.Following(ctx, a.URL()+"/actor", b.URL()+"/actor")
			return a.world.net.requests(http.MethodGet, b) > before && (f.LastError != "" || f.Synced.After(time.Now().Add(-time.Minute))), err
		})
	}
}

// TestBoughtName: somebody buys the name of a dead instance and serves its old actor
// as it was: nothing that nobody signs is believed, and after a week an administrator
// is asked.
func TestBoughtName(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			storetest.Need(t, engine)
			ctx := t.Context()
			w, a, b, garden, docs := buried(t, engine)
			squat(t, w, b, docs)
			stays := func(when string) {
				t.Helper()
				e, err := a.App.Store.EntryByURI(ctx, garden.URI)
				if err != nil || e.Status != directory.StatusPublished {
					t.Fatalf("%s: %s, %v", when, e.Status, err)
				}
			}
			passes(t, a, b, 3)
			stays("at once")
			if _, err := a.App.Store.QuarantineOf(ctx, b.URL()); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("quarantine at once: %v", err)
			}
			weekLater(t, a)
			eventually(t, "the quarantine", func() (bool, error) {
				q, err := a.App.Store.QuarantineOf(ctx, b.URL())
				return err == nil && q.Cause == store.CauseUnproven && q.Actor == b.URL()+"/actor", nil
			})
			stays("in quarantine")
			d := sitDown(t, a)
			has(t, d.read("/admin/moderation"), "it shows its old key and has signed nothing", "Believe its key")
			if err := a.App.Harvest.AcceptKey(ctx, System, b.URL(), "they called"); err != nil {
				t.Fatal(err)
			}
			eventually(t, "what it says, once it is believed", func() (bool, error) {
				_, err := a.App.Store.EntryByURI(ctx, garden.URI)
				return errors.Is(err, directory.ErrGone), nil
			})
		})
	}
}

// weekLater starts an instance again eight days later.
func weekLater(t *testing.T, i *Instance) {
	t.Helper()
	if err := i.Down(); err != nil {
		t.Fatal(err)
	}
	i.skew += 8 * 24 * time.Hour
	if err := i.Up(); err != nil {
		t.Fatal(err)
	}
}
