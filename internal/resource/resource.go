// Package resource answers what other servers GET: ActivityPub documents and
// collections, the catalogue and its digest, WebFinger, host-meta and NodeInfo.
//
// It only reads. HTML pages are package site's; which of the two answers is
// decided by package app from the Accept header. Nothing here asks for a
// signature: all of it is public, and peers need the instance's actor and keys
// before they can verify ours.
package resource

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// InstanceKeys is the owner under which Config.Keys gives the instance's keys.
const InstanceKeys = "instance"

// Config is what New needs.
type Config struct {
	Store *store.Store
	// Keys returns the public keys of an owner: an organisation's ID, or
	// InstanceKeys. It is the keyring's.
	Keys  func(ctx context.Context, owner string) (vocab.Keys, error)
	Env   vocab.Env
	Clock func() time.Time // nil = time.Now
	// Version is the software's, for NodeInfo.
	Version string
	// Created is when the instance was set up; zero leaves it out.
	Created time.Time
}

// Handlers are the GET handlers. They are safe for concurrent use.
type Handlers struct {
	cfg Config

	mu       sync.Mutex
	instance instanceActor
	digests  map[string]digestState // by the organisation's URI, "" for all
}

// instanceActor is the document of the instance's actor and the key in it.
type instanceActor struct {
	body []byte
	key  string
	// locked is whether it said that followers are approved.
	locked bool
}

// New returns ready handlers.
func New(cfg Config) *Handlers {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	return &Handlers{cfg: cfg, digests: map[string]digestState{}}
}

// How long answers may be kept.
const (
	revalidate = "no-cache" // with an ETag, so that it costs a 304
	minutes    = "public, max-age=300"
	days       = "public, max-age=259200"
)

// answer is one response.
type answer struct {
	body   []byte
	media  string // "" = federation.ContentType
	cache  string // "" = revalidate
	status int    // 0 = 200
}

// serve writes a with an ETag, or 304 when the client has it.
func serve(w http.ResponseWriter, r *http.Request, a answer) error {
	sum := sha256.Sum256(a.body)
	etag := `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
	h := w.Header()
	if a.media == "" {
		a.media = federation.ContentType
	}
	if a.cache == "" {
		a.cache = revalidate
	}
	h.Set("Content-Type", a.media)
	h.Set("Cache-Control", a.cache)
	h.Set("ETag", etag)
	h.Set("Vary", "Accept")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("X-Content-Type-Options", "nosniff")
	if a.status == 0 && matches(r.Header.Get("If-None-Match"), etag) {
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = w.Write(a.body) // the client went away
	return nil
}

// matches compares weakly (RFC 9110 §13.1.2): a proxy that compresses makes tags weak.
func matches(header, etag string) bool {
	for _, tag := range strings.Split(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == etag || tag == "*" {
			return true
		}
	}
	return false
}

// Document answers /entries/{id}, /events/{id}, /texts/{id}, /concepts/{id}
// and /@{handle}: the document of a local entry, a Tombstone with 410 when it
// was deleted, 303 to the origin of a remote one. What is not public is not found.
func (h *Handlers) Document(w http.ResponseWriter, r *http.Request) error {
	e, err := h.entry(r)
	if errors.Is(err, directory.ErrGone) && e.Origin == "" {
		return h.tombstone(w, r, e)
	}
	if err != nil {
		return err
	}
	if e.Origin != "" {
		if _, ok := e.Public(); !ok {
			return fmt.Errorf("document %s: %w", e.URI, directory.ErrNotFound)
		}
		w.Header().Set("Vary", "Accept")
		http.Redirect(w, r, e.URI, http.StatusSeeOther)
		return nil
	}
	body, err := h.document(r.Context(), e)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body})
}

func (h *Handlers) tombstone(w http.ResponseWriter, r *http.Request, e directory.Entry) error {
	body, err := h.cfg.Env.Tombstone(e.URI, vocab.WireType(e.Kind), e.DeletedAt)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body, status: http.StatusGone, cache: minutes})
}

// document renders a local public entry.
func (h *Handlers) document(ctx context.Context, e directory.Entry) ([]byte, error) {
	p, ok := e.Public()
	if !ok {
		return nil, fmt.Errorf("document %s: %w", e.URI, directory.ErrNotFound)
	}
	keys, err := h.keys(ctx, e.Owner)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", e.URI, err)
	}
	return h.cfg.Env.Document(p, keys)
}

func (h *Handlers) keys(ctx context.Context, owner string) (vocab.Keys, error) {
	if owner == "" {
		owner = InstanceKeys
	}
	return h.cfg.Keys(ctx, owner)
}

// entry finds the entry that the path names, a tombstone with ErrGone; a path
// of another kind than the entry's is not found.
func (h *Handlers) entry(r *http.Request) (directory.Entry, error) {
	if handle := r.PathValue("handle"); handle != "" {
		return h.cfg.Store.EntryByHandle(r.Context(), strings.ToLower(strings.TrimPrefix(handle, "@")))
	}
	e, err := h.cfg.Store.Entry(r.Context(), r.PathValue("id"))
	if err != nil {
		return e, err
	}
	segment, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if segment != e.Kind.Path() {
		return directory.Entry{}, fmt.Errorf("%s: %w", r.URL.Path, directory.ErrNotFound)
	}
	return e, nil
}

// actor finds the local public actor whose sub-resource is asked for; the
// entry is nil for the instance and has no kind for a map.
func (h *Handlers) actor(r *http.Request) (uri string, e *directory.Entry, err error) {
	if handle := r.PathValue("map"); handle != "" {
		m, err := h.cfg.Store.MapByHandle(r.Context(), handle)
		uri := h.cfg.Env.MapURI(m.Handle)
		return uri, &directory.Entry{URI: uri}, err // no entry, and not the instance either
	}
	if r.PathValue("id") == "" && r.PathValue("handle") == "" {
		return h.cfg.Env.InstanceURI(), nil, nil
	}
	found, err := h.entry(r)
	if err != nil {
		return "", nil, err
	}
	if !found.Kind.IsActor() || found.Origin != "" || !found.Status.Public() {
		return "", nil, fmt.Errorf("%s: %w", r.URL.Path, directory.ErrNotFound)
	}
	return found.URI, &found, nil
}

// Instance answers /actor from memory, while its key is the same: a peer that
// cannot have our key refuses all of our deliveries for minutes.
func (h *Handlers) Instance(w http.ResponseWriter, r *http.Request) error {
	h.mu.Lock()
	made := h.instance
	h.mu.Unlock()
	keys, err := h.keys(r.Context(), InstanceKeys)
	if err != nil && made.body == nil {
		return fmt.Errorf("instance actor: %w", err)
	}
	locked := h.cfg.Env.Approves != nil && h.cfg.Env.Approves()
	if err == nil && (made.body == nil || made.key != keys.RSAPublicPEM || made.locked != locked) {
		made.key, made.locked = keys.RSAPublicPEM, locked
		if made.body, err = h.cfg.Env.InstanceActor(keys, h.cfg.Created); err != nil {
			return err
		}
		h.mu.Lock()
		h.instance = made
		h.mu.Unlock()
	}
	return serve(w, r, answer{body: made.body})
}

// Note answers /notes/{id}.
func (h *Handlers) Note(w http.ResponseWriter, r *http.Request) error { return h.stored(w, r) }

// Activity answers /activities/{id}.
func (h *Handlers) Activity(w http.ResponseWriter, r *http.Request) error { return h.stored(w, r) }

// stored serves the bytes that were sent. A Note that was taken back is gone:
// who kept it learns so by looking.
func (h *Handlers) stored(w http.ResponseWriter, r *http.Request) error {
	a, err := h.cfg.Store.Activity(r.Context(), h.cfg.Env.Base+r.URL.Path)
	if err != nil {
		return err
	}
	public, err := h.tellable(r.Context(), a)
	if err != nil {
		return err
	}
	switch {
	case public:
		return serve(w, r, answer{body: a.Body})
	case a.Type == "Note":
		body, err := h.cfg.Env.Tombstone(a.ID, a.Type, time.Time{})
		if err != nil {
			return err
		}
		return serve(w, r, answer{body: body, status: http.StatusGone, cache: minutes})
	}
	return fmt.Errorf("%s: %w", r.URL.Path, directory.ErrNotFound)
}

// tellable reports whether anyone may read what an actor of ours said: not what a
// map said of an entry of another instance that has been blocked or silenced since.
func (h *Handlers) tellable(ctx context.Context, a store.Activity) (bool, error) {
	if !a.Public || h.cfg.Env.MapHandle(a.Actor) == "" {
		return a.Public, nil
	}
	e, err := h.cfg.Store.EntryByURI(ctx, a.Object)
	if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
		return true, nil // a Note, or an entry that is deleted: its posts are withdrawn with it
	}
	return e.Origin == "" || e.Listed(), err
}

// Context answers /ns/v1, the JSON-LD context whose terms our documents carry
// inline.
func (h *Handlers) Context(w http.ResponseWriter, r *http.Request) error {
	return serve(w, r, answer{body: federation.ContextDocument(), media: "application/ld+json", cache: days})
}
