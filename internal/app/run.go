package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

// Limits of one connection.
const (
	headerTimeout  = 10 * time.Second
	readTimeout    = 60 * time.Second
	writeTimeout   = 5 * time.Minute // an export of a large directory to a slow reader
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// How long what federation remembers is kept, and how often it is looked at.
const (
	pruneEvery     = time.Hour
	keepReceived   = 30 * 24 * time.Hour
	keepActivities = 365 * 24 * time.Hour
	keepDeliveries = 30 * 24 * time.Hour
)

// Serve answers requests on l and runs the workers, until ctx ends or one of
// them fails. It returns nil after a clean end. It closes l.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler: a.handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.ShutdownTimeout)
		defer cancel()
		if err := srv.Shutdown(end); err != nil {
			_ = srv.Close() // what is still open had its time
		}
		return nil
	})
	g.Go(func() error { return a.Run(ctx) })
	return g.Wait()
}

// Run runs the workers until ctx ends or one of them fails; nil after a clean end.
func (a *App) Run(ctx context.Context) error {
	if _, err := a.Keyring.Pair(ctx, keyring.Instance); err != nil && ctx.Err() == nil {
		return fmt.Errorf("keys of the instance: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, w := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"view", a.View.Run}, {"deliverer", a.deliverer.Run}, {"applier", a.applier.Run}, {"jobs", a.runner.Run}, {"gatherer", a.gatherer.Run},
		{"harvest", a.Harvest.Run}, {"prune", a.prune}, {"twins", a.indexTwins}, {"documents", a.rehash}, {"moderation", a.Moderation.Run},
		{"basemap", a.ground.keeper.Run},
		{"software", func(ctx context.Context) error { return a.Actors.RunSoftware(ctx, a.log) }},
	} {
		g.Go(func() error {
			if err := w.run(ctx); err != nil && ctx.Err() == nil {
				return fmt.Errorf("worker %s: %w", w.name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// rehash hashes, once, the documents that an earlier version wrote otherwise.
func (a *App) rehash(ctx context.Context) error {
	n, err := a.Ledger.Rehash(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		a.log.ErrorContext(ctx, "documents are not all hashed again", "error", err) // the next start goes on
	case n > 0:
		a.log.InfoContext(ctx, "documents hashed again", "changed", n)
		a.View.Notify()
	}
	return nil
}

// indexTwins compares, once, what was written before there was an index of twins.
func (a *App) indexTwins(ctx context.Context) error {
	const chunk = 500
	for {
		complete, err := a.Store.IndexTwins(ctx, chunk)
		if err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "twins are not all compared", "error", err) // the next start goes on
		}
		if complete || err != nil {
			return nil
		}
	}
}

// prune forgets what federation need not remember any more, now and then.
func (a *App) prune(ctx context.Context) error {
	t := time.NewTicker(pruneEvery)
	defer t.Stop()
	for {
		if err := a.pruneOnce(ctx, time.Now()); err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "prune", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// pruneOnce forgets what is too old at a time. Deliveries that are given up are
// counted at their peers.
func (a *App) pruneOnce(ctx context.Context, now time.Time) error {
	var dropped map[string]int
	err := a.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if dropped, err = tx.DropOldDeliveries(ctx, now.Add(-keepDeliveries)); err != nil {
			return err
		}
		if err := tx.PruneArchives(ctx, ledger.ArchiveSilent, ledger.ArchiveUnanswered, ledger.ArchiveUndoable); err != nil {
			return err
		}
		return tx.Prune(ctx, store.PruneOptions{Received: keepReceived, Activities: keepActivities})
	})
	if err != nil {
		return err
	}
	if n, err := a.Actors.Prune(ctx); err != nil {
		return err
	} else if n > 0 {
		a.log.InfoContext(ctx, "idle actors of other servers forgotten", "actors", n)
	}
	for origin, n := range dropped {
		if n == 0 {
			continue // one that reads our catalogue again instead
		}
		a.log.WarnContext(ctx, "deliveries given up: they waited for too long", "peer", origin, "dropped", n)
	}
	return nil
}
