package app

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/site"
)

// Limits of request bodies, in bytes.
const (
	maxFormBytes  = 2 << 20
	maxInboxBytes = 1 << 20
)

// routes is every address of the instance.
func (a *App) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(a.observe, a.forwarded, a.secure, compress, headAsGet)
	r.NotFound(a.noRoute(r))
	r.MethodNotAllowed(a.wrongMethod(r))
	a.health(r)
	a.federation(r)
	a.pages(r)
	a.relationPages(r)
	a.embedding(r)
	a.administration(r)
	a.data(r)
	return r
}

func (a *App) health(r chi.Router) {
	r.Get("/healthz", a.handle(a.healthz, a.plain))
	r.Get("/readyz", a.handle(a.readyz, a.plain))
	r.Get(assetPrefix+"*", a.handle(a.assets.serve, a.plain))
}

// federation is what other servers GET and POST.
func (a *App) federation(r chi.Router) {
	get := func(pattern string, h handlerFunc) { r.Get(pattern, a.handle(h, a.plain)) }
	h := a.resource
	get("/.well-known/webfinger", h.WebFinger)
	get("/.well-known/host-meta", h.HostMeta)
	get("/.well-known/host-meta.json", h.HostMetaJSON)
	get("/.well-known/nodeinfo", h.NodeInfoIndex)
	get("/nodeinfo/2.0", h.NodeInfo20)
	get("/nodeinfo/2.1", h.NodeInfo21)
	get("/ns/v1", h.Context)
	get("/actor", h.Instance)
	get("/notes/{id}", h.Note)
	get("/activities/{id}", h.Activity)
	get("/mirror", h.MirrorList)
	get("/mirror/{host}/catalog", h.MirrorCatalog)
	get("/mirror/document", h.MirrorDocument)
	get("/notes/{id}/replies", h.Replies)
	for _, kind := range []string{"/notes", "/events", "/texts", "/concepts"} {
		get(kind+"/{id}/likes", h.Reactions)
		get(kind+"/{id}/shares", h.Reactions)
	}
	for _, kind := range []string{"/entries", "/events", "/texts", "/concepts"} {
		get(kind+"/{id}/replies", h.Replies)
		get(kind+"/{id}/discussion", h.Discussion)
	}
	for _, actor := range []string{"/actor", "/entries/{id}"} {
		get(actor+"/outbox", h.Outbox)
		get(actor+"/followers", h.Followers)
		get(actor+outbox.SyncPath, a.inbox.FollowersAt)
		get(actor+"/following", h.Following)
		get(actor+"/featured", h.Featured)
		get(actor+"/catalog", h.Catalog)
		get(actor+"/digest", h.Digest)
		get(actor+"/upcoming", h.Upcoming)
	}
	for name, h := range map[string]handlerFunc{"outbox": h.Outbox, "followers": h.Followers, "following": h.Following,
		"featured": h.Featured, "collections": h.MapCollections, "collection": h.MapCollection} {
		get("/maps/{map}/"+name, h)
	}
	get("/features/{id}", h.Feature)
	for _, inbox := range []string{"/inbox", "/actor/inbox", "/entries/{id}/inbox", "/maps/{map}/inbox"} {
		r.With(limitBody(maxInboxBytes)).Post(inbox, a.handle(a.inbox.Handler, a.plain))
	}
}

// data is what programs and downloads GET.
func (a *App) data(r chi.Router) {
	get := func(pattern string, h handlerFunc) { r.Get(pattern, a.handle(h, a.problem)) }
	get("/api/v1/entries", a.api.Entries)
	get("/api/v1/entries/{id}", a.api.Entry)
	get("/api/v1/facets", a.api.Facets)
	get("/api/v1/areas", a.api.Areas)
	get("/api/v1/places", a.api.Places)
	get("/api/v1/maps", a.api.Maps)
	get("/api/v1/maps/{map}", a.api.Map)
	get("/api/v1/timeline", a.api.Timeline)
	get("/api/v1/tours", a.api.Tours)
	get("/api/v1/tours/{slug}", a.api.Tour)
	get("/api/v1/openapi.yaml", a.api.OpenAPI)
	get("/tiles/entries/{z}/{x}/{y}", a.api.EntryTile)
	get("/tiles/areas/{level}/{z}/{x}/{y}", a.api.ZoneTile)
	get("/tiles/base/{z}/{x}/{y}", a.api.BaseTile)
	get("/tiles/base/own/{z}/{x}/{y}", a.api.GroundTile)
	get("/tiles/base/style.json", a.api.GroundStyle)
	get("/tiles/base/sprite.png", a.api.GroundSprite)
	get("/feeds/events.ics", a.api.Events)
	get("/feeds/events/{id}", a.api.Event)
	get("/feeds/changes.atom", a.api.Changes)
	get("/export/entries.csv", a.api.ExportCSV)
	get("/export/entries.geojson", a.api.ExportGeoJSON)
	for _, f := range site.ConceptFormats {
		get("/export/concepts."+string(f), a.site.ExportConcepts)
	}
	for _, f := range site.GraphFormats {
		get("/export/genealogy."+string(f), a.site.ExportGenealogy)
		get("/export/neighbourhood."+string(f), a.site.ExportNeighbourhood)
	}
}

func notFound(_ http.ResponseWriter, r *http.Request) error {
	return fmt.Errorf("no page at %s: %w", r.URL.Path, directory.ErrNotFound)
}
