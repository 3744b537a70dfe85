package peer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// pinAge is how long it is believed that a server names the actor whose key is
	// pinned, pinBatch how many servers are asked at once.
	pinAge   = 24 * time.Hour
	pinBatch = 8
)

// CheckPins asks the servers that were not asked for a day whether the actor whose key
// is pinned is still the one that they name as their own, and returns how many were. A
// key that was pinned before that was asked may be anybody's who had an actor there.
func (a *Actors) CheckPins(ctx context.Context, log *slog.Logger) (int, error) {
	pins, err := a.cfg.Store.PinsToCheck(ctx, a.cfg.Clock().Add(-pinAge), pinBatch)
	if err != nil {
		return 0, err
	}
	for _, pin := range pins {
		disputed, err := a.checkPin(ctx, pin)
		if err != nil {
			return 0, err
		}
		if disputed {
			log.WarnContext(ctx, "the server does not name the actor whose key is pinned", "peer", pin.Origin, "actor", pin.Actor)
		}
	}
	return len(pins), nil
}

// checkPin asks one server. The key is disputed when the server names another actor or,
// although it says who it is, none; it is believed again when it names its actor. When
// it cannot be asked nothing changes.
func (a *Actors) checkPin(ctx context.Context, pin store.PinnedKey) (disputed bool, err error) {
	named, err := a.Application(ctx, pin.Origin)
	known := err == nil
	if known && named == "" {
		_, _, err := a.cfg.Client.Server(ctx, pin.Origin)
		known = err == nil
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return known && named != pin.Actor, a.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		was, err := tx.PinChecked(ctx, pin.Origin)
		if err != nil || !known || was.Actor != pin.Actor || was.How != pin.How {
			return err // it was replaced meanwhile
		}
		switch right := named == pin.Actor; {
		case right && !was.Disputed.IsZero():
			return a.notePin(ctx, tx, pin.Origin, "pin.settled", pin.Actor, tx.SettlePin(ctx, pin.Origin))
		case !right && (was.Disputed.IsZero() || was.Named != named):
			return a.notePin(ctx, tx, pin.Origin, "pin.disputed", pin.Actor+" → "+named, tx.DisputePin(ctx, pin.Origin, named))
		}
		return nil
	})
}

// notePin puts what became of a pinned key in the log of decisions, unless it failed.
func (a *Actors) notePin(ctx context.Context, tx *store.Tx, origin, verb, detail string, failed error) error {
	id, err := uuid.NewV7()
	if err := errors.Join(failed, err); err != nil {
		return fmt.Errorf("pinned key of %s: %w", origin, err)
	}
	who := directory.Itself()
	return tx.AddAudit(ctx, store.AuditEntry{ID: id.String(), At: a.cfg.Clock().UTC(), WhoID: who.UserID, WhoName: who.Name, Verb: verb, Object: origin, Detail: detail})
}
