package ledger

import (
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// formSetting is the store's key for the form in which the documents were last
// hashed.
const formSetting = "documents.form"

// Rehash gives every published entry of ours the hash of the document that this
// version of the program writes, once for each vocab.DocumentForm: the catalogue
// says the hashes, and must say those of what is served. Other directories take
// what changed by the catalogue; nobody else is told, since no person would see
// a difference. It returns how many changed. What was interrupted goes on at the
// next start.
func (l *Ledger) Rehash(ctx context.Context) (changed int, err error) {
	form, err := l.store.Setting(ctx, formSetting)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return 0, fmt.Errorf("form of the documents: %w", err)
	}
	if form == vocab.DocumentForm {
		return 0, nil
	}
	f := store.EntryFilter{LocalOnly: true, Limit: rotateBatch}
	for {
		es, err := l.store.Entries(ctx, f)
		if err != nil {
			return changed, fmt.Errorf("hash documents again: %w", err)
		}
		var n int
		err = l.commit(ctx, func(tx *store.Tx) error {
			n = 0 // a transaction may be tried again
			for i := range es {
				did, err := l.rehashOne(ctx, tx, es[i].ID)
				if err != nil {
					return err
				}
				if did {
					n++
				}
			}
			return nil
		})
		if err != nil {
			return changed, fmt.Errorf("hash documents again: %w", err)
		}
		changed += n
		if len(es) < rotateBatch {
			break
		}
		f = f.After(es[len(es)-1])
	}
	return changed, l.commit(ctx, func(tx *store.Tx) error { return tx.PutSetting(ctx, formSetting, vocab.DocumentForm) })
}

func (l *Ledger) rehashOne(ctx context.Context, tx *store.Tx, id string) (bool, error) {
	e, err := tx.Entry(ctx, id)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) || err == nil && !e.Status.Public() {
		return false, nil // meanwhile
	}
	if err != nil {
		return false, err
	}
	hash, err := l.hash(ctx, tx, &e)
	if err != nil || hash == e.Hash {
		return false, err
	}
	e.Hash = hash
	return true, tx.PutEntry(ctx, &e, store.PutOptions{Public: true})
}
