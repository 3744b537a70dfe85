package outbox

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

func precisionOf(e directory.Public) directory.Precision {
	if e.Place == nil {
		return directory.PrecisionExact
	}
	return e.Place.Precision
}

// redact puts doc in the place of older documents of object in all that was
// said about it, what waits to be delivered included: an address that is
// hidden from today on must not be read in the posts of yesterday. Notes are
// text in which it may stand anywhere, so they are forgotten.
func (p *Publisher) redact(ctx context.Context, tx *store.Tx, object string, doc []byte) error {
	about, err := tx.ActivitiesAbout(ctx, object, store.MaxLimit)
	if err != nil {
		return fmt.Errorf("activities about %s: %w", object, err)
	}
	for _, a := range about {
		embedded, err := federation.ParseObject(a.Body)
		if err != nil {
			return fmt.Errorf("activity %s: %w", a.ID, err)
		}
		switch inner := embedded.Ref("object"); {
		case a.Type == "Note":
			if err := p.forgetShares(ctx, tx, a.ID); err != nil {
				return err
			}
			err = tx.DeleteActivity(ctx, a.ID)
		case inner.Embedded() && inner.Type == "Note":
			err = tx.DeleteActivity(ctx, a.ID)
		case inner.Embedded() && inner.ID == object && (a.Type == "Create" || a.Type == "Update"):
			err = p.rewrite(ctx, tx, a, doc)
		}
		if err != nil {
			return fmt.Errorf("redact %s: %w", a.ID, err)
		}
	}
	return nil
}

// forgetShares removes the Announces of a note.
func (p *Publisher) forgetShares(ctx context.Context, tx *store.Tx, note string) error {
	shares, err := tx.ActivitiesAbout(ctx, note, store.MaxLimit)
	if err != nil {
		return fmt.Errorf("shares of %s: %w", note, err)
	}
	for _, s := range shares {
		if err := tx.DeleteActivity(ctx, s.ID); err != nil {
			return err
		}
	}
	return nil
}

func (p *Publisher) rewrite(ctx context.Context, tx *store.Tx, a store.Activity, doc []byte) error {
	act, verb := vocab.Act{ID: a.ID, Actor: a.Actor, At: a.Created}, p.cfg.Env.Update
	if a.Type == "Create" {
		verb = p.cfg.Env.Create
	}
	body, err := verb(act, doc)
	if err != nil {
		return err
	}
	s, err := p.senderOf(ctx, tx, a.Actor)
	if err == nil {
		a.Body, err = p.signed(ctx, tx, s, body, a.Created)
	}
	if err != nil {
		return err
	}
	return tx.PutActivity(ctx, a)
}
