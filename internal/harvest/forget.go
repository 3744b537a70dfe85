package harvest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
)

// forgetChunk is how many entries one transaction removes.
const forgetChunk = 200

type forgetPayload struct {
	Origin string `json:"origin"`
}

func scheduleForget(ctx context.Context, tx *store.Tx, origin string) error {
	payload, err := json.Marshal(forgetPayload{origin})
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobForget, Key: origin, Payload: payload})
}

// forget removes the entries of an origin that no followed source covers.
func (h *Harvester) forget(ctx context.Context, job jobs.Job) error {
	p, err := decode[forgetPayload](job)
	if err != nil {
		return err
	}
	covered, err := h.coverage(ctx, p.Origin)
	if err != nil {
		return err
	}
	var lost []string
	err = h.mirrored(ctx, p.Origin, func(m store.Mirrored) error {
		if !covered(m) {
			lost = append(lost, m.URI)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(lost, forgetChunk) {
		if err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return h.forgetUncovered(ctx, tx, chunk) }); err != nil {
			return fmt.Errorf("forget entries of %s: %w", p.Origin, err)
		}
		h.cfg.Changed()
	}
	return nil
}

// coverage says which entries of an origin an actor of it that we still follow has.
func (h *Harvester) coverage(ctx context.Context, origin string) (func(store.Mirrored) bool, error) {
	fs, err := h.cfg.Store.FollowingByOrigin(ctx, origin)
	if err != nil {
		return nil, err
	}
	var objects []string
	for _, f := range fs {
		ra, err := h.cfg.Actors.Known(ctx, f.Object)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return nil, err
		}
		if ra.Type == "Application" {
			return func(store.Mirrored) bool { return true }, nil
		}
		objects = append(objects, f.Object)
	}
	return func(m store.Mirrored) bool {
		return slices.Contains(objects, m.URI) || slices.Contains(objects, m.OwnerURI)
	}, nil
}

// forgetUncovered lets go of entries that no actor of their own instance brings any
// more, save those that somebody else whom we follow has announced: they are judged
// again by that one's rule.
func (h *Harvester) forgetUncovered(ctx context.Context, tx *store.Tx, uris []string) error {
	for _, uri := range uris {
		covered, err := h.covered(ctx, tx, uri)
		if err != nil {
			return err
		}
		if covered {
			_, err = h.cfg.Ledger.Rejudge(ctx, tx, uri)
		} else {
			err = h.forgetAll(ctx, tx, []string{uri})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetAll lets go of entries so that following the source again brings them
// back.
func (h *Harvester) forgetAll(ctx context.Context, tx *store.Tx, uris []string) error {
	for _, uri := range uris {
		if _, err := h.cfg.Ledger.ForgetRemote(ctx, tx, uri); err != nil {
			return err
		}
	}
	return nil
}
