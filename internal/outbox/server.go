package outbox

import (
	"context"
	"errors"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// readers is to without the actors of whole servers: those take events, and
// what is said of one in a Note is in its Update. Gancio, whose administrators
// have not switched comments on, never answers a Note at all.
func (p *Publisher) readers(ctx context.Context, tx *store.Tx, to []listener) ([]listener, error) {
	var out []listener
	for _, l := range to {
		ra, err := tx.RemoteActor(ctx, l.actor)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return nil, err
		}
		if ra.Type != "Application" {
			out = append(out, l)
		}
	}
	return out, nil
}
