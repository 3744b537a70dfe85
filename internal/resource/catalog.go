package resource

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Page sizes of the catalogue.
const (
	maxStubs     = 500
	maxDocuments = 100
	// maxPageBytes leaves room below the reader's limit of federation.MaxBodyBytes.
	maxPageBytes = 700 << 10
	scanPage     = 2000
)

// stub is one line of the catalogue.
type stub struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	FormerType string `json:"formerType,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Updated    string `json:"updated,omitempty"`
	Deleted    string `json:"deleted,omitempty"`
	Hash       string `json:"hash,omitempty"`
}

// Catalog answers {actor}/catalog: every entry that is or was public, in the
// order of its last change; without "after" the collection, else a page. No
// "next" means that the reader has caught up and keeps its "after".
// "full=1" embeds whole documents, "bucket=ab" keeps one bucket of the digest.
func (h *Handlers) Catalog(w http.ResponseWriter, r *http.Request) error {
	uri, e, err := h.actor(r)
	if err != nil {
		return err
	}
	owner := ""
	if e != nil {
		if e.Kind != directory.KindOrganisation {
			return fmt.Errorf("%s: %w: only organisations have a catalogue", r.URL.Path, directory.ErrNotFound)
		}
		owner = uri
	}
	id := uri + "/catalog"
	total, err := h.cfg.Store.CountCatalog(r.Context(), owner)
	if err != nil {
		return err
	}
	q, err := parseCatalogQuery(r.URL.Query())
	if err != nil {
		return err
	}
	if !q.page {
		return collection(w, r, federation.OrderedCollection{ID: id, TotalItems: total, OrderType: "ForwardChronological", First: id + q.with(0)})
	}
	items, last, more, err := h.catalogItems(r.Context(), owner, q)
	if err != nil {
		return err
	}
	c := federation.OrderedCollection{ID: id + q.with(q.after), PartOf: id, TotalItems: total, OrderType: "ForwardChronological", Items: items}
	if more {
		c.Next = id + q.with(last)
	}
	return collection(w, r, c)
}

type catalogQuery struct {
	after  int64
	limit  int
	full   bool
	bucket string // two hexadecimal digits, "" for all
	page   bool   // a page is asked for
}

func parseCatalogQuery(v url.Values) (catalogQuery, error) {
	q := catalogQuery{limit: maxStubs, full: v.Get("full") == "1", bucket: v.Get("bucket"), page: v.Has("after")}
	if q.full {
		q.limit = maxDocuments
	}
	var err error
	if s := v.Get("after"); s != "" {
		if q.after, err = strconv.ParseInt(s, 10, 64); err != nil || q.after < 0 {
			return q, directory.Invalid{{Field: "after", Code: "invalid", Message: "is not a sequence number"}}
		}
	}
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return q, directory.Invalid{{Field: "limit", Code: "invalid", Message: "is not a positive number"}}
		}
		q.limit = min(q.limit, n)
	}
	if _, err := hex.DecodeString(q.bucket); err != nil || (q.bucket != "" && len(q.bucket) != 2) {
		return q, directory.Invalid{{Field: "bucket", Code: "invalid", Message: "is not two hexadecimal digits"}}
	}
	return q, nil
}

// with is the query of the page after seq.
func (q catalogQuery) with(seq int64) string {
	s := "?after=" + strconv.FormatInt(seq, 10) + "&limit=" + strconv.Itoa(q.limit)
	if q.full {
		s += "&full=1"
	}
	if q.bucket != "" {
		s += "&bucket=" + q.bucket
	}
	return s
}

// catalogItems reads one page; last is the seq that it covers, more whether
// there is anything after it.
func (h *Handlers) catalogItems(ctx context.Context, owner string, q catalogQuery) (items []any, last int64, more bool, err error) {
	items, last = []any{}, q.after
	size := 0
	for {
		want := q.limit + 1
		if q.bucket != "" {
			want = scanPage
		}
		rows, err := h.cfg.Store.Catalog(ctx, owner, last, want)
		if err != nil {
			return nil, 0, false, err
		}
		documents, err := h.documents(ctx, rows, q)
		if err != nil {
			return nil, 0, false, err
		}
		for _, row := range rows {
			if q.bucket != "" && q.bucket != federation.DigestBucket(row.URI) {
				last = row.Seq
				continue
			}
			if len(items) == q.limit || size > maxPageBytes {
				return items, last, true, nil
			}
			item := any(stubOf(row))
			if doc, ok := documents[row.ID]; ok {
				item = doc
				size += len(doc)
			}
			items, last = append(items, item), row.Seq
		}
		if q.bucket == "" || len(rows) < want {
			return items, last, false, nil
		}
	}
}

// documents renders the entries of a page with full=1, by ID, without their
// context, which the page has. One that left the public meanwhile is missing
// and stays a stub: the reader fetches it and finds out.
func (h *Handlers) documents(ctx context.Context, rows []store.CatalogRow, q catalogQuery) (map[string]json.RawMessage, error) {
	if !q.full {
		return nil, nil
	}
	var ids []string
	for _, row := range rows {
		if !row.Deleted {
			ids = append(ids, row.ID)
		}
	}
	entries, err := h.cfg.Store.EntriesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]json.RawMessage, len(entries))
	for _, e := range entries {
		doc, err := h.document(ctx, e)
		if errors.Is(err, directory.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[e.ID] = federation.Embed(doc)
	}
	return out, nil
}

func stubOf(row store.CatalogRow) stub {
	at := row.Updated.UTC().Format(time.RFC3339Nano)
	if row.Deleted {
		return stub{ID: row.URI, Type: "Tombstone", FormerType: vocab.WireType(row.Kind), Deleted: at}
	}
	return stub{ID: row.URI, Type: vocab.WireType(row.Kind), Kind: string(row.Kind), Updated: at, Hash: row.Hash}
}

// digestDoc is the answer of Digest, kept until the sequence moves. Its body
// has the sequence of the last local change, so that what is mirrored here
// does not change its ETag.
type digestDoc struct {
	seq  int64
	body []byte
}

// Digest answers /actor/digest: 256 buckets by the first byte of the SHA-256
// of an id, each the XOR of SHA-256(id, 0, hash) over the public entries. Two
// instances that agree have the same buckets; it shows drift, not attack.
func (h *Handlers) Digest(w http.ResponseWriter, r *http.Request) error {
	if uri, e, err := h.actor(r); err != nil {
		return err
	} else if e != nil {
		return fmt.Errorf("%s: %w: the digest is the instance's", uri, directory.ErrNotFound)
	}
	seq, err := h.cfg.Store.LastSeq(r.Context())
	if err != nil {
		return err
	}
	h.mu.Lock()
	d := h.digest
	h.mu.Unlock()
	if d.body == nil || d.seq != seq {
		if d, err = h.makeDigest(r.Context(), seq); err != nil {
			return err
		}
		h.mu.Lock()
		h.digest = d
		h.mu.Unlock()
	}
	return serve(w, r, answer{body: d.body, media: "application/json"})
}

func (h *Handlers) makeDigest(ctx context.Context, seq int64) (digestDoc, error) {
	var digest federation.Digest
	count, last := 0, int64(0)
	for {
		rows, err := h.cfg.Store.Catalog(ctx, "", last, scanPage)
		if err != nil {
			return digestDoc{}, err
		}
		for _, row := range rows {
			last = row.Seq
			if row.Deleted {
				continue
			}
			count++
			digest.Add(row.URI, row.Hash)
		}
		if len(rows) < scanPage {
			break
		}
	}
	doc := struct {
		Count   int               `json:"count"`
		Seq     int64             `json:"seq"`
		Algo    string            `json:"algo"`
		Buckets map[string]string `json:"buckets"`
	}{count, last, federation.DigestAlgo, digest.Buckets()}
	body, err := json.Marshal(doc)
	return digestDoc{seq: seq, body: body}, err
}
