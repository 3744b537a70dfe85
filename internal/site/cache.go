package site

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
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

// chartMost is how many texts, or concepts, the charts take.
const chartMost = 5000

// ofKind reads every public entry of a kind, by number.
func (s *Site) ofKind(ctx context.Context, k directory.Kind) ([]directory.Public, error) {
	es, err := s.cfg.Store.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Kinds: []directory.Kind{k}}, Limit: chartMost})
	if err != nil {
		return nil, fmt.Errorf("read all of kind %s: %w", k, err)
	}
	to, err := s.cfg.Store.Redirects(ctx)
	if err != nil {
		return nil, fmt.Errorf("read all of kind %s: %w", k, err)
	}
	out := publics(es)
	if err := s.addMerged(ctx, k, out); err != nil {
		return nil, fmt.Errorf("read all of kind %s: %w", k, err)
	}
	for i := range out {
		for j := range out[i].Relations { // what moved or was merged is drawn as what is shown instead
			if uri, ok := to[out[i].Relations[j].Object]; ok {
				out[i].Relations[j].Object = uri
			}
		}
	}
	return out, nil
}

// addMerged gives to the entries of a chart the relations of their merged twins.
func (s *Site) addMerged(ctx context.Context, k directory.Kind, out []directory.Public) error {
	merged, err := s.cfg.Store.Successions(ctx, store.WhyMerged, time.Time{}, chartMost)
	if err != nil || len(merged) == 0 {
		return err
	}
	at := make(map[string]int, len(out))
	for i, e := range out {
		at[e.ID] = i
	}
	for _, m := range merged {
		i, ok := at[m.NewID]
		if !ok {
			continue
		}
		o, err := s.cfg.Store.Entry(ctx, m.OldID)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			continue
		}
		if err != nil {
			return err
		}
		if public, ok := o.Public(); ok && o.Kind == k {
			out[i].Relations = slices.Clone(out[i].Relations)
			for _, r := range public.Relations {
				if r.Object != out[i].URI {
					out[i].Relations = append(out[i].Relations, r)
				}
			}
		}
	}
	return nil
}
