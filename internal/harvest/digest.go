package harvest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// digestEvery is how often two instances that seem to agree compare.
	digestEvery = 6 * time.Hour
	digestAlgo  = "xor-sha256-v1"
	// settingCompared prefixes the setting that holds when we last compared with a
	// source, in RFC 3339.
	settingCompared = "harvest.compared:"
	mirrorPage      = 2000
	// healGroup is how many buckets are compared with one scan of what we hold.
	healGroup = 32
	// maxPages bounds the pages of one run; the next goes on.
	maxPages = 200
)

// digest is what a peer answers at {actor}/digest.
type digest struct {
	Count   int               `json:"count"`
	Algo    string            `json:"algo"`
	Buckets map[string]string `json:"buckets"`
}

// Agreed is when our copy of the followed actor was last compared with the
// original, and mended where it differed; zero when it never was. Peer.Agreed is
// when the comparison found no difference left.
func (h *Harvester) Agreed(ctx context.Context, object string) (time.Time, error) {
	s, err := h.cfg.Store.Setting(ctx, settingCompared+object)
	if errors.Is(err, directory.ErrNotFound) || err == nil && s == "" {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, s)
}

// healing is one comparison with one source.
type healing struct {
	h       *Harvester
	f       store.Following
	pages   int
	changed int
	// kept counts what we hold and the source does not list, and which stays
	// because its origin has not said for long enough that it is gone.
	kept int
	// part says that the source is not a whole instance.
	part bool
}

// heal compares the digests and reads again the buckets that differ. What we
// hold and the catalogue does not list is removed when its origin says so.
// A source without a digest has one bucket, its whole catalogue.
func (h *Harvester) heal(ctx context.Context, f store.Following) (changed int, err error) {
	began := h.now()
	due, err := h.healDue(ctx, f, began)
	if err != nil || !due {
		return 0, err
	}
	x := &healing{h: h, f: f}
	url, err := x.digestURL(ctx)
	if err != nil {
		return 0, err
	}
	agreed := false
	if url == "" {
		err = x.whole(ctx)
		agreed = x.kept == 0
	} else {
		agreed, err = x.compare(ctx, url)
	}
	if err != nil {
		return x.changed, err
	}
	if err := h.listed(ctx, f); err != nil {
		return x.changed, err
	}
	if !agreed {
		h.cfg.Logger.InfoContext(ctx, "compared, and not the same", "source", f.Object, "kept", x.kept)
	}
	return x.changed, h.compared(ctx, f, began, agreed, url != "" && !x.part)
}

// healDue: every six hours, and whenever something happened that may have made
// us miss much.
func (h *Harvester) healDue(ctx context.Context, f store.Following, now time.Time) (bool, error) {
	last, err := h.Agreed(ctx, f.Object)
	if err != nil || now.Sub(last) >= digestEvery {
		return true, err
	}
	p, err := h.cfg.Store.Peer(ctx, f.Origin)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return p.Heal.After(last), err
}

// compared records that the comparison is over. Whether the instances agree is
// said of whole instances, or of the only thing that we follow there.
func (h *Harvester) compared(ctx context.Context, f store.Following, began time.Time, agreed, whole bool) error {
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutSetting(ctx, settingCompared+f.Object, began.Format(time.RFC3339Nano)); err != nil {
			return err
		}
		if !whole {
			fs, err := tx.FollowingByOrigin(ctx, f.Origin)
			if err != nil || len(fs) > 1 {
				return err
			}
		}
		return tx.PeerCompared(ctx, f.Origin, began, agreed)
	})
}

// listed asks an actor that accepted our follow whether it still knows of it, and
// follows again when it does not: who lost us sends nothing that would tell.
func (h *Harvester) listed(ctx context.Context, f store.Following) error {
	if f.State != store.FollowAccepted {
		return nil
	}
	ids, err := h.cfg.Actors.FollowersThere(ctx, f.Object+outbox.SyncPath)
	if err != nil || slices.Contains(ids, f.Actor) {
		return nil // older versions have no such list
	}
	ra, err := h.cfg.Actors.Actor(ctx, f.Object)
	if err != nil {
		return err
	}
	h.cfg.Logger.InfoContext(ctx, "a follow that was lost is asked for again", "object", f.Object)
	defer h.cfg.Deliver()
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return h.cfg.Publisher.Follow(ctx, tx, ra) })
}

// digestURL is where the source's digest is, "" when it has none; it tells whether
// that is the digest of a part of the instance only.
func (x *healing) digestURL(ctx context.Context) (string, error) {
	ra, err := x.h.cfg.Actors.Actor(ctx, x.f.Object)
	if err != nil {
		return "", err
	}
	x.part = ra.Type != "Application"
	act, err := federation.ParseActor(ra.Doc)
	if err != nil || !peer.SameOrigin(act.Digest, x.f.Origin) {
		return "", nil
	}
	return act.Digest, nil
}

// compare mends the buckets that differ and reports whether none is left. A digest
// that has not changed since we agreed with it costs a 304.
func (x *healing) compare(ctx context.Context, url string) (agreed bool, err error) {
	ours, err := x.ourDigest(ctx)
	if err != nil {
		return false, err
	}
	theirs, etag, err := x.h.theirDigest(ctx, x.f, url, mark(ours))
	if err != nil {
		return false, err
	}
	if theirs == nil {
		return true, nil
	}
	var differ []string
	for i, sum := range ours {
		if bucket := hex.EncodeToString([]byte{byte(i)}); theirs[bucket] != hex.EncodeToString(sum[:]) {
			differ = append(differ, bucket)
		}
	}
	for group := range slices.Chunk(differ, healGroup) {
		if err := x.group(ctx, group); err != nil {
			return false, err
		}
	}
	if len(differ) > 0 {
		if ours, err = x.ourDigest(ctx); err != nil {
			return false, err
		}
	}
	for bucket, sum := range ours.Buckets() {
		if theirs[bucket] != sum {
			return false, nil
		}
	}
	return true, x.h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.PutRemoteDocument(ctx, store.RemoteDocument{URI: url, Origin: x.f.Origin, ETag: etag, Mark: mark(ours), Checked: x.h.now()})
	})
}

// mark identifies a digest of ours.
func mark(d federation.Digest) string {
	var b strings.Builder
	for _, sum := range d {
		b.Write(sum[:])
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// theirDigest gets the buckets; nil when they are as when they were the same as
// ours are now.
func (h *Harvester) theirDigest(ctx context.Context, f store.Following, url, ours string) (buckets map[string]string, etag string, err error) {
	opt := federation.GetOptions{Accept: "application/json"}
	known, err := h.cfg.Store.RemoteDocument(ctx, url)
	if err == nil && known.Mark == ours {
		opt.ETag = known.ETag
	} else if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, "", err
	}
	done, err := h.pace.wait(ctx, url)
	if err != nil {
		return nil, "", err
	}
	defer done()
	resp, err := h.cfg.Actors.Get(ctx, url, opt)
	if err != nil {
		return nil, "", err
	}
	if resp.Status == http.StatusNotModified && opt.ETag != "" {
		return nil, known.ETag, nil
	}
	var d digest
	if !peer.SameOrigin(resp.URL, f.Origin) || json.Unmarshal(resp.Body, &d) != nil || d.Algo != digestAlgo || len(d.Buckets) != 256 {
		return nil, "", fmt.Errorf("digest %s cannot be read: %w", url, directory.ErrInvalid)
	}
	return d.Buckets, resp.Header.Get("ETag"), nil
}

func (x *healing) ourDigest(ctx context.Context) (buckets federation.Digest, err error) {
	err = x.held(ctx, func(m store.Mirrored) error {
		buckets.Add(m.URI, m.Hash)
		return nil
	})
	return buckets, err
}

// held calls fn for what we hold of what the source lists.
func (x *healing) held(ctx context.Context, fn func(store.Mirrored) error) error {
	return x.h.mirrored(ctx, x.f.Origin, func(m store.Mirrored) error {
		if x.part && m.URI != x.f.Object && m.OwnerURI != x.f.Object {
			return nil
		}
		return fn(m)
	})
}

func (h *Harvester) mirrored(ctx context.Context, origin string, fn func(store.Mirrored) error) error {
	after := ""
	for {
		ms, err := h.cfg.Store.MirroredFrom(ctx, origin, after, mirrorPage)
		if err != nil || len(ms) == 0 {
			return err
		}
		for _, m := range ms {
			if err := fn(m); err != nil {
				return err
			}
			after = m.URI
		}
	}
}

// group mends some buckets, with one look at what we hold of them.
func (x *healing) group(ctx context.Context, buckets []string) error {
	held := make(map[string]map[string]store.Mirrored, len(buckets))
	for _, b := range buckets {
		held[b] = map[string]store.Mirrored{}
	}
	err := x.held(ctx, func(m store.Mirrored) error {
		if in := held[federation.DigestBucket(m.URI)]; in != nil {
			in[m.URI] = m
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, b := range buckets {
		if err := x.bucket(ctx, b, held[b]); err != nil {
			return err
		}
	}
	return nil
}

// whole mends what a source without a digest lists.
func (x *healing) whole(ctx context.Context) error {
	held := map[string]store.Mirrored{}
	err := x.held(ctx, func(m store.Mirrored) error {
		held[m.URI] = m
		return nil
	})
	if err != nil {
		return err
	}
	return x.bucket(ctx, "", held)
}
