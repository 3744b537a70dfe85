// Package app builds the program: it is the one place that knows every
// package. All routes are on one page here, with the middleware, the static
// assets, the choice between page and ActivityPub document, the table that
// turns errors into answers, and the workers that run beside the server.
//
// What belongs: wiring. What does not: any behaviour of the directory. Package
// cmd/bocage calls it, and so do tests of whole instances (fedtest).
package app

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/admin"
	"codeberg.org/bocage/bocage/internal/api"
	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/inbox"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/resource"
	"codeberg.org/bocage/bocage/internal/site"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/view"
	"codeberg.org/bocage/bocage/internal/vocab"
	"codeberg.org/bocage/bocage/web"
)

// Options are what tests and commands choose; the zero value is for serving.
type Options struct {
	Logger *slog.Logger     // nil = slog.Default()
	Clock  func() time.Time // nil = time.Now
	// Client reaches other servers; nil makes the guarded one.
	Client *http.Client
	// Offline leaves out what only a server needs, for commands that are over
	// in a moment: the indexes, the pages, the workers.
	Offline bool
	// Claim writes the instance's URL into a database that has none yet: what is
	// made from now on carries it.
	Claim bool
	// DeliverPoll and ViewPoll are how often another process's work is looked
	// for; 0 = the packages' own.
	DeliverPoll, ViewPoll time.Duration
	// HarvestInterval is the time between re-pulls of one source; 0 = the package's own.
	HarvestInterval time.Duration
	// Basemap, when not nil, saves reading it again; instances may share one.
	Basemap *basemap.Basemap
}

// App is one instance, built. Its exported parts are for commands and tests.
type App struct {
	Config     config.Config
	Store      *store.Store
	Keyring    *keyring.Keyring
	Env        vocab.Env
	View       *view.View
	Ledger     *ledger.Ledger
	Auth       *auth.Auth
	Actors     *peer.Actors
	Moderation *moderation.Moderation
	Harvest    *harvest.Harvester
	Publisher  *outbox.Publisher
	// Discussions is what the fediverse says about our entries.
	Discussions *discussion.Discussions

	log       *slog.Logger
	clock     func() time.Time
	client    *federation.Client
	deliverer *outbox.Deliverer
	applier   *jobs.Runner // applies what was received, many at a time
	runner    *jobs.Runner // tells others and deletes
	gatherer  *jobs.Runner // harvests, which takes minutes and must hold up nothing
	inbox     *inbox.Inbox
	resource  *resource.Handlers
	site      *site.Site
	admin     *admin.Admin
	api       *api.API
	assets    *assets
	ground    ground
	handler   http.Handler
}

// New opens and migrates the database and builds the instance on it. Close it.
func New(ctx context.Context, cfg config.Config, opt Options) (*App, error) {
	a := &App{Config: cfg, log: opt.Logger, clock: opt.Clock}
	if a.log == nil {
		a.log = slog.Default()
	}
	if a.clock == nil {
		a.clock = time.Now
	}
	if err := a.openStore(ctx); err != nil {
		return nil, err
	}
	if err := a.settleURL(ctx, opt.Claim); err != nil {
		_ = a.Store.Close() // the first error says more
		return nil, err
	}
	err := a.build(ctx, opt)
	if err == nil && opt.Claim {
		err = a.openKeys(ctx)
	}
	if err != nil {
		_ = a.Store.Close() // the first error says more
		return nil, err
	}
	return a, nil
}

func (a *App) openStore(ctx context.Context) error {
	st, err := openStore(ctx, a.Config, store.Options{Clock: a.clock, Logger: a.log})
	if err != nil {
		return err
	}
	if _, _, err := st.Migrate(ctx); err != nil {
		_ = st.Close() // the first error says more
		return err
	}
	a.Store = st
	return nil
}

func openStore(ctx context.Context, cfg config.Config, opt store.Options) (*store.Store, error) {
	if path, ok := strings.CutPrefix(cfg.Database, "sqlite:"); ok {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return nil, fmt.Errorf("data directory: %w", err)
		}
	}
	st, err := store.Open(ctx, cfg.Database, opt)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return st, nil
}

// Migrate brings the database of a configuration to the newest schema and
// returns the versions before and after.
func Migrate(ctx context.Context, cfg config.Config, log *slog.Logger) (from, to int, err error) {
	st, err := openStore(ctx, cfg, store.Options{Logger: log})
	if err != nil {
		return 0, 0, err
	}
	from, to, err = st.Migrate(ctx)
	if cerr := st.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("close database: %w", cerr)
	}
	return from, to, err
}

// urlSetting is the store's key for the URL that the database's ids carry.
const urlSetting = "instance.url"

// settleURL refuses a database that belongs to another URL, since every id in
// it carries that one, and takes the database's URL when none was configured.
func (a *App) settleURL(ctx context.Context, claim bool) error {
	known, err := a.Store.Setting(ctx, urlSetting)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("instance URL: %w", err)
	}
	switch {
	case known == "" && claim:
		return a.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutSetting(ctx, urlSetting, a.Config.URL) })
	case known == "" || known == a.Config.URL:
		return nil
	case a.Config.URLDefault:
		a.Config.URL = known
		return nil
	}
	return fmt.Errorf("this database is that of %s and cannot serve %s: %w", known, a.Config.URL, directory.ErrConflict)
}

// build wires the packages, lower floors first.
func (a *App) build(ctx context.Context, opt Options) error {
	client := opt.Client
	if client == nil {
		var err error
		if client, err = a.guardedClient(); err != nil {
			return err
		}
	}
	a.client = &federation.Client{HTTP: client, Clock: a.clock, UserAgent: "Bocage/" + Version() + " (+" + a.Config.URL + ")",
		Learned: a.learnForm, Recall: a.recallForm}
	a.Moderation = moderation.New(a.Store, a.clock)
	if _, err := a.Moderation.Approval(ctx, a.Store.Reader); err != nil {
		return err
	}
	a.Env = vocab.Env{Base: a.Config.URL, InstanceName: a.Config.Name, Approves: a.Moderation.ApprovesFollowers}
	a.Keyring = keyring.New(a.Store, []byte(a.Config.Secret), rand.Reader)
	a.Keyring.Clock = a.clock
	a.View = view.New(view.Config{Store: a.Store, Clock: a.clock, Logger: a.log, Poll: opt.ViewPoll})
	a.Publisher = outbox.New(outbox.Config{Store: a.Store, Keyring: a.Keyring, Env: a.Env, Moderation: a.Moderation,
		Posts:    outbox.Limits{Hour: a.Config.PostsPerHour, Day: a.Config.PostsPerDay},
		Debounce: a.Config.Debounce, Deliver: func() { a.deliverer.Notify() }, Clock: a.clock, Logger: a.log})
	a.Moderation.Approving = a.Publisher.UpdateInstance
	a.deliverer = outbox.NewDeliverer(outbox.DelivererConfig{Store: a.Store, Keyring: a.Keyring, Client: a.client,
		Greet: a.Publisher.Greet, Clock: a.clock, Poll: opt.DeliverPoll, Logger: a.log})
	a.applier = &jobs.Runner{DB: a.Store.Jobs(), Clock: a.clock, Logger: a.log, Workers: inbox.Workers}
	a.runner = &jobs.Runner{DB: a.Store.Jobs(), Clock: a.clock, Logger: a.log}
	a.gatherer = &jobs.Runner{DB: a.Store.Jobs(), Clock: a.clock, Logger: a.log}
	a.Ledger = ledger.New(ledger.Config{Store: a.Store, Keyring: a.Keyring, Env: a.Env, Publisher: a.Publisher,
		Judge: a.Moderation, Clock: a.clock, Logger: a.log, Changed: a.View.Notify, Deliver: a.deliverer.Notify})
	a.Discussions = discussion.New(discussion.Config{Store: a.Store, Publisher: a.Publisher, Moderation: a.Moderation,
		Env: a.Env, Clock: a.clock, Deliver: a.deliverer.Notify})
	a.Actors = peer.NewActors(peer.ActorsConfig{Store: a.Store, Client: a.client, Clock: a.clock,
		Sign: func(ctx context.Context) (federation.Signer, error) {
			return a.Keyring.Signer(ctx, keyring.Instance, a.Env.InstanceURI())
		}, KeyChanged: a.Moderation.KeyChanged, Ask: a.Moderation.Ask})
	a.Harvest = harvest.New(harvest.Config{Store: a.Store, Actors: a.Actors, Client: a.client, Moderation: a.Moderation,
		Publisher: a.Publisher, Ledger: a.Ledger, Env: a.Env, Clock: a.clock, Logger: a.log,
		Wake: a.gatherer.Notify, Deliver: a.deliverer.Notify, Changed: a.View.Notify, Interval: opt.HarvestInterval})
	a.gatherer.Handlers = a.Harvest.Jobs()
	maps.Copy(a.gatherer.Handlers, a.Ledger.MapJobs())
	var err error
	if a.Auth, err = auth.New(auth.Config{Store: a.Store, Base: a.Config.URL, Clock: a.clock}); err != nil {
		return err
	}
	if opt.Offline {
		return nil
	}
	return a.buildDoors(ctx, opt)
}

// buildDoors makes what answers requests.
func (a *App) buildDoors(ctx context.Context, opt Options) error {
	if err := a.View.Load(ctx); err != nil {
		return err
	}
	a.buildInbox()
	a.resource = resource.New(resource.Config{Store: a.Store, Env: a.Env, Clock: a.clock, Version: Version(),
		Keys: func(ctx context.Context, owner string) (vocab.Keys, error) {
			p, err := a.Keyring.Pair(ctx, owner)
			return p.Public, err
		}})
	base := opt.Basemap
	if base == nil {
		var err error
		if base, err = basemap.Load(web.Geodata()); err != nil {
			return fmt.Errorf("basemap: %w", err)
		}
	}
	var err error
	if a.ground, err = openGround(a.Config); err != nil {
		return err
	}
	if err := a.keepStyle(); err != nil {
		return err
	}
	if warning := a.ground.source.Warning(); warning != "" {
		a.log.WarnContext(ctx, "basemap: "+warning)
	}
	manifest, err := web.LoadManifest()
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		a.log.WarnContext(ctx, "pages have no styles and scripts: the front end was not built", "fix", "make build")
	}
	places, err := gazetteer.Load()
	if err != nil {
		return fmt.Errorf("gazetteer: %w", err)
	}
	pages, err := page.New(page.Config{URL: a.Config.URL, InstanceName: a.Config.Name, Auth: a.Auth, Manifest: manifest,
		MayContribute: true, ThirdParty: a.ground.source.Origin != "", Clock: a.clock})
	if err != nil {
		return err
	}
	a.site, err = site.New(site.Config{Moderation: a.Moderation, Store: a.Store, Discussions: a.Discussions, View: a.View, Pages: pages, Ledger: a.Ledger, Harvest: a.Harvest, Auth: a.Auth, Basemap: base, Ground: a.ground.shown,
		Gazetteer: places, Client: a.client, Env: a.Env, Clock: a.clock,
		Description: a.Config.Summary, Contact: a.Config.ContactEmail, Version: Version(), Logger: a.log})
	if err != nil {
		return err
	}
	a.admin = admin.New(admin.Config{Env: a.Env, Discussions: a.Discussions, Store: a.Store, Pages: pages, Clock: a.clock, Logger: a.log, Moderation: a.Moderation, Ledger: a.Ledger, Harvest: a.Harvest,
		Publisher: a.Publisher, Actors: a.Actors, Deliver: a.deliverer.Notify})
	a.api = api.New(api.Config{Store: a.Store, View: a.View, Basemap: base, Ground: a.ground.set, Style: a.ground.keeper.Style, Base: a.Config.URL, Title: a.Config.Name,
		Clock: a.clock, Logger: a.log})
	if a.assets, err = loadAssets(web.Assets()); err != nil {
		return err
	}
	a.handler = a.routes()
	return nil
}

// buildInbox makes what takes from other servers, and says what the runners do.
func (a *App) buildInbox() {
	a.inbox = inbox.New(inbox.Config{Store: a.Store, Actors: a.Actors, Moderation: a.Moderation, Publisher: a.Publisher,
		Discussions: a.Discussions,
		Ledger:      a.Ledger, Env: a.Env, Clock: a.clock, Logger: a.log, Wake: a.wake, Deliver: a.deliverer.Notify,
		Changed: a.View.Notify})
	a.applier.Handlers = a.inbox.Jobs()
	a.runner.Handlers = a.Publisher.Jobs()
	a.runner.Handlers[ledger.JobDelete] = a.Ledger.DeleteDue
	a.runner.Handlers[ledger.JobRekey] = a.Ledger.RekeyDue
	a.runner.Handlers[ledger.JobArchive] = a.Ledger.ArchiveDue
}

// wake tells the runners that a job was just committed: an Accept that is
// applied starts a backfill.
func (a *App) wake() {
	a.applier.Notify()
	a.runner.Notify()
	a.gatherer.Notify()
}

// guardedClient reaches public addresses only, and this machine when the
// instance itself is on it.
func (a *App) guardedClient() (*http.Client, error) {
	u := a.Config.BaseURL()
	opt := peer.GuardOptions{AllowLoopback: peer.IsLoopbackName(u.Hostname()), AllowHosts: a.Config.AllowPeers, OwnHost: u.Host}
	var err error
	if opt.RootCAs, err = peerRoots(a.Config); err != nil {
		return nil, err
	}
	return peer.NewTransport(opt), nil
}

// openKeys opens the keys of the instance, if it has any yet, with the configured
// secret: one that does not fit must not seal others.
func (a *App) openKeys(ctx context.Context) error {
	_, err := a.Store.Key(ctx, keyring.Instance)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err == nil {
		_, err = a.Keyring.Pair(ctx, keyring.Instance)
	}
	return err
}

// peerRoots are the system's certificate authorities and those of peer_ca; nil
// is the system's alone.
func peerRoots(cfg config.Config) (*x509.CertPool, error) {
	if cfg.PeerCA == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(cfg.PeerCA)
	if err != nil {
		return nil, fmt.Errorf("peer_ca: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("peer_ca: no certificate in %s", cfg.PeerCA)
	}
	return pool, nil
}

// Handler answers every request to the instance. It is nil when Offline.
func (a *App) Handler() http.Handler { return a.handler }

// Close closes the database.
func (a *App) Close() error { return errors.Join(a.ground.close(), a.Store.Close()) }

// Version is the program's version: the module's when it was installed by
// version, else the commit that it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return strings.TrimPrefix(v, "v")
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
