package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const (
	// defaultPeers is large because a hanging host costs a goroutine for 30 s
	// and nothing else.
	defaultPeers = 64
	defaultPoll  = time.Second
	// leaseTime is how long a peer waits after the process that served it was
	// killed. Who lives renews it every leaseBeat, also during a long exchange.
	leaseTime = 10 * time.Second
	leaseBeat = 3 * time.Second
	// batchSize bounds what a kill -9 makes a peer receive twice.
	batchSize = 40
	ackEvery  = 500 * time.Millisecond
)

// DelivererConfig is what a Deliverer needs.
type DelivererConfig struct {
	Store   *store.Store
	Keyring *keyring.Keyring
	Client  *federation.Client
	// Greet queues something signed for a peer and reports whether there is
	// anybody to greet; it is Publisher.Greet. nil greets nobody.
	Greet func(ctx context.Context, tx *store.Tx, origin string) (bool, error)
	Clock func() time.Time // nil = time.Now
	// Peers is how many peers are served at once; 0 = 64.
	Peers int
	// Poll is the time between looks at an empty queue; 0 = 1 s.
	Poll time.Duration
	// Jitter spreads a delay; nil adds up to a third of it at random.
	Jitter func(time.Duration) time.Duration
	Logger *slog.Logger // nil = slog.Default()
}

// Deliverer empties the peers' queues: one at a time and in order per peer,
// many peers at once. Several may run on one database, since a peer is leased.
//
// A delivery is forgotten after its answer and not before, so a peer may get
// one twice after a crash; activity ids let it tell.
type Deliverer struct {
	cfg   DelivererConfig
	owner string
	wake  chan struct{}
}

// NewDeliverer returns a Deliverer; Run starts it.
func NewDeliverer(cfg DelivererConfig) *Deliverer {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Peers <= 0 {
		cfg.Peers = defaultPeers
	}
	if cfg.Poll <= 0 {
		cfg.Poll = defaultPoll
	}
	if cfg.Jitter == nil {
		cfg.Jitter = jitter
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	return &Deliverer{cfg: cfg, owner: uuid.NewString(), wake: make(chan struct{}, 1)}
}

// Notify wakes Run: deliveries were just committed. It never blocks.
func (d *Deliverer) Notify() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends, then waits for the exchanges that are under way.
func (d *Deliverer) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, d.cfg.Peers)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.wake:
		case <-timer.C:
		}
		if err := d.startAll(ctx, slots, &wg); err != nil && ctx.Err() == nil {
			d.cfg.Logger.ErrorContext(ctx, "deliveries wait for the database", "error", err)
		}
		timer.Reset(d.cfg.Poll)
	}
}

// startAll leases every peer that has something due and a free slot.
func (d *Deliverer) startAll(ctx context.Context, slots chan struct{}, wg *sync.WaitGroup) error {
	for {
		select {
		case slots <- struct{}{}:
		default:
			return nil // the next peer that is done wakes us
		}
		p, err := d.lease(ctx)
		if err != nil {
			<-slots
			if errors.Is(err, directory.ErrNotFound) {
				return nil
			}
			return err
		}
		wg.Go(func() {
			if _, err := d.serve(ctx, p); err != nil && ctx.Err() == nil {
				d.cfg.Logger.ErrorContext(ctx, "delivery", "peer", p.Origin, "error", err)
			}
			<-slots
			d.Notify()
		})
	}
}

// Step delivers what is due now, one peer after another, and returns how many
// deliveries left the queue; tests call it instead of Run.
func (d *Deliverer) Step(ctx context.Context) (int, error) {
	done := 0
	for {
		p, err := d.lease(ctx)
		if errors.Is(err, directory.ErrNotFound) {
			return done, nil
		}
		if err != nil {
			return done, err
		}
		n, err := d.serve(ctx, p)
		done += n
		if err != nil {
			return done, err
		}
	}
}

func (d *Deliverer) lease(ctx context.Context) (p store.Peer, err error) {
	err = d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		p, err = tx.LeasePeer(ctx, d.owner, leaseTime)
		return err
	})
	return p, err
}

// serve sends a peer's deliveries until its queue is empty or it fails.
func (d *Deliverer) serve(ctx context.Context, p store.Peer) (done int, err error) {
	ctx, letGo := d.hold(ctx, p.Origin)
	defer letGo()
	if err := d.greet(ctx, p); err != nil {
		return 0, errors.Join(err, d.release(context.WithoutCancel(ctx), p.Origin))
	}
	known := &syncs{origin: p.Origin, store: d.cfg.Store, known: map[string]string{}}
	for {
		ds, err := d.cfg.Store.Deliveries(ctx, p.Origin, batchSize)
		if err != nil {
			return done, err
		}
		if len(ds) == 0 {
			return done, d.release(ctx, p.Origin)
		}
		if p.Software == vocab.GancioSoftware {
			for i := range ds {
				ds[i].Body = vocab.ForGancio(ds[i].Body)
			}
		}
		n, more, err := d.batch(ctx, p, ds, known)
		done += n
		if err != nil || !more {
			return done, err
		}
	}
}

// hold renews the lease of a peer until letGo. The context that it returns ends
// when another process has taken the peer over.
func (d *Deliverer) hold(ctx context.Context, origin string) (held context.Context, letGo func()) {
	held, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(leaseBeat)
		defer t.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-t.C:
			}
			err := d.cfg.Store.Write(held, func(tx *store.Tx) error { return tx.ExtendLease(held, origin, d.owner, leaseTime) })
			if errors.Is(err, directory.ErrConflict) {
				cancel()
			}
		}
	})
	return held, func() {
		cancel()
		wg.Wait()
	}
}

// batch sends ds in order. It reports how many left the queue and whether the
// peer takes more.
func (d *Deliverer) batch(ctx context.Context, p store.Peer, ds []store.Delivery, known *syncs) (done int, more bool, err error) {
	var b ack
	since := d.cfg.Clock()
	for i, dv := range ds {
		r := d.send(ctx, dv, known)
		if r.fault {
			if other, taken := d.aside(ctx, p, ds[i+1:], known); taken {
				b.add(other, result{verdict: delivered})
				if r = d.send(ctx, dv, known); r.verdict == later && ctx.Err() == nil { // or the peer is well just now
					r = result{verdict: refused, reason: r.reason + " (to this one; it takes others)"}
				}
				b.add(dv, r)
				return done + len(b.ids), true, d.commit(context.WithoutCancel(ctx), p.Origin, b)
			}
		}
		givenUp := r.verdict == denied && dv.Denied+1 >= maxDenied
		if givenUp {
			r.verdict = refused
		}
		b.add(dv, r)
		if ctx.Err() != nil { // stopping is not the peer's failure
			ctx = context.WithoutCancel(ctx)
			return done + len(b.ids), false, errors.Join(d.commit(ctx, p.Origin, b), d.release(ctx, p.Origin))
		}
		if r.verdict == later || r.verdict == denied {
			n := len(b.ids)
			if err := d.commit(ctx, p.Origin, b); err != nil {
				return done, false, err
			}
			return done + n, false, d.postpone(ctx, p, r)
		}
		if givenUp { // what follows is tried once
			return done + len(b.ids), true, d.commit(ctx, p.Origin, b)
		}
		if d.cfg.Clock().Sub(since) >= ackEvery {
			if err := d.commit(ctx, p.Origin, b); err != nil {
				return done, false, err
			}
			done, b, since = done+len(b.ids), ack{}, d.cfg.Clock()
		}
	}
	return done + len(b.ids), true, d.commit(ctx, p.Origin, b)
}

// ack is what a batch has learnt and not yet written.
type ack struct {
	ids     []int64
	gone    []string // inboxes that answered 410
	refused string   // why the last refused delivery was, "" for none
	reached bool     // the peer took something
	// denials is how often inboxes have denied what waits for them.
	denials map[string]int
}

func (b *ack) add(dv store.Delivery, r result) {
	switch r.verdict {
	case denied:
		b.denials = map[string]int{dv.Inbox: dv.Denied + 1} // ends the batch
		return
	case later:
		return
	case delivered:
		b.reached = true
	case gone:
		b.gone = append(b.gone, dv.Inbox)
		b.reached = true // it is there and speaks to us
	case refused:
		b.refused = r.reason
	}
	if dv.Denied > 0 { // and what follows is tried once, or as often as if new
		b.denials = map[string]int{dv.Inbox: 0}
		if r.verdict == refused {
			b.denials[dv.Inbox] = maxDenied - 1
		}
	}
	b.ids = append(b.ids, dv.ID)
}

// commit writes an ack and keeps the lease.
func (d *Deliverer) commit(ctx context.Context, origin string, b ack) error {
	var lost error
	err := d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if len(b.ids) > 0 {
			if err := tx.AckDeliveries(ctx, b.ids...); err != nil {
				return fmt.Errorf("acknowledge at %s: %w", origin, err)
			}
		}
		doubt, err := tx.Doubt(ctx, origin)
		if err != nil {
			return err
		}
		for _, inbox := range b.gone {
			if doubt.Any() {
				break // whoever has the name now says that our followers are gone
			}
			if _, err := tx.DropDeliveriesTo(ctx, inbox); err != nil {
				return fmt.Errorf("drop deliveries to %s: %w", inbox, err)
			}
			if _, err := tx.DeleteFollowersAt(ctx, inbox); err != nil {
				return fmt.Errorf("drop followers at %s: %w", inbox, err)
			}
		}
		for inbox, times := range b.denials {
			if err := tx.DenyDeliveries(ctx, inbox, times); err != nil {
				return err
			}
		}
		if b.reached {
			if err := tx.PeerSucceeded(ctx, origin); err != nil {
				return fmt.Errorf("note success of %s: %w", origin, err)
			}
		}
		if b.refused != "" {
			if err := tx.PeerRefused(ctx, origin, b.refused); err != nil {
				return fmt.Errorf("note refusal of %s: %w", origin, err)
			}
		}
		// What was answered is acknowledged even if another process took over.
		if lost = tx.ExtendLease(ctx, origin, d.owner, leaseTime); !errors.Is(lost, directory.ErrConflict) {
			return lost
		}
		return nil
	})
	return errors.Join(err, lost)
}

// greet puts a greeting in the queue of a peer that was leased for one.
func (d *Deliverer) greet(ctx context.Context, p store.Peer) error {
	away := p.State == store.PeerDown || p.State == store.PeerDead
	if p.Resync.IsZero() && p.Greet.IsZero() && !away {
		return nil
	}
	return d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		waiting, err := tx.Deliveries(ctx, p.Origin, 1)
		if err != nil {
			return err
		}
		if err := tx.PeerGreeted(ctx, p.Origin, time.Time{}); err != nil {
			return err
		}
		if len(waiting) > 0 && p.Resync.IsZero() {
			return nil // what waits is signed too
		}
		greeted := false
		if d.cfg.Greet != nil {
			if greeted, err = d.cfg.Greet(ctx, tx, p.Origin); err != nil {
				return err
			}
		}
		if greeted || len(waiting) > 0 {
			return nil
		}
		return tx.PeerGreeted(ctx, p.Origin, d.cfg.Clock().Add(probeDown))
	})
}

// postpone opens the peer's circuit until its next try. What waits for a peer that
// is dead is given up, and a mark is left for one that reads our catalogue: it
// reads it again when it is back.
func (d *Deliverer) postpone(ctx context.Context, p store.Peer, r result) error {
	return d.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PeerFailed(ctx, p.Origin, r.reason); err != nil {
			return fmt.Errorf("postpone %s: %w", p.Origin, err)
		}
		now, err := tx.Peer(ctx, p.Origin)
		if err != nil {
			return err
		}
		delay := max(d.cfg.Jitter(pause(now.State, now.Fails+1)), r.retryAfter)
		if err := tx.DeferPeer(ctx, p.Origin, d.owner, d.cfg.Clock().Add(delay)); err != nil {
			return fmt.Errorf("postpone %s: %w", p.Origin, err)
		}
		dead := now.State == store.PeerDead
		if now.Reader && (dead || !p.Resync.IsZero()) {
			if err := tx.ResyncPeer(ctx, p.Origin); err != nil {
				return err
			}
		}
		if !dead {
			return nil
		}
		return tx.GiveUpDeliveries(ctx, p.Origin)
	})
}

func (d *Deliverer) release(ctx context.Context, origin string) error {
	return d.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.ReleasePeer(ctx, origin, d.owner) })
}

// send makes one exchange. The request is signed now: a signature made when
// the activity was queued would be too old after an outage.
func (d *Deliverer) send(ctx context.Context, dv store.Delivery, known *syncs) result {
	signers, err := d.cfg.Keyring.Signers(ctx, dv.Sender, dv.KeyID, dv.Created)
	if err != nil {
		return result{verdict: later, reason: "our key: " + err.Error()}
	}
	var r result
	for _, signer := range signers { // the key of then, and today's if that one is not known any more
		_, err = d.cfg.Client.PostSync(ctx, dv.Inbox, dv.Body, signer, known.header(ctx, dv))
		if r = judge(err); r.verdict != denied {
			break
		}
	}
	if r.verdict == refused {
		d.cfg.Logger.WarnContext(ctx, "delivery refused", "inbox", dv.Inbox, "activity", dv.ActivityID, "reason", r.reason)
	}
	r.reason = strings.TrimSpace(r.reason)
	return r
}
