package harvest

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// lookEvery is how often Run looks for sources that are due.
	lookEvery = 20 * time.Second
	// A source that is down or dead is looked at less often; it is at once when it
	// is heard of.
	downInterval = 24 * time.Hour
	deadInterval = 7 * 24 * time.Hour
	// settingAlive holds when this instance last ran, in RFC 3339.
	settingAlive = "harvest.alive"
	// awayFor is how long it must not have run for the others to be told that it
	// is back: long enough for some of them to have given it up.
	awayFor = time.Hour
)

// Run schedules the re-pull of every source that is due, until ctx ends. It begins
// by greeting the peers when this instance was away.
func (h *Harvester) Run(ctx context.Context) error {
	timer := time.NewTimer(lookEvery)
	defer timer.Stop()
	for {
		err := h.Wakened(ctx)
		if err == nil {
			err = h.Schedule(ctx)
		}
		if err != nil && ctx.Err() == nil {
			h.cfg.Logger.ErrorContext(ctx, "harvest schedule", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			timer.Reset(lookEvery)
		}
	}
}

// Wakened notes that this instance runs and, when it did not for an hour or more,
// has something signed sent to every peer: who stopped to deliver here starts
// again.
func (h *Harvester) Wakened(ctx context.Context) error {
	s, err := h.cfg.Store.Setting(ctx, settingAlive)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	last, perr := time.Parse(time.RFC3339, s)
	away := h.now().Sub(last)
	if perr == nil && away < time.Minute {
		return nil // several processes may share the database
	}
	err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if perr == nil && away >= awayFor {
			if err := tx.GreetPeers(ctx); err != nil {
				return err
			}
		}
		if perr == nil && away >= moderation.Absence { // their names may have been sold meanwhile
			if err := tx.DoubtPeers(ctx, last); err != nil {
				return err
			}
		}
		return tx.PutSetting(ctx, settingAlive, h.now().Format(time.RFC3339))
	})
	if err == nil && perr == nil && away >= awayFor {
		h.cfg.Logger.InfoContext(ctx, "away, and back: peers are greeted", "away", away)
		h.cfg.Deliver()
	}
	return err
}

// Schedule inserts the backfill of every source whose last complete pass is
// older than the interval, give or take a tenth, so that many sources do not
// all come due together; and of those that are to be compared.
func (h *Harvester) Schedule(ctx context.Context) error {
	health, err := h.cfg.Store.PeerHealths(ctx)
	if err != nil {
		return err
	}
	after := ""
	for {
		fs, err := h.cfg.Store.Followings(ctx, h.cfg.Env.InstanceURI(), after, store.DefaultLimit)
		if err != nil || len(fs) == 0 {
			return err
		}
		for _, f := range fs {
			after = f.Object
			due, err := h.due(ctx, f, health[f.Origin])
			if err != nil {
				return err
			}
			if !due {
				continue
			}
			err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return peer.ScheduleBackfill(ctx, tx, f.Object, h.now()) })
			if err != nil {
				return err
			}
			h.cfg.Wake()
		}
	}
}

func (h *Harvester) due(ctx context.Context, f store.Following, p store.PeerHealth) (bool, error) {
	if f.State == store.FollowRejected || p.Paused {
		return false, nil
	}
	if f.State == store.FollowPending {
		if waits, err := h.waits(ctx, f.Object); err != nil || waits {
			return false, err
		}
	}
	interval := h.cfg.Interval
	switch p.State {
	case store.PeerBlocked:
		return false, nil
	case store.PeerDown:
		interval = downInterval
	case store.PeerDead:
		interval = deadInterval
	}
	spread := time.Duration(rand.Int64N(int64(interval)/5+1)) - interval/10
	last := f.Synced
	if f.LastError != "" && f.Changed.After(last) {
		last = f.Changed // failed: the runner tries again by itself for a while
	}
	if h.now().Sub(last) >= interval+spread {
		return true, nil
	}
	if p.Heal.IsZero() || p.Heal.After(h.now()) || f.LastError != "" && p.Heal.Before(f.Changed) {
		return false, nil
	}
	compared, err := h.Agreed(ctx, f.Object)
	if f.Catalog == "" {
		compared = f.Synced
	}
	return p.Heal.After(compared), err
}

// backfill does one pass over a followed source.
func (h *Harvester) backfill(ctx context.Context, job jobs.Job) error {
	f, err := h.source(ctx, job)
	if err != nil {
		return err
	}
	changed, err := h.pass(ctx, f)
	if changed > 0 {
		h.cfg.Changed()
	}
	if errors.Is(err, errMore) {
		defer h.cfg.Wake()
		return h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return peer.ScheduleBackfill(ctx, tx, f.Object, h.now()) })
	}
	if errors.Is(err, jobs.ErrDiscard) {
		return err
	}
	if err != nil {
		return h.failed(ctx, f, err)
	}
	h.cfg.Logger.InfoContext(ctx, "harvested", "source", f.Object, "changed", changed)
	return nil
}

func (h *Harvester) pass(ctx context.Context, f store.Following) (changed int, err error) {
	if err := h.acquainted(ctx, f); errors.Is(err, directory.ErrGone) && f.Catalog == "" {
		changed, lost := h.ownerGone(ctx, f)
		return changed, errors.Join(err, lost)
	} else if err != nil {
		return 0, err
	}
	d, err := h.cfg.Moderation.Doubt(ctx, f.Origin)
	if err != nil {
		return 0, err
	}
	if d.Any() {
		n, ended, err := h.doubted(ctx, f, d)
		if err != nil || !ended {
			return n, err
		}
		changed = n
	}
	if err := h.proved(ctx, f); err != nil {
		return changed, err
	}
	n, err := h.readAll(ctx, f)
	return changed + n, err
}

// readAll reads what a source has that it did not have before.
func (h *Harvester) readAll(ctx context.Context, f store.Following) (changed int, err error) {
	if f.Catalog == "" {
		return h.walkOutbox(ctx, f)
	}
	changed, err = h.walkCatalog(ctx, &f)
	if err != nil {
		return changed, err
	}
	if err := h.answered(ctx, f.Origin); err != nil {
		return changed, err
	}
	n, err := h.heal(ctx, f)
	return changed + n, err
}

// answered notes that a source is there; one that was not is compared with.
func (h *Harvester) answered(ctx context.Context, origin string) error {
	p, err := h.cfg.Store.Peer(ctx, origin)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	d, derr := h.cfg.Moderation.Doubt(ctx, origin)
	if err = errors.Join(err, derr); err != nil || p.State == store.PeerUp && (!d.Any() || !d.Back.IsZero()) {
		return err
	}
	h.cfg.Deliver() // what waits for it is due
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PeerAnswered(ctx, origin) })
}

// failed keeps the reason where pages and the command line show it, and counts an
// origin that could not be reached. A source that said when to come back is asked
// then, one that is down when Schedule says.
func (h *Harvester) failed(ctx context.Context, f store.Following, cause error) error {
	if ctx.Err() != nil {
		return cause // we are stopping; that is no fault of the source
	}
	var status *federation.StatusError
	asked := errors.As(cause, &status) && status.RetryAfter > 0
	down := false
	err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if errors.Is(cause, directory.ErrUnavailable) && !(asked && status.Status == http.StatusTooManyRequests) {
			if err := tx.PeerFailed(ctx, f.Origin, cause.Error()); err != nil {
				return err
			}
			p, err := tx.Peer(ctx, f.Origin)
			if err != nil && !errors.Is(err, directory.ErrNotFound) {
				return err
			}
			down = p.State == store.PeerDown || p.State == store.PeerDead
		}
		now, err := tx.Following(ctx, f.Actor, f.Object)
		if errors.Is(err, directory.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		now.LastError, now.Changed = cause.Error(), h.now()
		if err := tx.PutFollowing(ctx, now); err != nil || !asked {
			return err
		}
		return peer.ScheduleBackfill(ctx, tx, f.Object, h.now().Add(status.RetryAfter))
	})
	if err == nil && (asked || down) {
		return nil
	}
	return errors.Join(cause, err)
}
