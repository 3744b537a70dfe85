package resource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// mirrorScan is how many rows one page of the mirror reads at most.
const mirrorScan = maxStubs + 1

// mirrored is one origin in the list of the mirror.
type mirrored struct {
	Origin string          `json:"origin"`
	State  store.PeerState `json:"state"`
	// Since is when it last was heard of.
	Since string `json:"since,omitempty"`
	// Actor is its own actor, and Key the key by which everything is verified.
	Actor   string `json:"actor"`
	Key     string `json:"publicKeyMultibase"`
	Count   int    `json:"count"`
	Catalog string `json:"catalog"`
}

// mirrorStub is one line of a mirrored catalogue.
type mirrorStub struct {
	stub
	// Via is this mirror: the document is a copy.
	Via string `json:"via"`
}

// MirrorList answers /mirror: the origins that no longer answer and whose
// documents can be had here, as they signed them.
func (h *Handlers) MirrorList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	down, err := h.mirrorsDown(ctx)
	if err != nil {
		return err
	}
	pins, err := h.cfg.Store.PinnedKeys(ctx)
	if err != nil {
		return err
	}
	list := []mirrored{}
	for _, pin := range pins {
		p, err := h.silent(ctx, pin.Origin)
		if errors.Is(err, directory.ErrNotFound) || err == nil && (!mirrors(p.State, down) || !pin.Disputed.IsZero()) {
			continue
		}
		if err != nil {
			return err
		}
		n, err := h.cfg.Store.CountMirror(ctx, pin.Origin)
		if err != nil {
			return err
		}
		m := mirrored{Origin: pin.Origin, State: p.State, Actor: pin.Actor, Key: pin.Multikey, Count: n, Catalog: h.mirrorCatalog(pin.Origin)}
		if !p.LastSuccess.IsZero() {
			m.Since = p.LastSuccess.UTC().Format(time.RFC3339)
		}
		list = append(list, m)
	}
	body, err := json.Marshal(struct {
		Origins []mirrored `json:"origins"`
	}{list})
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body, media: "application/json"})
}

// silent reads a peer as it was before it answered, when whoever answers has not
// shown yet that it is the one who was there.
func (h *Handlers) silent(ctx context.Context, origin string) (store.Peer, error) {
	p, err := h.cfg.Store.Peer(ctx, origin)
	if err != nil || p.State != store.PeerUp && p.State != store.PeerFailing {
		return p, err
	}
	d, err := h.cfg.Store.Doubt(ctx, origin)
	if d.Any() && !d.Back.IsZero() {
		p.State = d.State()
	}
	return p, err
}

func mirrors(state store.PeerState, down bool) bool {
	return state == store.PeerDead || down && state == store.PeerDown
}

func (h *Handlers) mirrorsDown(ctx context.Context) (bool, error) {
	s, err := h.cfg.Store.Setting(ctx, store.SettingMirrorDown)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return s == "1", err
}

func (h *Handlers) mirrorCatalog(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return h.cfg.Env.Base + "/mirror/" + url.PathEscape(host) + "/catalog"
}

// mirroredOrigin returns the origin when it is mirrored now, else ErrNotFound.
func (h *Handlers) mirroredOrigin(ctx context.Context, origin string) (store.PinnedKey, error) {
	down, err := h.mirrorsDown(ctx)
	if err != nil {
		return store.PinnedKey{}, err
	}
	p, err := h.silent(ctx, origin)
	if err == nil && !mirrors(p.State, down) {
		err = fmt.Errorf("%s is not mirrored, ask it: %w", origin, directory.ErrNotFound)
	}
	if err != nil {
		return store.PinnedKey{}, err
	}
	return h.cfg.Store.PinnedKey(ctx, origin)
}

// MirrorCatalog answers /mirror/{host}/catalog: pages as Catalog has them, of
// what can be verified. With full=1 the items are the documents as received,
// which keep their proof; the page says via which mirror.
func (h *Handlers) MirrorCatalog(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	pin, err := h.mirroredOrigin(ctx, "https://"+strings.ToLower(r.PathValue("host")))
	if errors.Is(err, directory.ErrNotFound) {
		pin, err = h.mirroredOrigin(ctx, "http://"+strings.ToLower(r.PathValue("host")))
	}
	if err != nil {
		return err
	}
	q, err := parseCatalogQuery(r.URL.Query())
	if err != nil {
		return err
	}
	if q.bucket != "" {
		return directory.Invalid{{Field: "bucket", Code: "invalid", Message: "a mirror has no buckets"}}
	}
	total, err := h.cfg.Store.CountMirror(ctx, pin.Origin)
	if err != nil {
		return err
	}
	id, via := h.mirrorCatalog(pin.Origin), h.cfg.Env.Base+"/mirror"
	c := federation.OrderedCollection{ID: id, TotalItems: total, OrderType: "ForwardChronological", First: id + q.with(0), Via: via}
	if q.page {
		c = federation.OrderedCollection{ID: id + q.with(q.after), PartOf: id, TotalItems: total, OrderType: "ForwardChronological", Via: via}
		last, more := q.after, false
		if c.Items, last, more, err = h.mirrorItems(ctx, pin.Origin, via, q); err != nil {
			return err
		}
		if more {
			c.Next = id + q.with(last)
		}
	}
	copyOf(w, pin.Actor)
	return collection(w, r, c)
}

// copyOf says that what is served is a copy (RFC 7089).
func copyOf(w http.ResponseWriter, original string) {
	if !strings.ContainsAny(original, "<>\r\n\"") {
		w.Header().Set("Link", "<"+original+`>; rel="original"`)
	}
}

func (h *Handlers) mirrorItems(ctx context.Context, origin, via string, q catalogQuery) (items []any, last int64, more bool, err error) {
	rows, err := h.cfg.Store.MirrorCatalog(ctx, origin, q.after, min(q.limit+1, mirrorScan))
	if err != nil {
		return nil, 0, false, err
	}
	items, last = []any{}, q.after
	size := 0
	for _, row := range rows {
		if len(items) == q.limit || size > maxPageBytes {
			return items, last, true, nil
		}
		if q.full {
			items = append(items, json.RawMessage(row.Body))
			size += len(row.Body)
		} else {
			items = append(items, mirrorStub{stub{ID: row.URI, Type: vocab.WireType(row.Kind), Kind: string(row.Kind),
				Updated: row.Updated.UTC().Format(time.RFC3339Nano), Hash: row.Hash}, via})
		}
		last = row.Seq
	}
	return items, last, false, nil
}

// MirrorDocument answers /mirror/document?id=: a document of a mirrored origin
// with its proof, byte for byte as it was received; one that came inside a page
// gets the page's @context, which no proof of it covers beyond its own. The
// origin's own actor is among them, which verifiers begin with.
func (h *Handlers) MirrorDocument(w http.ResponseWriter, r *http.Request) error {
	id := r.URL.Query().Get("id")
	origin := vocab.Origin(id)
	if origin == "" {
		return directory.Invalid{{Field: "id", Code: "invalid", Message: "is not the id of a document"}}
	}
	pin, err := h.mirroredOrigin(r.Context(), origin)
	if err != nil {
		return err
	}
	body := pin.Doc
	if id != pin.Actor || len(body) == 0 {
		d, err := h.cfg.Store.MirrorDocument(r.Context(), id)
		if err != nil {
			return err
		}
		body = d.Body
	}
	copyOf(w, id)
	return serve(w, r, answer{body: federation.WithContext(body)})
}
