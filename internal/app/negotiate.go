package app

import (
	"net/http"
	"strconv"
	"strings"
)

// wantsActivity reports whether the request's Accept asks for an ActivityPub
// document rather than for a page: activity+json, ld+json with or without its
// profile, or JSON, at least as much as HTML. No Accept means a page.
func wantsActivity(r *http.Request) bool {
	var activity, page float64
	activityAt, pageAt := -1, -1
	for i, part := range strings.Split(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, q := mediaRange(part)
		switch kind {
		case "application/activity+json", "application/ld+json", "application/json":
			if q > activity {
				activity, activityAt = q, i
			}
		case "text/html", "application/xhtml+xml":
			if q > page {
				page, pageAt = q, i
			}
		}
	}
	if activityAt < 0 {
		return false
	}
	return pageAt < 0 || activity > page || (activity == page && activityAt < pageAt)
}

// mediaRange splits one element of Accept into its type and its weight.
func mediaRange(s string) (string, float64) {
	params := strings.Split(s, ";")
	q := 1.0
	for _, p := range params[1:] {
		if k, v, ok := strings.Cut(strings.TrimSpace(p), "="); ok && strings.EqualFold(k, "q") {
			n, err := strconv.ParseFloat(v, 64)
			if err != nil || n < 0 || n > 1 {
				n = 0
			}
			q = n
		}
	}
	return strings.ToLower(strings.TrimSpace(params[0])), q
}

// negotiate answers one URL with a page or with its ActivityPub document.
func (a *App) negotiate(page, document handlerFunc) http.HandlerFunc {
	html := a.sitePage(page)
	ap := a.handle(document, a.plain)
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept")
		if wantsActivity(r) {
			ap(w, r)
			return
		}
		html.ServeHTTP(w, r)
	}
}
