package harvest

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// Why a document of a mirror is refused.
const (
	RefusedUnreadable = "unreadable"   // no document, or one of no kind that we know
	RefusedForeign    = "other-origin" // of another origin than the one that is rebuilt
	RefusedNoProof    = "no-proof"     // without a usable proof
	RefusedKey        = "wrong-key"    // signed by a key that the pinned one does not vouch for
	RefusedAltered    = "altered"      // not what the key signed
	RefusedHere       = "refused-here" // verified, and not taken in by this instance
)

const (
	// settingRebuild prefixes the setting that holds the next page of a rebuild.
	settingRebuild = "rebuild:"
	// maxOwners bounds the owners whose keys a rebuild remembers.
	maxOwners = 10_000
	// maxRefusals bounds the refused documents that a report names.
	maxRefusals = 50
	// rebuildMost… bound one run that nobody bounds.
	rebuildMostPages = 5000
	rebuildMostBytes = 2 << 30
	rebuildMostTime  = 6 * time.Hour
)

// RebuildOptions say what is rebuilt.
type RebuildOptions struct {
	// Origin is the server that is gone, Mirror the instance that kept copies.
	Origin, Mirror string
	// Key is the Multikey of the origin's own actor; "" is the one that this
	// instance pinned when it met the origin.
	Key string
	// MaxPages, MaxBytes and MaxTime end the run early, to be resumed by the
	// next; 0 is rebuildMost… each, since a mirror could lead on for ever.
	MaxPages int
	MaxBytes int64
	MaxTime  time.Duration
	// goesOn says that the log has the rebuild already.
	goesOn bool
}

// Rebuilt is what a rebuild did.
type Rebuilt struct {
	Origin   string `json:"origin"`
	Mirror   string `json:"mirror"`
	Key      string `json:"key"`
	Accepted int    `json:"accepted"`
	// Unchanged were verified and are the same, or older, than what is held.
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
	// Reasons counts the refused by Refused….
	Reasons map[string]int `json:"reasons,omitempty"`
	// Refusals are the first of the refused.
	Refusals []RebuildRefusal `json:"refusals,omitempty"`
	// Pages and Bytes are what was read of the mirror.
	Pages int   `json:"pages"`
	Bytes int64 `json:"bytes"`
	// Complete is false when the mirror ended the run early: run it again.
	Complete bool `json:"complete"`
}

// RebuildRefusal is one document that was refused.
type RebuildRefusal struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

// refusal is why verify refuses a document.
type refusal struct{ reason, detail string }

func (r refusal) Error() string { return r.reason + ": " + r.detail }

// rebuilder is one run.
type rebuilder struct {
	h      *Harvester
	pin    store.PinnedKey
	base   string // the mirror's, with /mirror
	pub    ed25519.PublicKey
	owners map[string]map[string]string // actor → method → Multikey that the pinned key vouches for
	out    Rebuilt
	pages  int       // that may be read
	bytes  int64     // that may be read
	until  time.Time // when the run ends
}

// within sets what the run may take.
func (b *rebuilder) within(opt RebuildOptions) {
	b.pages = cmp.Or(opt.MaxPages, rebuildMostPages)
	b.bytes = cmp.Or(opt.MaxBytes, rebuildMostBytes)
	b.until = b.h.now().Add(cmp.Or(opt.MaxTime, rebuildMostTime))
}

// goesOn reports whether another page may be read, and counts it.
func (b *rebuilder) goesOn() bool {
	if b.out.Pages >= b.pages || b.out.Bytes >= b.bytes || !b.h.now().Before(b.until) {
		return false
	}
	b.out.Pages++
	return true
}

// Rebuild takes the entries of a server that is gone from an instance that kept
// their documents, and believes none of it: each must be signed by a key that
// the pinned key of the server vouches for. Entries keep their ids and their
// origin. A run that was interrupted goes on where it stopped.
//
// The error wraps ErrInvalid when no key is pinned and none is given, or when
// the mirror has nothing of the origin, and ErrConflict when the given key is not
// the pinned one or the origin answers and should be followed instead.
func (h *Harvester) Rebuild(ctx context.Context, who directory.Who, opt RebuildOptions) (Rebuilt, error) {
	if !who.Admin && !who.System {
		return Rebuilt{}, fmt.Errorf("rebuild %s: %w", opt.Origin, directory.ErrForbidden)
	}
	b, err := h.rebuilder(ctx, opt)
	if err != nil {
		return Rebuilt{}, fmt.Errorf("rebuild %s: %w", opt.Origin, err)
	}
	page, err := b.begin(ctx, who, opt)
	if err != nil {
		return b.out, fmt.Errorf("rebuild %s from %s: %w", b.pin.Origin, b.base, err)
	}
	for b.within(opt); page != "" && b.goesOn(); {
		if page, err = b.page(ctx, page); err != nil {
			return b.out, fmt.Errorf("rebuild %s from %s: %w", b.pin.Origin, b.base, err)
		}
		h.cfg.Changed()
	}
	b.out.Complete = page == ""
	return b.out, nil
}

// rebuilder checks the options and finds the key.
func (h *Harvester) rebuilder(ctx context.Context, opt RebuildOptions) (*rebuilder, error) {
	origin, err := peer.Origin(strings.TrimSuffix(opt.Origin, "/"))
	if err != nil {
		return nil, err
	}
	mirror, err := peer.Origin(opt.Mirror)
	if err != nil {
		return nil, fmt.Errorf("mirror: %w", err)
	}
	for _, o := range []string{origin, mirror} {
		v, err := h.cfg.Moderation.CheckOrigin(ctx, o)
		if err != nil {
			return nil, err
		}
		if !v.Allowed || o == h.origin {
			return nil, fmt.Errorf("%s is blocked here, or this instance: %w", o, directory.ErrForbidden)
		}
	}
	pin, err := h.pinFor(ctx, origin, opt.Key)
	if err != nil {
		return nil, err
	}
	pub, err := proof.DecodeMultikey(pin.Multikey)
	if err != nil {
		return nil, fmt.Errorf("key: %w: %w", directory.ErrInvalid, err)
	}
	b := &rebuilder{h: h, pin: pin, pub: pub, base: mirror + "/mirror", owners: map[string]map[string]string{}}
	b.out = Rebuilt{Origin: origin, Mirror: mirror, Key: pin.Multikey, Reasons: map[string]int{}}
	return b, nil
}

// pinFor is the key that everything is verified by: the pinned one or, when
// this instance never met the origin, the one that the administrator gives.
func (h *Harvester) pinFor(ctx context.Context, origin, given string) (store.PinnedKey, error) {
	pin, err := h.cfg.Store.AnyPin(ctx, origin)
	switch {
	case err == nil && !pin.Disputed.IsZero():
		return pin, fmt.Errorf("the key that this instance knows of %s is of an actor that the server did not name as its own when it was asked last: "+
			"pin its key first: %w", origin, directory.ErrInvalid)
	case errors.Is(err, directory.ErrNotFound) && given == "":
		return pin, fmt.Errorf("this instance never met %s and knows no key of it: give its key, which starts with z6Mk and which every instance "+
			"that followed it shows on its page of that peer and at /mirror; compare what two of them show: %w", origin, directory.ErrInvalid)
	case errors.Is(err, directory.ErrNotFound):
		return store.PinnedKey{Origin: origin, Multikey: given, How: store.PinManual}, nil
	case err == nil && given != "" && given != pin.Multikey:
		return pin, fmt.Errorf("the key given is not the one that this instance knows of %s, %s: %w", origin, pin.Multikey, directory.ErrConflict)
	}
	return pin, err
}

// begin reads what the mirror has of the origin, and the document of the
// origin's own actor, and returns the first page to read.
func (b *rebuilder) begin(ctx context.Context, who directory.Who, opt RebuildOptions) (page string, err error) {
	actor, catalog, since, err := b.listed(ctx)
	if err != nil {
		return "", err
	}
	if b.pin.Actor != "" {
		actor = b.pin.Actor
	}
	if !peer.SameOrigin(actor, b.pin.Origin) {
		return "", fmt.Errorf("the mirror names an actor of another server, %.200s: %w", actor, directory.ErrInvalid)
	}
	if err := b.alive(ctx, actor); err != nil {
		return "", err
	}
	if err := b.instance(ctx, actor); err != nil {
		return "", err
	}
	page, err = b.h.cfg.Store.Setting(ctx, b.setting())
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return "", err
	}
	if page == "" {
		page = catalogPage(catalog, 0, "")
	}
	detail := "from " + b.out.Mirror + " by the key " + b.pin.Multikey + " (" + b.pin.How + ")"
	return page, b.h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PinKey(ctx, b.pin); err != nil {
			return err
		}
		if err := b.markDead(ctx, tx, since); err != nil {
			return err
		}
		if opt.goesOn {
			return nil
		}
		return b.h.audit(ctx, tx, who, "rebuild", b.pin.Origin, detail)
	})
}

// markDead makes the peer that we know only by its copies.
func (b *rebuilder) markDead(ctx context.Context, tx *store.Tx, since time.Time) error {
	_, err := tx.Peer(ctx, b.pin.Origin)
	if !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if err := tx.PutPeer(ctx, store.Peer{Origin: b.pin.Origin, Actor: b.pin.Actor}); err != nil {
		return err
	}
	return tx.MarkPeerDead(ctx, b.pin.Origin, since)
}

func (b *rebuilder) setting() string { return settingRebuild + b.pin.Origin + " " + b.out.Mirror }

// listed asks the mirror for the origin.
func (b *rebuilder) listed(ctx context.Context) (actor, catalog string, since time.Time, err error) {
	resp, err := b.get(ctx, b.base, "application/json")
	if err != nil {
		return "", "", since, err
	}
	var list struct {
		Origins []struct{ Origin, Actor, Catalog, Since string }
	}
	if err := json.Unmarshal(resp, &list); err != nil {
		return "", "", since, fmt.Errorf("%s: %w: %w", b.base, directory.ErrInvalid, err)
	}
	for _, o := range list.Origins {
		if o.Origin == b.pin.Origin && peer.SameOrigin(o.Catalog, b.base) {
			since, _ = time.Parse(time.RFC3339, o.Since) // absent is unknown
			return o.Actor, o.Catalog, since, nil
		}
	}
	return "", "", since, fmt.Errorf("it mirrors nothing of %s: an instance mirrors the servers that it holds to be dead: %w", b.pin.Origin, directory.ErrInvalid)
}

// alive refuses to rebuild a server that answers with its own key.
func (b *rebuilder) alive(ctx context.Context, actor string) error {
	ra, err := b.h.cfg.Actors.Refresh(ctx, actor)
	doubt, derr := b.h.cfg.Moderation.Doubt(ctx, b.pin.Origin)
	if derr != nil {
		return derr
	}
	if err == nil && ra.Ed25519 == b.pin.Multikey && !doubt.Any() {
		return fmt.Errorf("%s answers with the key that is known of it: follow it instead: %w", b.pin.Origin, directory.ErrConflict)
	}
	return ctx.Err() // another key is of somebody who has the name now, and so may be an old one that signs nothing
}

// instance verifies the document of the origin's own actor, which must list the
// pinned key and be signed with it.
func (b *rebuilder) instance(ctx context.Context, actor string) error {
	raw, err := b.document(ctx, actor)
	if err != nil {
		return fmt.Errorf("document of %s: %w", actor, err)
	}
	act, err := federation.ParseActor(raw)
	if err != nil {
		return fmt.Errorf("document of %s: %w: %w", actor, directory.ErrInvalid, err)
	}
	keys := map[string]string{}
	for _, m := range act.AssertionMethods { // ours list one
		if listed, ok := peer.AssertionKey(act, m.ID); ok && listed == b.pin.Multikey {
			keys[m.ID] = listed
		}
	}
	if act.ID != actor || act.Type != "Application" || len(keys) == 0 {
		return fmt.Errorf("the actor of %s does not have the key %s: ask another instance that followed it: %w", b.pin.Origin, b.pin.Multikey, directory.ErrForbidden)
	}
	if _, err := b.signedBy(raw, actor, keys); err != nil {
		return fmt.Errorf("document of %s: %w: %w", actor, directory.ErrForbidden, err)
	}
	b.pin.Actor, b.pin.Doc = actor, raw
	b.owners[actor] = keys
	return nil
}

// page takes one page in and returns the next, "" at the end.
func (b *rebuilder) page(ctx context.Context, page string) (next string, err error) {
	if !peer.SameOrigin(page, b.base) {
		return "", fmt.Errorf("page %s is not on the mirror: %w", page, directory.ErrInvalid)
	}
	raw, err := b.get(ctx, page, "")
	if err != nil {
		return "", err
	}
	col, err := federation.ParseCollection(raw)
	if err != nil {
		return "", fmt.Errorf("page %s: %w: %w", page, directory.ErrInvalid, err)
	}
	if next, err = following(b.out.Mirror, page, col); err != nil {
		return "", err
	}
	var docs []document
	for _, item := range col.Items {
		d, err := b.verify(ctx, item)
		var no refusal
		if errors.As(err, &no) {
			b.refuse(ctx, item, no)
			continue
		}
		if err != nil {
			return "", err
		}
		docs = append(docs, d)
	}
	return next, b.write(ctx, docs, next)
}

// write takes documents in and remembers the next page. When the database
// refuses one of them they are tried one by one.
func (b *rebuilder) write(ctx context.Context, docs []document, next string) error {
	err := b.accept(ctx, docs)
	if rowFault(err) {
		for _, d := range docs {
			if err = b.accept(ctx, []document{d}); rowFault(err) {
				b.refuse(ctx, d.wire, refusal{RefusedHere, err.Error()})
				err = nil
			}
			if err != nil {
				return err
			}
		}
	}
	if err != nil {
		return err
	}
	return b.h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutSetting(ctx, b.setting(), next) })
}

func (b *rebuilder) accept(ctx context.Context, docs []document) error {
	var accepted, unchanged int
	var refused []document
	err := b.h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		accepted, unchanged, refused = 0, 0, nil
		for _, d := range docs {
			did, err := b.h.cfg.Ledger.AcceptRemote(ctx, tx, d.entry, d.wire, d.hash)
			switch {
			case errors.Is(err, directory.ErrInvalid), errors.Is(err, directory.ErrForbidden):
				refused = append(refused, d)
				continue
			case err != nil:
				return err
			case did:
				accepted++
				err = tx.KeepCurrent(ctx, *d.kept)
			default:
				unchanged++
				if _, kerr := tx.KeptDocument(ctx, d.kept.URI); errors.Is(kerr, directory.ErrNotFound) {
					err = tx.KeepCurrent(ctx, *d.kept)
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.out.Accepted += accepted
	b.out.Unchanged += unchanged
	for _, d := range refused {
		b.refuse(ctx, d.wire, refusal{RefusedHere, "not an entry that this instance takes"})
	}
	return nil
}

func (b *rebuilder) refuse(ctx context.Context, raw []byte, no refusal) {
	id, _, _ := peer.OwnerOf(raw) // "" when it cannot be read
	b.out.Refused++
	b.out.Reasons[no.reason]++
	if len(b.out.Refusals) < maxRefusals {
		b.out.Refusals = append(b.out.Refusals, RebuildRefusal{ID: id, Reason: no.reason, Detail: no.detail})
	}
	b.h.cfg.Moderation.Refused(b.out.Mirror, "proof", no.Error())
	b.h.cfg.Logger.WarnContext(ctx, "mirrored document refused", "mirror", b.out.Mirror, "id", id, "reason", no)
}

// document gets a document from the mirror.
func (b *rebuilder) document(ctx context.Context, id string) ([]byte, error) {
	return b.get(ctx, b.base+"/document?id="+url.QueryEscape(id), "")
}

func (b *rebuilder) get(ctx context.Context, rawURL, accept string) ([]byte, error) {
	done, err := b.h.pace.wait(ctx, rawURL)
	if err != nil {
		return nil, err
	}
	defer done()
	resp, err := b.h.cfg.Actors.Get(ctx, rawURL, federation.GetOptions{Accept: accept})
	if err != nil {
		return nil, err
	}
	if !peer.SameOrigin(resp.URL, b.base) {
		return nil, fmt.Errorf("%s leads to %s: %w", rawURL, resp.URL, directory.ErrInvalid)
	}
	b.out.Bytes += int64(len(resp.Body))
	return slices.Clone(resp.Body), nil
}
