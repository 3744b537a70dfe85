package resource

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	scanPage = 2000
	// maxDigests bounds how many digests are kept in memory.
	maxDigests = 256
	// maxMended is after how many changes a digest is made anew.
	maxMended = 200
)

// digestState is the digest of a catalogue as far as a seq, and its answer, kept
// until the sequence moves. The answer has the sequence of the last local change,
// so that what is mirrored here does not change its ETag.
type digestState struct {
	seq, last int64
	digest    federation.Digest
	counts    [store.Buckets]int
	body      []byte
}

// Digest answers {actor}/digest: 256 buckets by the first byte of the SHA-256 of
// an id, each the XOR of SHA-256(id, 0, hash) over the public entries of the
// actor's catalogue. Two instances that agree have the same buckets; it shows
// drift, not attack.
func (h *Handlers) Digest(w http.ResponseWriter, r *http.Request) error {
	uri, e, err := h.actor(r)
	if err != nil {
		return err
	}
	owner := ""
	if e != nil {
		if e.Kind != directory.KindOrganisation {
			return fmt.Errorf("%s: %w: only organisations have a digest", uri, directory.ErrNotFound)
		}
		owner = uri
	}
	d, err := h.digestOf(r.Context(), owner)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: d.body, media: "application/json"})
}

// digestOf returns the digest of an organisation's catalogue, or of the whole.
func (h *Handlers) digestOf(ctx context.Context, owner string) (digestState, error) {
	seq, err := h.cfg.Store.LastSeq(ctx)
	if err != nil {
		return digestState{}, err
	}
	h.mu.Lock()
	d, known := h.digests[owner]
	h.mu.Unlock()
	if known && d.seq == seq {
		return d, nil
	}
	if d, err = h.makeDigest(ctx, owner, d, seq); err != nil {
		return d, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.digests) >= maxDigests {
		clear(h.digests)
	}
	h.digests[owner] = d
	return d, nil
}

// total is how many public entries a catalogue has.
func (h *Handlers) total(ctx context.Context, owner string) (n int, err error) {
	d, err := h.digestOf(ctx, owner)
	for _, c := range d.counts {
		n += c
	}
	return n, err
}

// makeDigest brings a digest from its last change to now: the buckets of what
// changed are read again, or all when that is much.
func (h *Handlers) makeDigest(ctx context.Context, owner string, d digestState, seq int64) (digestState, error) {
	d.seq = seq
	rows, err := h.cfg.Store.Catalog(ctx, owner, d.last, maxMended)
	if err != nil {
		return d, err
	}
	if len(rows) == 0 && d.body != nil {
		return d, nil
	}
	if len(rows) == maxMended || d.body == nil {
		d = digestState{seq: seq}
		err = h.readDigest(ctx, owner, &d)
	} else {
		err = h.mendDigest(ctx, owner, &d, rows)
	}
	if err != nil {
		return d, err
	}
	count := 0
	for _, c := range d.counts {
		count += c
	}
	d.body, err = json.Marshal(struct {
		Count   int               `json:"count"`
		Seq     int64             `json:"seq"`
		Algo    string            `json:"algo"`
		Buckets map[string]string `json:"buckets"`
	}{count, d.last, federation.DigestAlgo, d.digest.Buckets()})
	return d, err
}

// readDigest reads the whole catalogue, as far as d.seq.
func (h *Handlers) readDigest(ctx context.Context, owner string, d *digestState) error {
	for {
		rows, err := h.cfg.Store.Catalog(ctx, owner, d.last, scanPage)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.Seq > d.seq {
				return nil // changed since, perhaps after it was read: it is mended next time
			}
			d.last = row.Seq
			d.add(row)
		}
		if len(rows) < scanPage {
			return nil
		}
	}
}

// mendDigest reads the buckets of some changes again.
func (h *Handlers) mendDigest(ctx context.Context, owner string, d *digestState, changed []store.CatalogRow) error {
	var buckets [store.Buckets]bool
	for _, row := range changed {
		b := federation.DigestIndex(row.URI)
		buckets[b], d.counts[b], d.digest[b] = true, 0, [32]byte{}
		if row.Seq <= d.seq {
			d.last = row.Seq
		}
	}
	for b, is := range buckets {
		for after := int64(0); is; {
			rows, err := h.cfg.Store.CatalogBucket(ctx, owner, b, after, scanPage)
			if err != nil {
				return err
			}
			for _, row := range rows {
				after = row.Seq
				if row.Seq <= d.seq {
					d.add(row)
				}
			}
			is = len(rows) == scanPage
		}
	}
	return nil
}

func (d *digestState) add(row store.CatalogRow) {
	if row.Deleted {
		return
	}
	d.counts[federation.DigestIndex(row.URI)]++
	d.digest.Add(row.URI, row.Hash)
}
