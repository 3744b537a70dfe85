package harvest

import (
	"context"
	"encoding/json"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
)

type leavePayload struct {
	Object string `json:"object"`
	Origin string `json:"origin"`
}

func scheduleLeave(ctx context.Context, tx *store.Tx, f store.Following) error {
	payload, err := json.Marshal(leavePayload{f.Object, f.Origin})
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobLeave, Key: f.Object, Payload: payload})
}

// leave lets go of what only the source that is no longer followed announced of
// other instances, and applies the rules of the sources that are left at its
// origin: what it alone let through may be wanted less now.
func (h *Harvester) leave(ctx context.Context, job jobs.Job) error {
	p, err := decode[leavePayload](job)
	if err != nil {
		return err
	}
	for {
		uris, err := h.cfg.Store.AnnouncedBy(ctx, p.Object, "", forgetChunk)
		if err != nil {
			return err
		}
		if len(uris) == 0 {
			break
		}
		err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return h.leaveAll(ctx, tx, p.Object, uris) })
		if err != nil {
			return fmt.Errorf("leave what %s announced: %w", p.Object, err)
		}
		h.cfg.Changed()
	}
	defer h.cfg.Wake()
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		left, err := tx.FollowingByOrigin(ctx, p.Origin)
		if err != nil {
			return err
		}
		for _, f := range left {
			if f.Actor != h.cfg.Env.InstanceURI() || f.State == store.FollowRejected {
				continue
			}
			if err := h.scheduleApply(ctx, tx, f.Object); err != nil {
				return err
			}
		}
		return nil
	})
}

// leaveAll forgets who announced the entries, and those that nobody else has.
func (h *Harvester) leaveAll(ctx context.Context, tx *store.Tx, object string, uris []string) error {
	for _, uri := range uris {
		if err := tx.DeleteAnnounced(ctx, uri, object); err != nil {
			return err
		}
		if err := h.forgetUncovered(ctx, tx, []string{uri}); err != nil {
			return err
		}
	}
	return nil
}

// covered reports whether a followed source has the entry.
func (h *Harvester) covered(ctx context.Context, tx *store.Tx, uri string) (bool, error) {
	e, err := tx.EntryByURI(ctx, uri)
	if err != nil {
		return false, ignoreMissing(err)
	}
	sources, err := tx.SourcesOf(ctx, e.Origin, uri)
	if err != nil {
		return false, err
	}
	for _, s := range sources {
		if s.Covers(&e) {
			return true, nil
		}
	}
	return false, nil
}

func ignoreMissing(err error) error {
	if missing(err) {
		return nil
	}
	return err
}

// waitsFor reports whether nothing is read of an actor before it has accepted
// our follow: other software, and whoever looks at its followers, although its
// catalogue could be read.
func waitsFor(ra store.RemoteActor) bool {
	if ra.Catalog == "" {
		return true
	}
	m, err := federation.ParseObject(ra.Doc)
	return err == nil && m.Bool("manuallyApprovesFollowers")
}

func (h *Harvester) waits(ctx context.Context, object string) (bool, error) {
	ra, err := h.cfg.Actors.Known(ctx, object)
	if err != nil {
		return true, ignoreMissing(err)
	}
	return waitsFor(ra), nil
}
