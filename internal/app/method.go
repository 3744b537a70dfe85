package app

import (
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"
)

// errMethod means that an address exists, but not for that method.
var errMethod = errors.New("method not allowed")

// methods are those that routes have, in the order of an Allow header.
var methods = [...]string{http.MethodGet, http.MethodHead, http.MethodPost}

// headAsGet lets HEAD ask for whatever GET has (RFC 9110 §9.3.2); net/http
// leaves the body out.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c := chi.RouteContext(r.Context()); r.Method == http.MethodHead && c != nil {
			c.RouteMethod = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

// allowed lists the methods of a path.
func allowed(routes chi.Routes, path string) []string {
	var out []string
	for _, m := range methods {
		ask := m
		if m == http.MethodHead {
			ask = http.MethodGet
		}
		if routes.Match(chi.NewRouteContext(), ask, path) {
			out = append(out, m)
		}
	}
	return append(out, http.MethodOptions)
}

// wrongMethod answers OPTIONS with what an address takes, for people and for
// the preflight of scripts of any origin, and other methods with 405.
func (a *App) wrongMethod(routes chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		have := allowed(routes, r.URL.Path)
		w.Header().Set("Allow", strings.Join(have, ", "))
		if r.Method != http.MethodOptions {
			a.fail(w, r, errMethod, a.fitting)
			return
		}
		if have[0] != http.MethodGet {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_ = a.api.Preflight(w, r) // it never fails
	}
}

// noRoute answers an address that nobody has: with a redirect when a slash at
// its end is all that is wrong, else with 404.
func (a *App) noRoute(routes chi.Routes) http.HandlerFunc {
	missing := a.handle(notFound, a.fitting)
	return func(w http.ResponseWriter, r *http.Request) {
		short := strings.TrimRight(r.URL.Path, "/")
		read := r.Method == http.MethodGet || r.Method == http.MethodHead
		// "//host/" would send the visitor elsewhere; such a path has no route.
		if read && short != "" && short != r.URL.Path && routes.Match(chi.NewRouteContext(), http.MethodGet, short) {
			u := *r.URL
			u.Path, u.RawPath = short, ""
			http.Redirect(w, r, u.RequestURI(), http.StatusMovedPermanently)
			return
		}
		missing(w, r)
	}
}

// fitting answers an error as the address leads one to expect: a problem
// document under the API and its like, text to other servers, else a page.
func (a *App) fitting(w http.ResponseWriter, r *http.Request, status int, err error) {
	for _, prefix := range [...]string{"/api/", "/tiles/", "/feeds/", "/export/"} {
		if strings.HasPrefix(r.URL.Path+"/", prefix) {
			a.problem(w, r, status, err)
			return
		}
	}
	for _, prefix := range [...]string{"/.well-known/", "/nodeinfo/", "/actor/", "/inbox"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			a.plain(w, r, status, err)
			return
		}
	}
	if wantsActivity(r) {
		a.plain(w, r, status, err)
		return
	}
	a.page(w, r, status, err)
}
