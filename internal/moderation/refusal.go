package moderation

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// tickEvery is how often counts are written down and expired rules ended.
	tickEvery = 10 * time.Second
	// keepContact is how long after its decision a report keeps how to reach who
	// sent it.
	keepContact = 90 * 24 * time.Hour
	// maxCounted bounds the counts that wait to be written.
	maxCounted = 4096
)

// refusals is what was refused since it was last written down.
type refusals struct {
	mu    sync.Mutex
	count map[[2]string]store.Refusal
}

func newRefusals() *refusals { return &refusals{count: map[[2]string]store.Refusal{}} }

// refuse counts a refusal. It touches no database: it is called where one is
// locked, and from floods.
func (m *Moderation) refuse(origin, cause, reason string) {
	m.refusals.mu.Lock()
	defer m.refusals.mu.Unlock()
	key := [2]string{origin, cause}
	f, ok := m.refusals.count[key]
	if !ok && len(m.refusals.count) >= maxCounted {
		return
	}
	m.refusals.count[key] = store.Refusal{Origin: origin, Cause: cause, Count: f.Count + 1, Last: m.clock().UTC(), Reason: reason}
}

// Refused counts what another package refused of an origin.
func (m *Moderation) Refused(origin, cause, reason string) { m.refuse(origin, cause, reason) }

// Flush writes the counts down.
func (m *Moderation) Flush(ctx context.Context) error {
	m.refusals.mu.Lock()
	taken := m.refusals.count
	m.refusals.count = map[[2]string]store.Refusal{}
	m.refusals.mu.Unlock()
	if len(taken) == 0 {
		return nil
	}
	list := make([]store.Refusal, 0, len(taken))
	for _, f := range taken {
		list = append(list, f)
	}
	if err := m.st.Write(ctx, func(tx *store.Tx) error { return tx.AddRefusals(ctx, list...) }); err != nil {
		return fmt.Errorf("count refusals: %w", err)
	}
	return nil
}

// Refusals lists what was refused, the latest first; origin "" is of every
// origin.
func (m *Moderation) Refusals(ctx context.Context, origin string, limit int) ([]store.Refusal, error) {
	if err := m.Flush(ctx); err != nil {
		return nil, err
	}
	return m.st.Refusals(ctx, origin, limit)
}

// Run writes counts down, ends what has expired and goes on with what a stopped
// process left half enforced, until ctx ends. It then returns nil.
func (m *Moderation) Run(ctx context.Context) error {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	for {
		if err := m.tick(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "moderation", "error", err)
		}
		select {
		case <-ctx.Done():
			return m.Flush(context.WithoutCancel(ctx))
		case <-t.C:
		}
	}
}

func (m *Moderation) tick(ctx context.Context) error {
	if err := m.Flush(ctx); err != nil {
		return err
	}
	if _, err := m.Approval(ctx, m.st.Reader); err != nil { // another process may have changed it
		return err
	}
	if err := m.expire(ctx); err != nil {
		return err
	}
	if err := m.judgeDoubts(ctx); err != nil {
		return err
	}
	return m.Enforce(ctx)
}

// expire takes away the rules that have ended, with a line in the log, and the
// contacts of reports that were closed long ago.
func (m *Moderation) expire(ctx context.Context) error {
	rules, err := m.st.DomainRules(ctx)
	if err != nil {
		return err
	}
	now := m.clock()
	var over []store.DomainRule
	for _, r := range rules {
		if ended(r, now) {
			over = append(over, r)
		}
	}
	if len(over) > 0 {
		err = m.st.Write(ctx, func(tx *store.Tx) error {
			for _, r := range over {
				if err := tx.DeleteDomainRule(ctx, r.Domain); err != nil {
					return err
				}
				if err := m.audit(ctx, tx, directory.Itself(), "domain.expired", r.Domain, r.Action+": "+r.Reason); err != nil {
					return err
				}
			}
			return m.settle(ctx, tx)
		})
		m.invalidate()
		if err != nil {
			return fmt.Errorf("end rules: %w", err)
		}
	}
	n, err := m.st.CountOldContacts(ctx, now.Add(-keepContact))
	if err != nil || n == 0 {
		return err
	}
	return m.st.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ForgetContacts(ctx, now.Add(-keepContact))
		return err
	})
}
