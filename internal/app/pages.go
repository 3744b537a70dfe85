package app

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"codeberg.org/bocage/bocage/internal/site"
)

// pages is what people read and fill in.
func (a *App) pages(r chi.Router) {
	get := func(pattern string, h handlerFunc) { r.Method(http.MethodGet, pattern, a.sitePage(h)) }
	post := func(pattern string, h handlerFunc) { r.Method(http.MethodPost, pattern, a.sitePage(h)) }
	s := a.site
	view := func(path string, h handlerFunc) {
		get(path, site.Whole(h))
		if path != "/" {
			get("/maps/{map}"+path, s.Framed(h))
		}
	}
	view("/", s.Home)
	view("/timeline", s.Timeline)
	view("/genealogy", s.Genealogy)
	view("/genealogy/{id}", s.Lineage)
	view("/concepts", s.Concepts)
	get("/series/{slug}", s.Series)
	get("/about", s.About)
	get("/legal", s.Legal)
	get("/accessibility", s.Accessibility)
	r.Get("/search", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/?"+r.URL.RawQuery, http.StatusMovedPermanently)
	})
	get("/maps", s.Maps)
	r.Get("/maps/{map}", a.negotiate(s.Map, a.resource.Map))
	get("/maps/{map}/about", s.Framed(s.MapAbout))
	r.Get("/maps/{map}/theme.css", a.handle(s.MapStyle, a.plain))
	a.newcomers(r, get)
	get("/interact", s.Interact)
	post("/interact", s.PostInteract)
	get("/login", s.Login)
	post("/login", s.PostLogin)
	get("/logout", s.Logout)
	post("/logout", s.PostLogout)
	get("/new", s.NewEntry)
	post("/new", s.PostNew)
	a.entryPages(r)
}

// entryPages are those of one entry. The four kinds of ids answer with a page or
// with an ActivityPub document.
func (a *App) entryPages(r chi.Router) {
	get := func(pattern string, h handlerFunc) { r.Method(http.MethodGet, pattern, a.sitePage(h)) }
	post := func(pattern string, h handlerFunc) { r.Method(http.MethodPost, pattern, a.sitePage(h)) }
	s := a.site
	for _, kind := range []string{"/entries", "/events", "/texts", "/concepts"} {
		id := kind + "/{id}"
		r.Get(id, a.negotiate(s.Entry, a.resource.Document))
		get(id+"/history", s.History)
		get(id+"/print", s.PrintEntry)
		get(id+"/report", s.Report)
		post(id+"/report", s.PostReport)
		get(id+"/edit", s.EditEntry)
		post(id+"/edit", s.PostEdit)
		post(id+"/delete", s.PostDelete)
		post(id+"/revert", s.PostRevert)
		post(id+"/confirm", s.PostConfirm)
		post(id+"/restore", s.PostRestore)
		get(id+"/life", s.Life)
		post(id+"/life", s.PostLife)
		post(id+"/discussion", s.PostDiscussion)
		get(id+"/discussion.atom", s.DiscussionFeed)
	}
	get("/entries/{id}/archive", s.Archive)
	r.Get("/@{handle}", a.negotiate(s.Actor, a.resource.Document))
}

// newcomers is what explains the commons: a first page, guided tours, a glossary,
// documents for paper, and the pictures of links.
func (a *App) newcomers(r chi.Router, get func(pattern string, h handlerFunc)) {
	s := a.site
	get("/start", s.Start)
	get("/tours", s.Tours)
	get("/tours/{slug}", s.Tour)
	get("/tours/{slug}/offline.html", s.TourOffline)
	get("/glossary", s.Glossary)
	get("/print", s.Print)
	for path, h := range map[string]handlerFunc{"home.png": s.PreviewHome, "views/{file}": s.PreviewView, "entries/{file}": s.PreviewEntry, "maps/{file}": s.PreviewMap, "tours/{file}": s.PreviewTour} {
		r.Get("/og/"+path, a.handle(h, a.plain))
	}
}

// sitePage adds what only pages need: who is signed in, and the limit of a
// form's size. The handlers check their forms' tokens.
func (a *App) sitePage(h handlerFunc) http.Handler {
	return limitBody(maxFormBytes)(a.Auth.Middleware(a.handle(h, a.page)))
}

// upload is sitePage for a form with a file: the page itself says when that is too
// large.
func (a *App) upload(h handlerFunc, maxBytes int64) http.Handler {
	inner := a.Auth.Middleware(a.handle(h, a.page))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBytes+maxFormBytes)
		inner.ServeHTTP(w, r)
	})
}

// relationPages are the pages and the forms of the links between entries.
func (a *App) relationPages(r chi.Router) {
	for _, kind := range []string{"/entries", "/events", "/texts", "/concepts"} {
		r.Method(http.MethodGet, kind+"/{id}/neighbourhood", a.sitePage(a.site.Neighbourhood))
		r.Method(http.MethodPost, kind+"/{id}/relations", a.sitePage(a.site.PostRelations))
	}
}
