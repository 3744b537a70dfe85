package site

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
)

// twinsOf are the entries that look like one, which need not be kept yet, the
// likeliest first; href gives where each leads.
func (s *Site) twinsOf(ctx context.Context, l *i18n.Locale, e *directory.Entry, href func(directory.Public) string) ([]TwinView, error) {
	es, err := s.cfg.Store.TwinCandidates(ctx, e)
	if err != nil {
		return nil, err
	}
	type scored struct {
		score float64
		view  TwinView
	}
	var found []scored
	for i := range es {
		score, reasons := directory.Twin(e, &es[i])
		public, ok := es[i].Public()
		if score < directory.TwinScore || !ok {
			continue
		}
		words := make([]string, len(reasons))
		for j, reason := range reasons {
			words[j] = l.T("twin." + reason)
		}
		line := kindName(l, public)
		if public.Origin != "" {
			line = join(line, l.T("list.from", "host", hostOf(public.Origin)))
		}
		found = append(found, scored{score, TwinView{ID: public.ID, Href: href(public),
			Name: textIn(l, public.Name), Line: line, Reasons: strings.Join(words, ", ")}})
	}
	slices.SortStableFunc(found, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	out := make([]TwinView, len(found))
	for i, f := range found {
		out[i] = f.view
	}
	return out, nil
}

// mayBeThere shows the form again when entries that look like the new one are
// listed and the person has not been shown them; done is false when there is none.
func (s *Site) mayBeThere(w http.ResponseWriter, r *http.Request, e *directory.Entry) (done bool, err error) {
	twins, err := s.twinsOf(r.Context(), s.pages.Locale(r), e, func(twin directory.Public) string { return entryPath(twin) })
	if err != nil {
		return false, err
	}
	seen := r.PostForm["twin"]
	if !slices.ContainsFunc(twins, func(t TwinView) bool { return !slices.Contains(seen, t.ID) }) {
		return false, nil
	}
	return true, s.formPage(w, r, http.StatusOK, e, r.PostForm, nil, twins...)
}
