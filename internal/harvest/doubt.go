package harvest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// doubtPages bounds the pages of the catalogue of a source in doubt that one
	// pass reads.
	doubtPages = 10
	// askEvery is how often such a source is asked for something signed.
	askEvery = 24 * time.Hour
	// unproven begins what is noted of a source in doubt; package peer knows it as
	// CauseUnproven.
	unproven = "unproven: "
)

// doubted is the pass over a source in doubt: it is asked for something signed, and
// what its catalogue lists with a proof by a key known before is taken. Nothing
// else is, nothing leaves, and the cursor stays, so that all is read once the doubt
// is over. ended says that it is, by a document that was signed since.
func (h *Harvester) doubted(ctx context.Context, f store.Following, d store.Doubt) (changed int, ended bool, err error) {
	if err := h.answered(ctx, f.Origin); err != nil {
		return 0, false, err
	}
	if err := h.ask(ctx, f, d); err != nil {
		return 0, false, err
	}
	if f.Catalog != "" {
		changed, ended, err = h.provenPages(ctx, f)
	}
	if err != nil || ended {
		return changed, ended, err
	}
	return changed, false, h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Following(ctx, f.Actor, f.Object)
		if err != nil {
			return ignoreMissing(err)
		}
		now.LastError = unproven + "it was away since " + d.Since.Format(time.DateOnly) + " and has signed nothing since it is back"
		now.Changed = h.now()
		return tx.PutFollowing(ctx, now)
	})
}

// ask follows the source again: the Accept that answers is signed now. Who answers a
// repeated Follow with nothing signs the next thing that it sends.
func (h *Harvester) ask(ctx context.Context, f store.Following, d store.Doubt) error {
	if h.now().Sub(d.Asked) < askEvery {
		return nil
	}
	ra, err := h.cfg.Actors.Known(ctx, f.Object)
	if err != nil {
		return ignoreMissing(err)
	}
	defer h.cfg.Deliver()
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := h.cfg.Publisher.Follow(ctx, tx, ra); err != nil {
			return err
		}
		return tx.DoubtAsked(ctx, f.Origin)
	})
}

// provenPages takes what the next pages of a catalogue list with a proof that
// counts; apply leaves the rest out.
func (h *Harvester) provenPages(ctx context.Context, f store.Following) (changed int, ended bool, err error) {
	page := f.Page
	if page == "" {
		page = catalogPage(f.Catalog, f.Cursor, "")
	}
	for range doubtPages {
		col, _, err := h.page(ctx, f.Origin, page, nil)
		if errors.Is(err, directory.ErrUnavailable) || ctx.Err() != nil {
			return changed, false, err
		}
		if err != nil {
			return changed, false, nil // that it has no catalogue any more is to be shown too
		}
		b, err := h.read(ctx, f, col.Items)
		if err != nil {
			return changed, false, err
		}
		n := 0
		err = h.cfg.Store.Write(ctx, func(tx *store.Tx) (err error) {
			if n, err = h.apply(ctx, tx, f, b); err != nil {
				return err
			}
			ended, err = h.cfg.Moderation.Proven(ctx, tx, f.Origin, b.proofs())
			return err
		})
		if err != nil && !rowFault(err) {
			return changed, false, err
		}
		if changed += n; ended {
			return changed, true, nil
		}
		if page, err = following(f.Origin, page, col); err != nil || page == "" {
			return changed, false, nil // a catalogue that leads nowhere is left alone
		}
	}
	return changed, false, nil
}

func (b batch) proofs() (out []*store.KeptDocument) {
	for _, d := range b.accept {
		out = append(out, d.kept)
	}
	return out
}

// certain is the part of a batch that counts while its origin is in doubt: what keys
// known before signed.
func (h *Harvester) certain(ctx context.Context, tx *store.Tx, origin string, b batch) (batch, error) {
	d, err := tx.Doubt(ctx, origin)
	if err != nil || !d.Any() {
		return b, err
	}
	var sure batch
	for _, doc := range b.accept {
		known, err := peer.KnownDocument(ctx, tx.Reader, doc.kept, d.Since)
		if err != nil {
			return b, err
		}
		if known {
			sure.accept = append(sure.accept, doc)
		}
	}
	return sure, nil
}

// proved has what was known of a source judged again after a doubt about it: what a
// rule or a person wanted meanwhile was not fetched.
func (h *Harvester) proved(ctx context.Context, f store.Following) error {
	if !strings.HasPrefix(f.LastError, unproven) {
		return nil
	}
	err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return h.scheduleApply(ctx, tx, f.Object) })
	if err != nil {
		return fmt.Errorf("after a doubt about %s: %w", f.Origin, err)
	}
	h.cfg.Wake()
	return nil
}
