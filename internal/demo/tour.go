package demo

import (
	"encoding/json"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
)

// tour keeps and publishes the demonstration's guided tour, unless there is one
// of its name already: somebody may have written in it. Its steps name entries
// by their source keys.
func (l *loader) tour() error {
	raw, err := data.ReadFile("data/tour.json")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	var t directory.Tour
	if err := json.Unmarshal(raw, &t); err != nil {
		return fmt.Errorf("demo: tour.json: %w", err)
	}
	if _, err := l.st.TourBySlug(l.ctx, t.Slug); !errors.Is(err, directory.ErrNotFound) {
		if errors.Is(err, directory.ErrGone) {
			return nil
		}
		return err
	}
	var keys []string
	for _, s := range t.Steps {
		if s.Entry != "" {
			keys = append(keys, "demo/"+s.Entry)
		}
	}
	found, err := l.st.EntriesBySourceKey(l.ctx, l.org.ID, keys)
	if err != nil {
		return fmt.Errorf("demo: tour: %w", err)
	}
	at := map[string]string{}
	for _, e := range found {
		at[e.SourceKey] = e.URI
	}
	for i := range t.Steps {
		if key := t.Steps[i].Entry; key != "" {
			if t.Steps[i].Entry = at["demo/"+key]; t.Steps[i].Entry == "" {
				return fmt.Errorf("demo: tour: no entry %s: %w", key, directory.ErrNotFound)
			}
		}
	}
	if t, err = l.led.CreateTour(l.ctx, l.who, t); err != nil {
		return fmt.Errorf("demo: tour: %w", err)
	}
	if err := l.led.PublishTour(l.ctx, l.who, t.ID); err != nil {
		return fmt.Errorf("demo: tour: %w", err)
	}
	return nil
}
