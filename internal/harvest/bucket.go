package harvest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const (
	stubsPage = 500
	// fetchOneByOne is up to how many documents of a page are fetched by their
	// ids; more are read with the page.
	fetchOneByOne = 20
	// missingFor is how long an origin must have answered 404 before what it
	// published is taken for gone; 410 and a Tombstone say it at once.
	missingFor = 24 * time.Hour
)

// bucket reads the stubs of one bucket ("" = the whole catalogue), gets what we do
// not hold as it is listed, and asks after what we hold and is not listed.
func (x *healing) bucket(ctx context.Context, bucket string, held map[string]store.Mirrored) error {
	page := catalogQuery(x.f.Catalog, 0, stubsPage, false, bucket)
	for page != "" {
		if x.pages++; x.pages > maxPages {
			return errMore
		}
		col, _, err := x.h.page(ctx, x.f.Origin, page, nil)
		if err != nil {
			return err
		}
		b, many, err := x.differing(ctx, col.Items, held)
		if err != nil {
			return err
		}
		if err := x.apply(ctx, b); err != nil {
			return err
		}
		if len(many) > 0 {
			if err := x.readFull(ctx, bucket, max(0, cursor(page)), many); err != nil {
				return err
			}
		}
		if page, err = following(x.f.Origin, page, col); err != nil {
			return err
		}
	}
	for _, m := range held {
		if err := x.absent(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// differing gets the documents that a page lists and that we do not hold so, and
// strikes what it lists off held.
func (x *healing) differing(ctx context.Context, items []json.RawMessage, held map[string]store.Mirrored) (b batch, wanted []string, err error) {
	for _, raw := range items {
		m, err := federation.ParseObject(raw)
		if err != nil {
			x.h.skip(ctx, x.f, "?", err)
			continue
		}
		id := m.Text("id")
		ours, have := held[id]
		switch {
		case !peer.SameOrigin(id, x.f.Origin):
			x.h.skip(ctx, x.f, id, errors.New("not an id of this host"))
		case m.Text("type") == "Tombstone":
			if have {
				b.remove = append(b.remove, id)
			}
		case !isStub(m): // a catalogue that knows no stubs gives the document
			d, err := x.document(ctx, id, raw)
			if err != nil {
				x.h.skip(ctx, x.f, id, err)
			} else if !have || d.hash != ours.Hash {
				b.accept = append(b.accept, d)
			}
		case !have || ours.Hash != m.Text("hash"):
			wanted = append(wanted, id)
		}
		delete(held, id)
	}
	if len(wanted) > fetchOneByOne {
		return b, wanted, nil
	}
	docs, err := x.fetchAll(ctx, wanted)
	b.accept = append(b.accept, docs...)
	return b, nil, err
}

// readFull reads the part of a catalogue that a page of stubs began at with whole
// documents, as far as the wanted ones go.
func (x *healing) readFull(ctx context.Context, bucket string, after int64, wanted []string) error {
	want := make(map[string]bool, len(wanted))
	for _, id := range wanted {
		want[id] = true
	}
	page := catalogQuery(x.f.Catalog, after, pageSize, true, bucket)
	for page != "" && len(want) > 0 {
		if x.pages++; x.pages > maxPages {
			return errMore
		}
		col, _, err := x.h.page(ctx, x.f.Origin, page, nil)
		if err != nil {
			return err
		}
		b, err := x.h.read(ctx, x.f, col.Items)
		if err != nil {
			return err
		}
		b.remove = nil
		b.accept = slices.DeleteFunc(b.accept, func(d document) bool { return !want[d.entry.URI] })
		for _, d := range b.accept {
			delete(want, d.entry.URI)
		}
		if err := x.apply(ctx, b); err != nil {
			return err
		}
		if page, err = following(x.f.Origin, page, col); err != nil {
			return err
		}
	}
	return nil
}

func (x *healing) document(ctx context.Context, id string, raw json.RawMessage) (document, error) {
	e, err := vocab.Entry(raw, x.f.Origin)
	if err == nil && e.URI != id {
		err = fmt.Errorf("it calls itself %s: %w", e.URI, directory.ErrInvalid)
	}
	if err != nil {
		return document{}, err
	}
	return x.h.vouched(ctx, x.f, e, raw)
}

// fetchAll gets documents by their ids, two at a time. What cannot be had or read
// is left out: it is listed, so that the next comparison asks again.
func (x *healing) fetchAll(ctx context.Context, ids []string) (out []document, err error) {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelPerHost)
	for _, id := range ids {
		g.Go(func() error {
			done, err := x.h.pace.wait(ctx, id)
			if err != nil {
				return err
			}
			defer done()
			raw, err := x.h.cfg.Actors.Fetch(ctx, id)
			if errors.Is(err, directory.ErrUnavailable) {
				return err
			}
			var d document
			if err == nil {
				d, err = x.document(ctx, id, raw)
			}
			if err != nil {
				x.h.skip(ctx, x.f, id, err)
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			out = append(out, d)
			return nil
		})
	}
	return out, g.Wait()
}

func (x *healing) apply(ctx context.Context, b batch) error {
	if len(b.accept)+len(b.remove) == 0 {
		return nil
	}
	n := 0
	err := x.h.cfg.Store.Write(ctx, func(tx *store.Tx) (err error) {
		n, err = x.h.apply(ctx, tx, x.f, b)
		return err
	})
	if err != nil && rowFault(err) && ctx.Err() == nil {
		n, err = x.h.applyEach(ctx, x.f, b), nil
	}
	x.changed += n
	return err
}

// absent removes what the source does not list, once its origin confirms that it
// is gone: an incomplete answer must not empty the directory.
func (x *healing) absent(ctx context.Context, m store.Mirrored) error {
	gone, err := x.h.confirmGone(ctx, m.URI)
	if err != nil {
		return err
	}
	if !gone {
		x.kept++
		return nil
	}
	x.changed++
	return x.h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if d, err := tx.Doubt(ctx, x.f.Origin); err != nil || d.Any() {
			return err // it became so while it was asked
		}
		if m.Ignored {
			return tx.DeleteIgnored(ctx, m.URI)
		}
		return x.h.cfg.Ledger.RemoveRemote(ctx, tx, m.URI)
	})
}

// confirmGone asks the origin whether a document is gone: 410 or a Tombstone say
// so, 404 when it says so again a day later, and nothing else does.
func (h *Harvester) confirmGone(ctx context.Context, uri string) (bool, error) {
	done, err := h.pace.wait(ctx, uri)
	if err != nil {
		return false, err
	}
	defer done()
	raw, err := h.cfg.Actors.Fetch(ctx, uri)
	switch {
	case errors.Is(err, directory.ErrGone):
		return true, nil
	case errors.Is(err, directory.ErrNotFound):
		return h.missingTwice(ctx, uri)
	case errors.Is(err, directory.ErrInvalid), errors.Is(err, directory.ErrForbidden):
		return false, nil // it answers, and does not say that
	case err != nil:
		return false, fmt.Errorf("confirm that %s is gone: %w", uri, err)
	}
	if o, err := federation.ReadObject(raw); err == nil && o.Type == "Tombstone" {
		return true, nil
	}
	return false, h.found(ctx, uri)
}

// missingTwice notes a 404, and reports whether there was one long enough ago.
func (h *Harvester) missingTwice(ctx context.Context, uri string) (twice bool, err error) {
	d, err := h.cfg.Store.RemoteDocument(ctx, uri)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return false, err
	}
	if !d.Missing.IsZero() && h.now().Sub(d.Missing) >= missingFor {
		return true, nil
	}
	if !d.Missing.IsZero() {
		return false, nil
	}
	d.URI, d.Origin, d.Missing, d.Checked = uri, originOf(uri), h.now(), h.now()
	return false, h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRemoteDocument(ctx, d) })
}

// found forgets that a document was missing.
func (h *Harvester) found(ctx context.Context, uri string) error {
	d, err := h.cfg.Store.RemoteDocument(ctx, uri)
	if errors.Is(err, directory.ErrNotFound) || err == nil && d.Missing.IsZero() {
		return nil
	}
	if err != nil {
		return err
	}
	d.Missing = time.Time{}
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRemoteDocument(ctx, d) })
}
