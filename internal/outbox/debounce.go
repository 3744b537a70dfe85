package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
)

// JobTell is the kind of the jobs that tell of an edit once it has rested.
const JobTell = "tell"

type tellPayload struct {
	Object string `json:"object"`
}

// Jobs are the handlers of the publisher's jobs, for the Runner.
func (p *Publisher) Jobs() map[string]jobs.Handler {
	return map[string]jobs.Handler{JobTell: p.rested, JobDigest: p.Digest, store.JobRetell: p.Retell}
}

// Publish inserts the activities that ch causes and a delivery per audience
// member, or a note to do so once the edit has rested (Config.Debounce): several
// edits of an entry in that time are told as one, from what others know to what
// is then true. What is new, what leaves the public and what hides a place is
// told at once. A change that leaves the public document the same causes nothing.
func (p *Publisher) Publish(ctx context.Context, tx *store.Tx, ch Change) error {
	rests, err := p.rest(ctx, tx, &ch)
	if err != nil || rests {
		return err
	}
	return p.publish(ctx, tx, ch)
}

// rest reports whether ch is to be told later. When it is not, and an earlier
// change of the same entry is, ch then begins where that one did.
func (p *Publisher) rest(ctx context.Context, tx *store.Tx, ch *Change) (bool, error) {
	before, wasPublic := public(ch.Before)
	if !wasPublic || before.Origin != "" {
		return false, nil // new, or not ours
	}
	after, isPublic := public(ch.After)
	edit := isPublic && !precisionOf(after).Coarser(precisionOf(before))
	switch {
	case edit && ch.Bulk:
		return tx.IsPending(ctx, before.URI)
	case edit && p.cfg.Debounce > 0:
		return true, p.putOff(ctx, tx, before, ch.Note)
	}
	first, err := tx.TakePending(ctx, before.URI)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	ch.Before = &first.Before
	return false, err
}

func (p *Publisher) putOff(ctx context.Context, tx *store.Tx, before directory.Public, note NoteKind) error {
	due := p.now().Add(p.cfg.Debounce)
	err := tx.PutPending(ctx, store.Pending{Object: before.URI, Before: directory.Entry(before), Note: string(note), Due: due})
	if err != nil {
		return err
	}
	payload, err := json.Marshal(tellPayload{before.URI})
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobTell, Key: before.URI, Payload: payload, Due: due})
}

// rested tells of an edit that has rested, whatever became of the entry since.
func (p *Publisher) rested(ctx context.Context, job jobs.Job) error {
	var payload tellPayload
	if err := json.Unmarshal(job.Payload, &payload); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	err := p.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		first, err := tx.TakePending(ctx, payload.Object)
		if errors.Is(err, directory.ErrNotFound) {
			return nil // told with what came after it
		}
		if err != nil {
			return err
		}
		now, err := tx.EntryByURI(ctx, payload.Object)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			return nil
		}
		if err != nil {
			return err
		}
		return p.publish(ctx, tx, Change{Before: &first.Before, After: &now, Note: NoteKind(first.Note)})
	})
	if err != nil {
		return fmt.Errorf("tell of %s: %w", payload.Object, err)
	}
	p.cfg.Deliver()
	return nil
}

// supersede takes back what older states of object wait for inboxes. Where the
// Create itself has not gone out, it is given the last state, and the inbox needs
// nothing more: what remains is told by an Update.
func (p *Publisher) supersede(ctx context.Context, tx *store.Tx, s sender, object string, doc []byte, inboxes []string) ([]string, error) {
	creates, err := tx.SupersedeUpdates(ctx, s.uri, object, inboxes)
	if err != nil {
		return nil, err
	}
	served := map[string]bool{}  // inboxes
	renewed := map[string]bool{} // Creates, whether they have the entry
	for _, d := range creates {
		ok, known := renewed[d.ActivityID]
		if !known {
			if ok, err = p.renew(ctx, tx, d.ActivityID, object, doc); err != nil {
				return nil, err
			}
			renewed[d.ActivityID] = ok
		}
		if ok {
			served[d.Inbox] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(inboxes), func(inbox string) bool { return served[inbox] }), nil
}

// renew puts doc in a Create of object; false when the activity has another one,
// which is a note about it.
func (p *Publisher) renew(ctx context.Context, tx *store.Tx, activity, object string, doc []byte) (bool, error) {
	a, err := tx.Activity(ctx, activity)
	if err != nil {
		return false, err
	}
	body, err := federation.ParseObject(a.Body)
	if err != nil {
		return false, fmt.Errorf("activity %s: %w", a.ID, err)
	}
	if inner := body.Ref("object"); !inner.Embedded() || inner.ID != object {
		return false, nil
	}
	return true, p.rewrite(ctx, tx, a, doc)
}
