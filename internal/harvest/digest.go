package harvest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// digestEvery is how often two instances that seem to agree compare.
	digestEvery = 6 * time.Hour
	digestAlgo  = "xor-sha256-v1"
	// settingAgreed prefixes the setting that holds when we last agreed with a
	// source, in RFC 3339.
	settingAgreed = "harvest.agreed:"
	mirrorPage    = 2000
)

// digest is what a peer answers at {actor}/digest.
type digest struct {
	Count   int               `json:"count"`
	Algo    string            `json:"algo"`
	Buckets map[string]string `json:"buckets"`
}

// Agreed is when our copy was last found to be the same as the source, the
// zero time when it never was.
func (h *Harvester) Agreed(ctx context.Context, object string) (time.Time, error) {
	s, err := h.cfg.Store.Setting(ctx, settingAgreed+object)
	if errors.Is(err, directory.ErrNotFound) || err == nil && s == "" {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, s)
}

// heal compares the digests and reads again the buckets that differ. What we
// hold and the catalogue does not list is removed when its origin says so.
// It is done for whole instances only, which alone have a digest.
func (h *Harvester) heal(ctx context.Context, f store.Following) (changed int, err error) {
	agreed, err := h.Agreed(ctx, f.Object)
	if err != nil || h.now().Sub(agreed) < digestEvery {
		return 0, err
	}
	theirs, ok, err := h.theirDigest(ctx, f)
	if err != nil || !ok {
		return 0, err
	}
	ours, err := h.ourDigest(ctx, f.Origin)
	if err != nil {
		return 0, err
	}
	for i, sum := range ours {
		bucket := hex.EncodeToString([]byte{byte(i)})
		if theirs.Buckets[bucket] == hex.EncodeToString(sum[:]) {
			continue
		}
		n, err := h.healBucket(ctx, f, bucket)
		changed += n
		if err != nil {
			return changed, err
		}
	}
	return changed, h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.PutSetting(ctx, settingAgreed+f.Object, h.now().Format(time.RFC3339))
	})
}

func (h *Harvester) theirDigest(ctx context.Context, f store.Following) (d digest, ok bool, err error) {
	ra, err := h.cfg.Actors.Actor(ctx, f.Object)
	if err != nil {
		return d, false, err
	}
	act, err := federation.ParseActor(ra.Doc)
	if err != nil || act.Digest == "" || !peer.SameOrigin(act.Digest, f.Origin) {
		return d, false, nil
	}
	resp, err := h.cfg.Actors.Get(ctx, act.Digest, federation.GetOptions{Accept: "application/json"})
	if err != nil {
		return d, false, err
	}
	if resp.Status != http.StatusOK || json.Unmarshal(resp.Body, &d) != nil || d.Algo != digestAlgo {
		return d, false, nil
	}
	return d, len(d.Buckets) == 256, nil
}

func (h *Harvester) ourDigest(ctx context.Context, origin string) (buckets federation.Digest, err error) {
	err = h.mirrored(ctx, origin, func(m store.Mirrored) error {
		buckets.Add(m.URI, m.Hash)
		return nil
	})
	return buckets, err
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

func bucketOf(uri string) string {
	sum := sha256.Sum256([]byte(uri))
	return hex.EncodeToString(sum[:1])
}

// healBucket reads one bucket whole.
func (h *Harvester) healBucket(ctx context.Context, f store.Following, bucket string) (changed int, err error) {
	listed := make(map[string]bool)
	page := catalogPage(f.Catalog, 0, bucket)
	for start := h.now(); page != ""; {
		if h.now().Sub(start) > passTime { // never the end of an honest bucket
			return changed, fmt.Errorf("bucket %s of %s does not end: %w", bucket, f.Catalog, directory.ErrInvalid)
		}
		col, _, err := h.page(ctx, f.Origin, page, nil)
		if err != nil {
			return changed, err
		}
		b, err := h.read(ctx, f, col.Items)
		if err != nil {
			return changed, err
		}
		for _, d := range b.accept {
			listed[d.entry.URI] = true
		}
		n := 0
		err = h.cfg.Store.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = h.apply(ctx, tx, f, b)
			return err
		})
		if err != nil {
			return changed, err
		}
		changed += n
		if page, err = following(f.Origin, page, col); err != nil {
			return changed, err
		}
	}
	n, err := h.removeAbsent(ctx, f, bucket, listed)
	return changed + n, err
}

// removeAbsent removes what the bucket does not list, once its origin confirms
// that it is gone: an incomplete answer must not empty the directory.
func (h *Harvester) removeAbsent(ctx context.Context, f store.Following, bucket string, listed map[string]bool) (removed int, err error) {
	err = h.mirrored(ctx, f.Origin, func(m store.Mirrored) error {
		if listed[m.URI] || bucketOf(m.URI) != bucket {
			return nil
		}
		gone, err := h.confirmGone(ctx, m.URI)
		if err != nil || !gone {
			return err
		}
		removed++
		return h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return h.cfg.Ledger.RemoveRemote(ctx, tx, m.URI) })
	})
	return removed, err
}

func (h *Harvester) confirmGone(ctx context.Context, uri string) (bool, error) {
	done, err := h.pace.wait(ctx, uri)
	if err != nil {
		return false, err
	}
	defer done()
	raw, err := h.cfg.Actors.Fetch(ctx, uri)
	switch {
	case errors.Is(err, directory.ErrGone), errors.Is(err, directory.ErrNotFound):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("confirm that %s is gone: %w", uri, err)
	}
	o, err := federation.ReadObject(raw)
	return err == nil && o.Type == "Tombstone", nil
}
