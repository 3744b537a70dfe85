package ledger

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// RotateOptions says how keys are replaced.
type RotateOptions struct {
	// Owner is whose: an organisation's ID, or keyring.Instance.
	Owner string
	// Compromised forgets the old key at once: peers learn of the new one when a
	// signature does not verify, and not by an Update that a thief could send too.
	Compromised bool
	// Reason is for the log of decisions.
	Reason string
}

// rotateBatch is how many entries are written in one transaction.
const rotateBatch = 200

// RotateKeys replaces the key with which owner signs requests, and writes the
// documents that carry it anew; it returns how many. The followers are told by
// an Update signed with the key before, which is kept for what was queued until
// now. The key of proofs stays. Only administrators may: ErrForbidden. What was
// interrupted half way is finished by a job of kind JobRekey.
func (l *Ledger) RotateKeys(ctx context.Context, who directory.Who, opt RotateOptions) (int, error) {
	if !who.Admin && !who.System {
		return 0, fmt.Errorf("rotate keys: %w", directory.ErrForbidden)
	}
	row, pair, err := l.keys.Replacement(ctx, opt.Owner)
	if err != nil {
		return 0, err
	}
	err = l.commit(ctx, func(tx *store.Tx) error {
		if !opt.Compromised {
			if err := l.announceKey(ctx, tx, opt.Owner, pair.Public); err != nil {
				return err
			}
		}
		if err := tx.RotateKey(ctx, row, l.now()); err != nil {
			return err
		}
		if opt.Compromised {
			if _, err := tx.DropFormerKeys(ctx, opt.Owner); err != nil {
				return err
			}
		}
		if err := l.rekeyLater(ctx, tx, opt.Owner); err != nil {
			return err
		}
		return l.audit(ctx, tx, who, "key.rotate", opt.Owner, opt.Reason)
	})
	if err != nil {
		return 0, fmt.Errorf("rotate keys of %s: %w", opt.Owner, err)
	}
	l.keys.Forget(opt.Owner)
	if opt.Owner == keyring.Instance {
		return 1, nil
	}
	return l.rekey(ctx, opt.Owner, pair.Public)
}

// announceKey queues the Updates of the actors that somebody follows.
func (l *Ledger) announceKey(ctx context.Context, tx *store.Tx, owner string, keys vocab.Keys) error {
	if owner == keyring.Instance {
		doc, err := l.env.InstanceActor(keys, zeroTime)
		if err != nil {
			return err
		}
		return l.publisher.RekeyInstance(ctx, tx, doc)
	}
	return l.eachKeyed(ctx, tx.Reader, owner, func(e *directory.Entry) error {
		l.touch(change{before: &directory.Entry{Updated: e.Updated}, after: e})
		return l.publisher.Rekey(ctx, tx, e, keys)
	})
}

// eachKeyed calls fn with each published actor of ours whose document has owner's key.
func (l *Ledger) eachKeyed(ctx context.Context, r store.Reader, owner string, fn func(e *directory.Entry) error) error {
	f := store.EntryFilter{Owner: owner, LocalOnly: true, Limit: rotateBatch}
	for {
		es, err := r.Entries(ctx, f)
		if err != nil {
			return err
		}
		for i := range es {
			if es[i].Kind.IsActor() {
				if err := fn(&es[i]); err != nil {
					return err
				}
			}
		}
		if len(es) < rotateBatch {
			return nil
		}
		f = f.After(es[len(es)-1])
	}
}

// rekey gives the entries of owner the hash and the place in the sequence that
// their new document has, so that other directories take it.
func (l *Ledger) rekey(ctx context.Context, owner string, keys vocab.Keys) (int, error) {
	var ids []string
	err := l.eachKeyed(ctx, l.store.Reader, owner, func(e *directory.Entry) error {
		ids = append(ids, e.ID)
		return nil
	})
	for at := 0; at < len(ids) && err == nil; at += rotateBatch {
		err = l.commit(ctx, func(tx *store.Tx) error {
			for _, id := range ids[at:min(len(ids), at+rotateBatch)] {
				if err := l.rekeyOne(ctx, tx, id, keys); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return 0, fmt.Errorf("the key was replaced, and not every document that has it; a job does the rest in a minute: %w", err)
	}
	return len(ids), nil
}

func (l *Ledger) rekeyOne(ctx context.Context, tx *store.Tx, id string, keys vocab.Keys) error {
	e, err := tx.Entry(ctx, id)
	if err != nil {
		return err
	}
	pub, ok := e.Public()
	if !ok {
		return nil
	}
	before := e
	l.touch(change{before: &before, after: &e})
	pub.Updated = e.Updated
	doc, err := l.env.Document(pub, keys)
	if err != nil {
		return fmt.Errorf("document of %s: %w", e.URI, err)
	}
	e.Hash = proof.Hash(doc)
	return tx.PutEntry(ctx, &e, store.PutOptions{Public: true})
}
