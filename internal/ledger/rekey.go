package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// JobRekey is the kind of the jobs that RekeyDue does.
const JobRekey = "rekey"

// rekeyAfter is how long who replaced the keys has to write the documents.
const rekeyAfter = time.Minute

type rekeyPayload struct {
	Owner string `json:"owner"`
}

// rekeyLater has a job write what a rotation that is interrupted leaves.
func (l *Ledger) rekeyLater(ctx context.Context, tx *store.Tx, owner string) error {
	if owner == keyring.Instance {
		return nil // its document is written when it is asked for
	}
	payload, err := json.Marshal(rekeyPayload{owner})
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobRekey, Key: owner, Payload: payload, Due: l.now().Add(rekeyAfter)})
}

// RekeyDue does one job of kind JobRekey: it writes the documents anew that still
// have the key from before a rotation.
func (l *Ledger) RekeyDue(ctx context.Context, job jobs.Job) error {
	var p rekeyPayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	pair, err := l.keys.Pair(ctx, p.Owner)
	if err != nil {
		return fmt.Errorf("write documents with the new key: %w", err)
	}
	var stale []string
	err = l.eachKeyed(ctx, l.store.Reader, p.Owner, func(e *directory.Entry) error {
		stale = append(stale, e.ID)
		return nil
	})
	for at := 0; at < len(stale) && err == nil; at += rotateBatch {
		err = l.commit(ctx, func(tx *store.Tx) error {
			for _, id := range stale[at:min(len(stale), at+rotateBatch)] {
				if err := l.rekeyStale(ctx, tx, id, pair.Public); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

// rekeyStale is rekeyOne of what is not yet as its document is.
func (l *Ledger) rekeyStale(ctx context.Context, tx *store.Tx, id string, keys vocab.Keys) error {
	e, err := tx.Entry(ctx, id)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) || err == nil && !e.Status.Public() {
		return nil // meanwhile
	}
	if err != nil {
		return err
	}
	hash, err := l.hash(ctx, tx, &e)
	if err != nil || hash == e.Hash {
		return err
	}
	return l.rekeyOne(ctx, tx, id, keys)
}
