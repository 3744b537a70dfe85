// Package harvest goes and gets: it follows other servers, fills the directory
// with what they already have, and looks again from time to time, so that what
// a lost delivery missed is found.
//
// It believes a document only from its own origin, as package inbox does. App
// runs its jobs and Run; the command line and pages call Follow and Unfollow.
package harvest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const (
	defaultInterval = 15 * time.Minute
	// JobForget is the kind of the jobs that remove what an unfollowed source left.
	JobForget = "forget"
)

// Ledger is what harvest does to the directory; *ledger.Ledger has it.
type Ledger interface {
	AcceptRemote(ctx context.Context, tx *store.Tx, e directory.Entry, wire []byte, hash string) (changed bool, err error)
	AcceptRemotes(ctx context.Context, tx *store.Tx, rs []ledger.Remote) (changed []bool, refused []error, err error)
	RemoveRemote(ctx context.Context, tx *store.Tx, uri string) error
	ForgetRemote(ctx context.Context, tx *store.Tx, uri string) (bool, error)
	Rejudge(ctx context.Context, tx *store.Tx, uri string) (ledger.Rejudged, error)
}

// Config is what a Harvester needs.
type Config struct {
	Store      *store.Store
	Actors     *peer.Actors
	Client     *federation.Client
	Moderation *moderation.Moderation
	Publisher  *outbox.Publisher
	Ledger     Ledger
	Env        vocab.Env
	Clock      func() time.Time // nil = time.Now
	Logger     *slog.Logger     // nil = slog.Default()
	// Wake is called after a commit that left a job, Deliver after one that
	// left a delivery, Changed after one that changed entries; all may be nil.
	Wake, Deliver, Changed func()
	// Interval is the time between re-pulls of one source; 0 = 15 min.
	Interval time.Duration
}

// Harvester follows and fetches. Concurrent use is safe.
type Harvester struct {
	cfg    Config
	origin string // ours
	pace   *pacer
	etags  etags
}

// New returns a Harvester.
func New(cfg Config) *Harvester {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	for _, f := range []*func(){&cfg.Wake, &cfg.Deliver, &cfg.Changed} {
		if *f == nil {
			*f = func() {}
		}
	}
	if cfg.Interval <= 0 {
		cfg.Interval = defaultInterval
	}
	origin, err := peer.Origin(cfg.Env.Base)
	if err != nil {
		origin = cfg.Env.Base // config refuses such a base URL before
	}
	return &Harvester{cfg: cfg, origin: origin, pace: newPacer()}
}

// Jobs are the handlers of harvest's jobs, for the Runner.
func (h *Harvester) Jobs() map[string]jobs.Handler {
	return map[string]jobs.Handler{peer.JobBackfill: h.backfill, JobForget: h.forget, JobRehearse: h.rehearse,
		JobApplyRule: h.applyRule, JobFetchEntry: h.fetchEntry, JobLeave: h.leave, JobRebuild: h.rebuild}
}

// Follow follows target (@user@host, acct:user@host, an actor's URL or the
// base URL of an instance) with our instance actor and starts the backfill. It
// returns the actor. A source that is followed already keeps its rule.
func (h *Harvester) Follow(ctx context.Context, who directory.Who, target string) (store.RemoteActor, error) {
	return h.follow(ctx, who, target, nil)
}

func (h *Harvester) follow(ctx context.Context, who directory.Who, target string, rule *directory.SourceRule) (store.RemoteActor, error) {
	if !who.Admin && !who.System {
		return store.RemoteActor{}, fmt.Errorf("follow %s: %w", target, directory.ErrForbidden)
	}
	ra, err := h.cfg.Actors.Resolve(ctx, target)
	if err != nil {
		return ra, fmt.Errorf("follow %s: %w", target, err)
	}
	origin, err := peer.Origin(ra.URI)
	if err != nil {
		return ra, fmt.Errorf("follow %s: %w", target, err)
	}
	if origin == h.origin {
		return ra, fmt.Errorf("follow %s: it is this instance: %w", target, directory.ErrInvalid)
	}
	v, err := h.cfg.Moderation.CheckOrigin(ctx, origin)
	if err != nil {
		return ra, fmt.Errorf("follow %s: %w", target, err)
	}
	if !v.Allowed {
		return ra, fmt.Errorf("follow %s: blocked (%s): %w", target, v.Reason, directory.ErrForbidden)
	}
	err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return h.record(ctx, tx, who, ra, origin, rule) })
	if err != nil {
		return ra, fmt.Errorf("follow %s: %w", target, err)
	}
	h.cfg.Deliver()
	h.cfg.Wake()
	return ra, nil
}

func (h *Harvester) record(ctx context.Context, tx *store.Tx, who directory.Who, ra store.RemoteActor, origin string, rule *directory.SourceRule) error {
	if err := h.cfg.Publisher.Follow(ctx, tx, ra); err != nil {
		return err
	}
	if err := h.giveRule(ctx, tx, who, ra.URI, rule); err != nil {
		return err
	}
	p := store.Peer{Origin: origin, Catalog: ra.Catalog}
	if ra.Type == "Application" {
		p.Actor = ra.URI
	}
	if err := tx.PutPeer(ctx, p); err != nil {
		return err
	}
	if err := tx.TryPeerNow(ctx, origin); err != nil { // it has just answered, or an administrator wants it to be asked
		return err
	}
	if err := h.audit(ctx, tx, who, "follow", ra.URI, ""); err != nil {
		return err
	}
	if waitsFor(ra) {
		return nil
	}
	return peer.ScheduleBackfill(ctx, tx, ra.URI, h.now())
}

// Unfollow takes the follow of the actor back, and removes its entries that no
// other followed source covers. ErrNotFound when it is not followed.
func (h *Harvester) Unfollow(ctx context.Context, who directory.Who, object string) error {
	if !who.Admin && !who.System {
		return fmt.Errorf("unfollow %s: %w", object, directory.ErrForbidden)
	}
	err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.Following(ctx, h.cfg.Env.InstanceURI(), object)
		if err != nil {
			return err
		}
		if err := h.cfg.Publisher.Unfollow(ctx, tx, f); err != nil {
			return err
		}
		if err := h.audit(ctx, tx, who, "unfollow", object, ""); err != nil {
			return err
		}
		if err := scheduleLeave(ctx, tx, f); err != nil {
			return err
		}
		return scheduleForget(ctx, tx, f.Origin)
	})
	if err != nil {
		return fmt.Errorf("unfollow %s: %w", object, err)
	}
	h.cfg.Deliver()
	h.cfg.Wake()
	return nil
}

func (h *Harvester) audit(ctx context.Context, tx *store.Tx, who directory.Who, verb, object, detail string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return tx.AddAudit(ctx, store.AuditEntry{
		ID: id.String(), At: h.now(), WhoID: who.UserID, WhoName: who.Name, Verb: verb, Object: object, Detail: detail,
	})
}

func (h *Harvester) now() time.Time { return h.cfg.Clock().UTC() }

// source reads what the job is about; a follow that was taken back or a
// blocked origin ends the job.
func (h *Harvester) source(ctx context.Context, job jobs.Job) (store.Following, error) {
	payload, err := decode[peer.BackfillPayload](job)
	if err != nil {
		return store.Following{}, err
	}
	f, err := h.cfg.Store.Following(ctx, h.cfg.Env.InstanceURI(), payload.Object)
	if errors.Is(err, directory.ErrNotFound) || err == nil && f.State == store.FollowRejected {
		return f, fmt.Errorf("%w: %s is not followed", jobs.ErrDiscard, payload.Object)
	}
	if err != nil {
		return f, err
	}
	v, err := h.cfg.Moderation.CheckOrigin(ctx, f.Origin)
	if err == nil && !v.Allowed {
		err = fmt.Errorf("%w: %s is blocked", jobs.ErrDiscard, f.Origin)
	}
	if err != nil {
		return f, err
	}
	p, err := h.cfg.Store.Peer(ctx, f.Origin)
	if errors.Is(err, directory.ErrNotFound) {
		return f, nil
	}
	if err == nil && !p.Paused.IsZero() {
		err = fmt.Errorf("%w: %s is paused", jobs.ErrDiscard, f.Origin)
	}
	return f, err
}
