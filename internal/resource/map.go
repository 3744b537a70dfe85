package resource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Map answers /maps/{map} with the actor of a map, a Tombstone with 410 when it
// was deleted.
func (h *Handlers) Map(w http.ResponseWriter, r *http.Request) error {
	m, err := h.cfg.Store.MapByHandle(r.Context(), r.PathValue("map"))
	if errors.Is(err, directory.ErrGone) {
		body, err := h.cfg.Env.Tombstone(h.cfg.Env.MapURI(m.Handle), vocab.MapType, m.DeletedAt)
		if err != nil {
			return err
		}
		return serve(w, r, answer{body: body, status: http.StatusGone, cache: minutes})
	}
	if err != nil {
		return err
	}
	keys, err := h.keys(r.Context(), outbox.MapKeys(m))
	if err != nil {
		return fmt.Errorf("map %s: %w", m.Handle, err)
	}
	body, err := h.cfg.Env.MapActor(m, keys)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body})
}

// MapCollections answers /maps/{map}/collections: the one collection of a map
// (FEP-7aa9).
func (h *Handlers) MapCollections(w http.ResponseWriter, r *http.Request) error {
	m, err := h.cfg.Store.MapByHandle(r.Context(), r.PathValue("map"))
	if err != nil {
		return err
	}
	uri := h.cfg.Env.MapURI(m.Handle)
	return collection(w, r, federation.OrderedCollection{ID: uri + "/collections", TotalItems: 1, Items: []any{uri + "/collection"}})
}

// MapCollection answers /maps/{map}/collection: the actors that entered the map
// last, at most 150 (FEP-7aa9).
func (h *Handlers) MapCollection(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := h.cfg.Store.MapByHandle(ctx, r.PathValue("map"))
	if err != nil {
		return err
	}
	es, err := h.cfg.Store.LatestInMap(ctx, m.ID, 4*vocab.MaxFeatured) // events and texts are none of it
	if err != nil {
		return err
	}
	var actors []directory.Public
	for _, e := range es {
		if p, ok := e.Public(); ok && e.Kind.IsActor() {
			actors = append(actors, p)
		}
	}
	body, err := h.cfg.Env.MapCollection(m, actors)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body})
}

// Feature answers /features/{id}: the leave of an actor of ours to be in a
// collection (FEP-7aa9). It is gone when the actor is.
func (h *Handlers) Feature(w http.ResponseWriter, r *http.Request) error {
	f, err := h.feature(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	body, err := h.cfg.Env.Authorization(h.cfg.Env.FeatureURI(f.ID), f.Collection, f.Object)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body, cache: minutes})
}

// feature finds a leave that was asked for, or the one of an entry of ours in a
// map of ours, whose id is both of theirs.
func (h *Handlers) feature(ctx context.Context, id string) (store.Feature, error) {
	const uuid = 36
	if len(id) != 2*uuid+1 {
		f, err := h.cfg.Store.Feature(ctx, id)
		if err != nil {
			return f, err
		}
		return f, h.stillThere(ctx, f.Object)
	}
	e, err := h.cfg.Store.Entry(ctx, id[:uuid])
	if err != nil {
		return store.Feature{}, err
	}
	m, err := h.cfg.Store.Map(ctx, id[uuid+1:])
	if err != nil {
		return store.Feature{}, err
	}
	if e.Origin != "" || !e.Kind.IsActor() || !e.Listed() {
		return store.Feature{}, fmt.Errorf("feature %s: %w", id, directory.ErrNotFound)
	}
	members, err := h.cfg.Store.MembersOf(ctx, e.Num)
	for _, row := range members {
		if row.MapID == m.ID && row.Present {
			return store.Feature{ID: id, Object: e.URI, Collection: h.cfg.Env.MapURI(m.Handle) + "/collection"}, nil
		}
	}
	return store.Feature{}, errors.Join(err, fmt.Errorf("feature %s: %w", id, directory.ErrNotFound))
}

func (h *Handlers) stillThere(ctx context.Context, uri string) error {
	if uri == h.cfg.Env.InstanceURI() {
		return nil
	}
	if handle := h.cfg.Env.MapHandle(uri); handle != "" {
		_, err := h.cfg.Store.MapByHandle(ctx, handle)
		return err
	}
	e, err := h.cfg.Store.EntryByURI(ctx, uri)
	if err == nil && !e.Status.Public() {
		err = directory.ErrNotFound
	}
	return err
}

// mapJRD is the WebFinger answer for a map, by its handle or its URL.
func (h *Handlers) mapJRD(ctx context.Context, res federation.Resource) (federation.JRD, error) {
	handle := res.Name
	if handle == "" {
		handle = h.cfg.Env.MapHandle(res.URL)
	}
	m, err := h.cfg.Store.MapByHandle(ctx, strings.ToLower(handle))
	if err != nil {
		return federation.JRD{}, err
	}
	uri := h.cfg.Env.MapURI(m.Handle)
	return federation.ActorJRD(h.cfg.Env.Base, m.Handle, uri, uri), nil
}
