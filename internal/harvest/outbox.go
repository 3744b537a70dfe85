package harvest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const (
	// maxOutboxPages and maxOutboxItems bound the first walk of a foreign
	// outbox; later ones read its first page.
	maxOutboxPages = 20
	maxOutboxItems = 500
)

// walkOutbox reads what software without a catalogue offers: its outbox and
// its upcoming events. Each object is fetched from its origin by id.
func (h *Harvester) walkOutbox(ctx context.Context, f store.Following) (changed int, err error) {
	ra, err := h.cfg.Actors.Actor(ctx, f.Object)
	if err != nil {
		return 0, err
	}
	tags := h.tagsOf(f)
	ids, err := h.outboxIDs(ctx, f, tags)
	if err != nil {
		return 0, err
	}
	if act, err := federation.ParseActor(ra.Doc); err == nil && act.Upcoming != "" {
		more, err := h.collectionIDs(ctx, f.Origin, act.Upcoming, 1, tags)
		if err != nil {
			return 0, err
		}
		ids = append(ids, more...)
	}
	seen := make(map[string]bool)
	for _, id := range append([]string{f.Object}, ids...) {
		if seen[id] || !peer.SameOrigin(id, f.Origin) {
			continue
		}
		seen[id] = true
		did, err := h.take(ctx, f, id)
		if err != nil {
			return changed, err
		}
		if did {
			changed++
		}
	}
	if err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return h.move(ctx, tx, &f, "", "") }); err != nil {
		return changed, err
	}
	tags.keep()
	return changed, nil
}

func (h *Harvester) outboxIDs(ctx context.Context, f store.Following, tags *tags) ([]string, error) {
	if f.Outbox == "" {
		return nil, nil
	}
	pages := maxOutboxPages
	if !f.Synced.IsZero() {
		pages = 1
	}
	return h.collectionIDs(ctx, f.Origin, f.Outbox, pages, tags)
}

// collectionIDs lists the object ids of a collection's first pages.
func (h *Harvester) collectionIDs(ctx context.Context, origin, rawURL string, pages int, tags *tags) (ids []string, err error) {
	col, _, err := h.page(ctx, origin, rawURL, tags)
	if err != nil {
		return nil, err
	}
	switch {
	case col.FirstPage != nil:
		col = *col.FirstPage
	case len(col.Items) == 0 && col.First != "":
		if col, _, err = h.page(ctx, origin, col.First, tags); err != nil {
			return nil, err
		}
	}
	for ; ; pages-- {
		for _, raw := range col.Items {
			if id := objectID(raw); id != "" {
				ids = append(ids, id)
			}
		}
		if pages <= 1 || len(ids) >= maxOutboxItems || col.Next == "" {
			return ids, nil
		}
		if col, _, err = h.page(ctx, origin, col.Next, tags); err != nil {
			return nil, err
		}
	}
}

// objectID is the id of what an outbox item is about, "" for what is no entry.
func objectID(raw json.RawMessage) string {
	for range 3 {
		m, err := federation.ParseObject(raw)
		if err != nil {
			var id string
			_ = json.Unmarshal(raw, &id) // neither object nor string is no item
			return id
		}
		switch m.Text("type") {
		case "Create", "Update", "Announce", "Delete":
			raw = m.Ref("object").Raw
		case "Note", "Question", "Follow", "Accept", "Like", "Undo":
			return ""
		default:
			return m.Text("id")
		}
	}
	return ""
}

// take fetches one object and writes it. What is no entry is left out.
func (h *Harvester) take(ctx context.Context, f store.Following, id string) (changed bool, err error) {
	done, err := h.pace.wait(ctx, id)
	if err != nil {
		return false, err
	}
	defer done()
	raw, err := h.cfg.Actors.Fetch(ctx, id)
	gone := errors.Is(err, directory.ErrGone) || errors.Is(err, directory.ErrNotFound)
	switch {
	case gone:
		return h.write(ctx, f, batch{remove: []string{id}})
	case errors.Is(err, directory.ErrInvalid), errors.Is(err, directory.ErrForbidden):
		h.skip(ctx, f, id, err)
		return false, nil
	case err != nil:
		return false, fmt.Errorf("harvest %s: %w", id, err)
	}
	e, err := vocab.Entry(raw, f.Origin)
	if errors.Is(err, directory.ErrForbidden) {
		return h.write(ctx, f, batch{remove: []string{id}}) // not to be listed, or no more
	}
	if err != nil {
		return false, nil // a Person, a Note: followed for its events, no entry itself
	}
	d, err := h.vouched(ctx, f, e, raw)
	if errors.Is(err, peer.ErrAltered) {
		h.skip(ctx, f, id, err)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return h.write(ctx, f, batch{accept: []document{d}})
}

func (h *Harvester) write(ctx context.Context, f store.Following, b batch) (changed bool, err error) {
	err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := h.apply(ctx, tx, f, b)
		changed = n > 0
		return err
	})
	return changed, err
}
