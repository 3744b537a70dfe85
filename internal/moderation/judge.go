package moderation

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Judge decides what becomes of an entry of another instance: first what holds
// for its origin, then what the rules of the followed sources say of it.
func (m *Moderation) Judge(ctx context.Context, r store.Reader, e *directory.Entry) (directory.Decision, error) {
	return m.bySource(ctx, r, e)
}
