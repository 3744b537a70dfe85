package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/demo"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// lookEvery is how often the demo looks how far the second instance is.
const lookEvery = 200 * time.Millisecond

// demoUser may edit the demonstration's entries.
const demoUser = "editor"

type demoOptions struct{ listenA, listenB, dataDir, password string }

func demoCommand() command {
	return command{
		name: "demo", short: "run two instances on this machine, one following the other", bare: true,
		example: "bocage demo",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			var o demoOptions
			fs.StringVar(&o.listenA, "listen-a", "localhost:8080", "address of the publishing instance")
			fs.StringVar(&o.listenB, "listen-b", "localhost:8081", "address of the regional aggregator")
			fs.StringVar(&o.dataDir, "data-dir", "data", "directory of the two SQLite files")
			fs.StringVar(&o.password, "password", "", "password of the account '"+demoUser+"'; made and printed once when empty")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				return runDemo(ctx, c, o)
			}
		},
	}
}

func runDemo(ctx context.Context, c *call, o demoOptions) error {
	la, err := listen(ctx, o.listenA, "--listen-a")
	if err != nil {
		return err
	}
	lb, err := listen(ctx, o.listenB, "--listen-b")
	if err != nil {
		_ = la.Close() // the first error says more
		return err
	}
	a, err := demoApp(ctx, c, la, filepath.Join(o.dataDir, "publisher.db"), "La Coop des Communs (démo)")
	if err != nil {
		return errors.Join(err, la.Close(), lb.Close())
	}
	b, err := demoApp(ctx, c, lb, filepath.Join(o.dataDir, "aggregator.db"), "Communs en région (démo)")
	if err != nil {
		return errors.Join(err, la.Close(), lb.Close(), a.Close())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Serve(ctx, la) })
	g.Go(func() error { return b.Serve(ctx, lb) })
	g.Go(func() error {
		err := fillDemo(ctx, c, a, b, o)
		if err != nil && ctx.Err() != nil {
			return nil // it was interrupted; the next run goes on
		}
		return err
	})
	err = g.Wait()
	return errors.Join(err, a.Close(), b.Close())
}

func demoApp(ctx context.Context, c *call, l net.Listener, file, name string) (*app.App, error) {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, err
	}
	cfg := config.Default()
	cfg.URL, cfg.URLDefault = "http://"+net.JoinHostPort("localhost", port), false
	cfg.Listen, cfg.DataDir, cfg.Database, cfg.Name = l.Addr().String(), filepath.Dir(file), "sqlite:"+file, name
	return app.New(ctx, cfg, app.Options{Logger: c.logger(cfg, slog.LevelWarn), Claim: true})
}

// fillDemo loads the first instance, makes the second follow it, and says when
// both are ready.
func fillDemo(ctx context.Context, c *call, a, b *app.App, o demoOptions) error {
	bar := newProgress(c.out, "loading the demonstration")
	counts, err := demo.Load(ctx, a.Ledger, a.Store, bar.set)
	bar.end()
	if err != nil {
		return fmt.Errorf("load the demonstration: %w", err)
	}
	fmt.Fprintf(c.out, "%s holds %d events, %d texts, %d relations, %d concepts, %d places (%d new, %d unchanged)\n",
		a.Config.URL, counts.Events, counts.Texts, counts.Relations, counts.Concepts, counts.Places, counts.Created, counts.Unchanged)
	password, err := demoAccount(ctx, a, counts.Organisation, o.password)
	if err != nil {
		return err
	}
	if err := followDemo(ctx, c, a, b); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "\nready: %s (publisher)\nready: %s (aggregator)\n", a.Config.URL, b.Config.URL)
	switch {
	case password != "" && o.password == "":
		fmt.Fprintf(c.out, "sign in at %s/login as %s, password %s (shown this once)\n", a.Config.URL, demoUser, password)
	default:
		fmt.Fprintf(c.out, "sign in at %s/login as %s; for a new password: bocage user password %s --url %s --database %s\n",
			a.Config.URL, demoUser, demoUser, a.Config.URL, a.Config.Database)
	}
	fmt.Fprintln(c.out, "Ctrl-C ends both.")
	return nil
}

// demoAccount makes the editor's account; the password is "" when it was there.
func demoAccount(ctx context.Context, a *app.App, org, password string) (string, error) {
	_, err := a.Store.UserByName(ctx, demoUser)
	if err == nil {
		return "", nil
	}
	if !errors.Is(err, directory.ErrNotFound) {
		return "", err
	}
	if password == "" {
		password = newPassword()
	}
	_, err = a.Auth.CreateUser(ctx, store.User{Name: demoUser, Admin: true, Orgs: []string{org}}, password)
	return password, err
}

// followDemo makes b follow a, unless it does, and waits until b holds what a publishes.
func followDemo(ctx context.Context, c *call, a, b *app.App) error {
	fs, err := b.Store.FollowingByOrigin(ctx, a.Config.URL)
	if err != nil {
		return err
	}
	if len(fs) == 0 {
		if _, err := b.Harvest.Follow(ctx, system, a.Config.URL); err != nil {
			return fmt.Errorf("%s follows %s: %w", b.Config.URL, a.Config.URL, err)
		}
	}
	want, err := a.Store.CountEntries(ctx, store.EntryFilter{LocalOnly: true})
	if err != nil {
		return err
	}
	bar := newProgress(c.out, b.Config.URL+" follows "+a.Config.URL)
	defer bar.end()
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		got, err := countFrom(ctx, b.Store, a.Config.URL)
		if err != nil {
			return err
		}
		bar.set(got, want)
		if got >= want {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

func countFrom(ctx context.Context, st *store.Store, origin string) (int, error) {
	return st.CountEntries(ctx, store.EntryFilter{Selection: directory.Selection{Origin: origin}})
}
