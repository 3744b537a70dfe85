package admin

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

// allAtOnce bounds how many entries one confirmation decides.
const allAtOnce = 1000

// AllView asks before everything that the filter of the queue shows is decided.
type AllView struct {
	Question, Words, Yes string
	Do, Reason           string
	Reject               bool
	// Until is the newest entry that was counted: what comes later is not decided.
	Until int64
}

func reviewAddress(origin, kind string) string {
	return page.Address("/admin/sources/review", page.With(nil, "origin", origin, "kind", kind))
}

// reviewFilters counts what waits, and makes the links that narrow the queue.
func (a *Admin) reviewFilters(ctx context.Context, p *ReviewPage) error {
	counts, err := a.cfg.Store.ProposedCounts(ctx)
	if err != nil {
		return err
	}
	kinds, origins, names := map[string]int{}, map[string]int{}, []string(nil)
	for _, c := range counts {
		kind := string(c.Kind)
		if p.Origin == "" || p.Origin == c.Origin {
			kinds[kind] += c.N
			kinds[""] += c.N
		}
		if p.Kind == "" || p.Kind == kind {
			if origins[c.Origin] == 0 {
				names = append(names, c.Origin)
			}
			origins[c.Origin] += c.N
		}
	}
	p.Waiting = kinds[p.Kind]
	p.Kinds = []PeerFilter{{Href: reviewAddress(p.Origin, ""), Label: p.T("admin.sources.review.every_kind", "n", p.Number(kinds[""])), Current: p.Kind == ""}}
	for _, k := range directory.Kinds() {
		if n := kinds[string(k)]; n > 0 || p.Kind == string(k) {
			p.Kinds = append(p.Kinds, PeerFilter{Href: reviewAddress(p.Origin, string(k)), Label: p.T("kind."+string(k)) + " (" + p.Number(n) + ")", Current: p.Kind == string(k)})
		}
	}
	if p.Origin != "" || len(names) < 2 {
		return nil // the page's head leads back to all
	}
	slices.SortStableFunc(names, func(x, y string) int { return origins[y] - origins[x] })
	for _, o := range names[:min(len(names), 20)] {
		p.Origins = append(p.Origins, PeerFilter{Href: reviewAddress(o, p.Kind), Label: hostname(o) + " (" + p.Number(origins[o]) + ")"})
	}
	return nil
}

// decideAll asks, then approves or rejects all that the filter shows, up to the
// newest that was there when it asked.
func (a *Admin) decideAll(w http.ResponseWriter, r *http.Request, p *ReviewPage, who directory.Who, do string) error {
	decision, known := map[string]string{"approve": store.ReviewApproved, "reject": store.ReviewRejected}[do]
	if !known {
		p.Fault = p.T("admin.sources.fault.none_chosen")
		return a.review(w, r, http.StatusUnprocessableEntity, p)
	}
	es, err := a.cfg.Store.ProposedOf(r.Context(), p.Origin, directory.Kind(p.Kind), 0, allAtOnce)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	if r.PostForm.Get("confirm") != "yes" && len(es) > 0 {
		p.All = &AllView{Question: p.N("admin.sources.review."+do+"_ask", len(es)), Words: p.T("admin.sources.review." + do + "_words"), Reason: reason,
			Yes: p.N("admin.sources.review."+do+"_all", len(es)), Do: do + "_all", Reject: do == "reject", Until: es[len(es)-1].Num}
		return a.review(w, r, http.StatusOK, p)
	}
	until, _ := strconv.ParseInt(r.PostForm.Get("until"), 10, 64) // what is no number decides nothing
	var uris []string
	for _, e := range es {
		if e.Num <= until {
			uris = append(uris, e.URI)
		}
	}
	if len(uris) == 0 {
		p.Fault = p.T("admin.sources.fault.none_chosen")
		return a.review(w, r, http.StatusUnprocessableEntity, p)
	}
	if err := a.cfg.Harvest.Review(r.Context(), who, uris, decision, reason); err != nil {
		return err
	}
	done(w, r, p.Action, map[string]string{"approve": "approved", "reject": "rejected"}[do])
	return nil
}
