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
	q, err := parseCatalogQuery(r.URL.Query())
	if err != nil {
		return err
	}
	total, err := h.total(r.Context(), owner)
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
	rows, err := h.catalogRows(ctx, owner, q)
	if err != nil {
		return nil, 0, false, err
	}
	documents, err := h.documents(ctx, rows, q)
	if err != nil {
		return nil, 0, false, err
	}
	items, last = []any{}, q.after
	size := 0
	for _, row := range rows {
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
	return items, last, false, nil
}

// catalogRows reads one row more than the page has.
func (h *Handlers) catalogRows(ctx context.Context, owner string, q catalogQuery) ([]store.CatalogRow, error) {
	if q.bucket == "" {
		return h.cfg.Store.Catalog(ctx, owner, q.after, q.limit+1)
	}
	b, err := strconv.ParseUint(q.bucket, 16, 8)
	if err != nil {
		return nil, err // parseCatalogQuery refuses it before
	}
	return h.cfg.Store.CatalogBucket(ctx, owner, int(b), q.after, q.limit+1)
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
