package moderation

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// bySource is what the rules of the followed sources say of an entry.
func (m *Moderation) bySource(ctx context.Context, r store.Reader, e *directory.Entry) (directory.Decision, error) {
	return directory.Decision{Action: directory.DecidePublish}, nil
}
