package app

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// administration is what administrators alone see. Every handler of package
// admin checks who asks and the token of its form.
func (a *App) administration(r chi.Router) {
	get := func(pattern string, h handlerFunc) { r.Method(http.MethodGet, pattern, a.sitePage(h)) }
	s := a.admin
	get("/admin", s.Home)
	get("/admin/audit", s.Audit)
}
