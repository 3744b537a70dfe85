package site

import (
	"context"
	"fmt"
	"sync"

	"codeberg.org/bocage/bocage/internal/store"
)

// cached keeps a value for as long as the directory's revision is the same.
type cached[T any] struct {
	mu       sync.Mutex
	revision string
	value    T
}

// get returns the value of this revision, made when it is not there yet. An
// empty revision is never kept.
func (c *cached[T]) get(revision string, make func() (T, error)) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if revision != "" && c.revision == revision {
		return c.value, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	c.revision, c.value = revision, v
	return v, nil
}

// origins counts the entries of each instance, our own ("") included.
func (s *Site) originCounts(ctx context.Context) ([]store.OriginCount, error) {
	return s.origins.get(s.cfg.View.Revision(), func() ([]store.OriginCount, error) {
		out, err := s.cfg.Store.OriginCounts(ctx)
		if err != nil {
			return nil, fmt.Errorf("count origins: %w", err)
		}
		return out, nil
	})
}
