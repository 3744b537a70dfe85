package app

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
)

// embedSecurity lets any site show a page in a frame. Such a page holds no form
// and, see embedded, nothing of who is signed in: there is nothing to be tricked
// into pressing. It loads from its own instance only.
const embedSecurity = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"

// embedding is what other sites show of this one.
func (a *App) embedding(r chi.Router) {
	s := a.site
	r.Get("/embed", a.embedded(s.Embed))
	r.Get("/maps/{map}/embed", a.embedded(s.Framed(s.Embed)))
	r.Get("/embed/v1/bocage-map.js", a.handle(a.component, a.plain))
	r.Get("/oembed", a.handle(s.OEmbed, a.plain))
	r.Get("/qr.svg", a.handle(s.QR, a.plain))
	r.Method(http.MethodGet, "/share", a.sitePage(s.Share))
}

// component answers with the web component at an address that stays: pages of
// other sites name it. Named by its hash, ?v=, it may be kept for good.
func (a *App) component(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	for name, f := range a.assets.files {
		if !strings.HasPrefix(name, "bocage-map-") {
			continue
		}
		if v := r.URL.Query().Get("v"); v == "" || v != f.etag {
			f.immutable = false
			f.maxAge = 24 * time.Hour
		}
		return f.serve(w, r)
	}
	return fmt.Errorf("web component: %w", directory.ErrNotFound)
}

// embedded answers with a page for a frame of another site. Who the visitor is at
// this instance is forgotten before anything is read.
func (a *App) embedded(h handlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(page.ForEmbed(r.Context()))
		r.Header = r.Header.Clone()
		r.Header.Del("Cookie")
		r.Header.Del("Authorization")
		w.Header().Set("Content-Security-Policy", embedSecurity)
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		a.handle(h, a.plain)(w, r)
	}
}
