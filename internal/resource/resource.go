// Package resource answers what other servers GET: ActivityPub documents and
// collections, WebFinger, host-meta and NodeInfo.
//
// It only reads. HTML pages are package site's; which of the two answers is
// decided by package app from the Accept header.
package resource

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Config is what New needs.
type Config struct {
	Store *store.Store
	// Keys returns the public keys of an owner: an organisation's ID, or
	// "instance". It is the keyring's.
	Keys  func(ctx context.Context, owner string) (vocab.Keys, error)
	Env   vocab.Env
	Clock func() time.Time
	// Version is the software's, for NodeInfo.
	Version string
	// Logger may be nil.
	Logger *slog.Logger
}

// Handlers are the GET handlers. They are safe for concurrent use.
type Handlers struct{ cfg Config }

// New returns ready handlers.
func New(cfg Config) *Handlers { return &Handlers{cfg: cfg} }

func todo() error { return directory.ErrUnavailable }

// Document answers /entries/{id}, /events/{id}, /texts/{id}, /concepts/{id} and /@{handle}.
func (h *Handlers) Document(w http.ResponseWriter, r *http.Request) error { return todo() }

// Instance answers /actor.
func (h *Handlers) Instance(w http.ResponseWriter, r *http.Request) error { return todo() }

// Outbox answers {actor}/outbox, of an entry or of the instance.
func (h *Handlers) Outbox(w http.ResponseWriter, r *http.Request) error { return todo() }

// Followers answers {actor}/followers.
func (h *Handlers) Followers(w http.ResponseWriter, r *http.Request) error { return todo() }

// Following answers {actor}/following.
func (h *Handlers) Following(w http.ResponseWriter, r *http.Request) error { return todo() }

// Featured answers {actor}/featured.
func (h *Handlers) Featured(w http.ResponseWriter, r *http.Request) error { return todo() }

// Upcoming answers {actor}/upcoming.
func (h *Handlers) Upcoming(w http.ResponseWriter, r *http.Request) error { return todo() }

// Catalog answers {actor}/catalog?after=&limit=&full=1.
func (h *Handlers) Catalog(w http.ResponseWriter, r *http.Request) error { return todo() }

// Digest answers {actor}/digest.
func (h *Handlers) Digest(w http.ResponseWriter, r *http.Request) error { return todo() }

// Note answers /notes/{id}.
func (h *Handlers) Note(w http.ResponseWriter, r *http.Request) error { return todo() }

// Activity answers /activities/{id}.
func (h *Handlers) Activity(w http.ResponseWriter, r *http.Request) error { return todo() }

// WebFinger answers /.well-known/webfinger.
func (h *Handlers) WebFinger(w http.ResponseWriter, r *http.Request) error { return todo() }

// HostMeta answers /.well-known/host-meta.
func (h *Handlers) HostMeta(w http.ResponseWriter, r *http.Request) error { return todo() }

// HostMetaJSON answers /.well-known/host-meta.json.
func (h *Handlers) HostMetaJSON(w http.ResponseWriter, r *http.Request) error { return todo() }

// NodeInfoIndex answers /.well-known/nodeinfo.
func (h *Handlers) NodeInfoIndex(w http.ResponseWriter, r *http.Request) error { return todo() }

// NodeInfo20 answers /nodeinfo/2.0.
func (h *Handlers) NodeInfo20(w http.ResponseWriter, r *http.Request) error { return todo() }

// NodeInfo21 answers /nodeinfo/2.1.
func (h *Handlers) NodeInfo21(w http.ResponseWriter, r *http.Request) error { return todo() }

// Context answers /ns/v1, the JSON-LD context whose terms our documents carry inline.
func (h *Handlers) Context(w http.ResponseWriter, r *http.Request) error { return todo() }
