package inbox

import (
	"context"
	"errors"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// arrival is a verified activity that is to be kept.
type arrival struct {
	rec store.Received
	sig signed
	// from is the origin of who sent it, which is not always whose it is.
	from string
	// news is what it says of an entry, nil when it is to be applied by a job.
	news *news
}

// arrive keeps activities that came at the same time, in one transaction with what
// makes a second copy recognisable: the row of its id, which is made of the bytes
// when it has none, so that a replayed request is a second copy too. News is applied
// in the same transaction and is done with it; the rest is left to a job each. When
// that fails as a whole, each activity is kept by itself and applied by its job: a bad
// one harms no other, and what is not applied here is tried there.
func (in *Inbox) arrive(ctx context.Context, as []arrival) []error {
	var k keeping
	together := guarded(func(ctx context.Context, tx *store.Tx) (err error) {
		k, err = in.keepAll(ctx, tx, as)
		return err
	})
	err := in.cfg.Store.Write(ctx, func(tx *store.Tx) error { return together(ctx, tx) })
	if err != nil {
		in.cfg.Moderation.Recount()
		in.cfg.Logger.DebugContext(ctx, "arrivals are kept one by one", "number", len(as), "reason", err)
		return in.arriveSingly(ctx, as)
	}
	for i, a := range as {
		if k.results[i] == nil {
			in.seen.add(a.rec.ID)
		}
	}
	if k.applied {
		in.cfg.Changed()
	}
	if k.queued {
		in.cfg.Wake()
	}
	return k.results
}

// arriveSingly keeps each arrival by itself and leaves it to its job.
func (in *Inbox) arriveSingly(ctx context.Context, as []arrival) []error {
	each := make([]store.Part, len(as))
	for i, a := range as {
		a.news = nil
		each[i] = guarded(func(ctx context.Context, tx *store.Tx) error {
			k, err := in.keepAll(ctx, tx, []arrival{a})
			return errors.Join(err, k.result())
		})
	}
	results := in.cfg.Store.WriteEach(ctx, each)
	for i, err := range results {
		if errors.Is(err, directory.ErrConflict) { // another process has just kept it, and now that is seen
			results[i] = in.cfg.Store.WriteEach(ctx, each[i:i+1])[0]
		}
	}
	in.cfg.Wake()
	return results
}

// keeping is what came of arrivals.
type keeping struct {
	results []error // nil for those that were kept
	// applied says that some were applied, queued that some have a job.
	applied, queued bool
}

func (k keeping) result() error {
	if len(k.results) == 0 {
		return nil
	}
	return k.results[0]
}

// keepAll keeps arrivals in a transaction, in their order.
func (in *Inbox) keepAll(ctx context.Context, tx *store.Tx, as []arrival) (k keeping, err error) {
	fresh, results, err := in.fresh(ctx, tx, as)
	if err != nil {
		return k, err
	}
	k.results = results
	if err := in.noteSenders(ctx, tx, fresh); err != nil {
		return k, err
	}
	done, err := in.applyNews(ctx, tx, fresh)
	if err != nil {
		return k, err
	}
	rows := make([]store.Received, len(fresh))
	for i, a := range fresh {
		if rows[i] = a.rec; done[i] { // what it said is in the entry's own document
			rows[i].Done, rows[i].Body, k.applied = in.now(), []byte{}, true
		}
	}
	if err := tx.InsertAllReceived(ctx, rows); err != nil {
		return k, err
	}
	for i, a := range fresh {
		if done[i] {
			continue
		}
		k.queued = true
		if err := peer.ScheduleApply(ctx, tx, a.rec.ID); err != nil {
			return k, err
		}
	}
	return k, nil
}

// fresh are the arrivals that were not received before, nor twice among these; the
// others have their answer in results.
func (in *Inbox) fresh(ctx context.Context, tx *store.Tx, as []arrival) (fresh []arrival, results []error, err error) {
	ids := make([]string, len(as))
	for i, a := range as {
		ids[i] = a.rec.ID
	}
	seen, err := tx.ReceivedAmong(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	results = make([]error, len(as))
	fresh = make([]arrival, 0, len(as))
	for i, a := range as {
		if seen[a.rec.ID] {
			results[i] = errRepeated
			continue
		}
		seen[a.rec.ID] = true
		fresh = append(fresh, a)
	}
	return fresh, results, nil
}

// noteSenders records what the signatures of arrivals say of who made them, once for
// each sender: that it is there, how it signs, and that it holds its key.
func (in *Inbox) noteSenders(ctx context.Context, tx *store.Tx, as []arrival) error {
	type sender struct{ from, keyID, form string }
	noted := map[sender]bool{}
	for _, a := range as {
		s := sender{a.from, a.sig.KeyID, a.sig.Form.String()}
		if noted[s] {
			continue
		}
		noted[s] = true
		if err := tx.RetryPeer(ctx, a.from); err != nil {
			return err
		}
		if _, err := in.cfg.Moderation.Signed(ctx, tx, a.sig.key.Actor, a.sig.key.Pub); err != nil {
			return err
		}
		if err := in.noteForm(ctx, tx, a.from, a.sig.Form); err != nil {
			return err
		}
	}
	return nil
}
