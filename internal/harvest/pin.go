package harvest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// Pin sets the key by which documents of an origin are believed when it is gone,
// in the place of the one that was pinned when it was met. Documents that were
// kept by another key are mirrored again once their origin confirmed them.
func (h *Harvester) Pin(ctx context.Context, who directory.Who, origin, multikey, reason string) error {
	if !who.Admin && !who.System {
		return fmt.Errorf("pin key of %s: %w", origin, directory.ErrForbidden)
	}
	origin, err := peer.Origin(strings.TrimSuffix(origin, "/"))
	if err != nil {
		return err
	}
	if _, err := proof.DecodeMultikey(multikey); err != nil {
		return fmt.Errorf("pin key of %s: %w: %w", origin, directory.ErrInvalid, err)
	}
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		pin, err := tx.AnyPin(ctx, origin)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		disputed := !pin.Disputed.IsZero()
		if err == nil && pin.Multikey == multikey && !disputed {
			return nil
		}
		actor := pin.Actor
		if disputed && pin.Multikey != multikey {
			actor = pin.Named // whose key it is now
		}
		detail := "from " + pin.Multikey + " to " + multikey
		if reason != "" {
			detail += ": " + reason
		}
		if err := tx.ReplacePinnedKey(ctx, store.PinnedKey{Origin: origin, Multikey: multikey, Actor: actor, How: store.PinManual, Seen: h.now()}); err != nil {
			return err
		}
		return h.audit(ctx, tx, who, "pin-key", origin, detail)
	})
}

// DeclareDead says that a server is gone, before it has been silent for so long
// that it is held to be: its entries stay, and their documents are served from
// here. It is undone by the first answer that the server gives.
func (h *Harvester) DeclareDead(ctx context.Context, who directory.Who, origin, reason string) error {
	if !who.Admin && !who.System {
		return fmt.Errorf("declare %s dead: %w", origin, directory.ErrForbidden)
	}
	origin, err := peer.Origin(strings.TrimSuffix(origin, "/"))
	if err != nil {
		return err
	}
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.Peer(ctx, origin)
		if err != nil {
			return fmt.Errorf("declare dead: %w", err)
		}
		if err := tx.MarkPeerDead(ctx, origin, p.LastSuccess); err != nil {
			return err
		}
		return h.audit(ctx, tx, who, "declare-dead", origin, reason)
	})
}

// MirrorDown reports whether documents of servers that are down, and not known
// to be dead, are served too.
func (h *Harvester) MirrorDown(ctx context.Context) (bool, error) {
	s, err := h.cfg.Store.Setting(ctx, store.SettingMirrorDown)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return s == "1", err
}

// SetMirrorDown says so.
func (h *Harvester) SetMirrorDown(ctx context.Context, who directory.Who, on bool) error {
	if !who.Admin && !who.System {
		return fmt.Errorf("mirror: %w", directory.ErrForbidden)
	}
	value := map[bool]string{false: "0", true: "1"}[on]
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutSetting(ctx, store.SettingMirrorDown, value); err != nil {
			return err
		}
		return h.audit(ctx, tx, who, "mirror-down", value, "")
	})
}
