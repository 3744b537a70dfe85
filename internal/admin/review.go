package admin

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// reviewPage is how many entries one page of the queue shows.
	reviewPage = 25
	// decidedShown is how many of the last decisions are listed.
	decidedShown = 25
)

// ReviewPage is the queue of entries of other instances that wait.
type ReviewPage struct {
	Base
	Origin  string
	Kind    string
	Origins []PeerFilter
	Kinds   []PeerFilter
	// All asks before all that the filter shows is decided, nil at first.
	All     *AllView
	Rows    []ReviewRow
	Waiting int
	// Next leads to the next page, "" on the last.
	Next    string
	Decided []DecidedRow
	Action  string
}

// ReviewRow is one entry that waits.
type ReviewRow struct {
	SampleRow
	URI, Origin, Why string
	// Twin is the entry of ours that it is likely the same as.
	Twin    *SampleRow
	TwinWhy string
	Diff    []DiffRow
}

// DiffRow is one field of an entry beside that of its likely duplicate.
type DiffRow struct {
	Label, Theirs, Ours string
	Same                bool
}

// DecidedRow is a decision that may be taken back.
type DecidedRow struct{ URI, Decision, Who, When, Machine, Reason string }

// Review is GET and POST /admin/sources/review.
func (a *Admin) Review(w http.ResponseWriter, r *http.Request) error {
	b, who, ok, err := a.begin(w, r, "sources")
	if err != nil || !ok {
		return err
	}
	p := &ReviewPage{Base: b, Origin: r.URL.Query().Get("origin"), Kind: r.URL.Query().Get("kind")}
	p.Action, p.Script = reviewAddress(p.Origin, p.Kind), "queue.js"
	p.headed(b.T("admin.sources.review.title"))
	if r.Method == http.MethodPost {
		return a.decide(w, r, p, who)
	}
	return a.review(w, r, http.StatusOK, p)
}

// decide does what the form of the queue asks for.
func (a *Admin) decide(w http.ResponseWriter, r *http.Request, p *ReviewPage, who directory.Who) error {
	form := r.PostForm
	do, uris := form.Get("do"), form["uri"]
	if sort, all := strings.CutSuffix(do, "_all"); all {
		return a.decideAll(w, r, p, who, sort)
	}
	if sort, uri, one := strings.Cut(do, " "); one { // the buttons beside one entry
		do, uris = sort, []string{uri}
	}
	decisions := map[string]string{"approve": store.ReviewApproved, "reject": store.ReviewRejected, "undo": ""}
	decision, known := decisions[do]
	if !known || len(uris) == 0 || len(uris) > reviewPage {
		p.Fault = p.T("admin.sources.fault.none_chosen")
		return a.review(w, r, http.StatusUnprocessableEntity, p)
	}
	if err := a.cfg.Harvest.Review(r.Context(), who, uris, decision, strings.TrimSpace(form.Get("reason"))); err != nil {
		return err
	}
	done(w, r, p.Action, map[string]string{"approve": "approved", "reject": "rejected", "undo": "review_undone"}[do])
	return nil
}

func (a *Admin) review(w http.ResponseWriter, r *http.Request, status int, p *ReviewPage) (err error) {
	ctx := r.Context()
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // what is no number is the start
	es, err := a.cfg.Store.ProposedOf(ctx, p.Origin, directory.Kind(p.Kind), after, reviewPage+1)
	if err != nil {
		return err
	}
	if len(es) > reviewPage {
		es = es[:reviewPage]
		p.Next = page.Address("/admin/sources/review", page.With(nil, "origin", p.Origin, "kind", p.Kind, "after", strconv.FormatInt(es[reviewPage-1].Num, 10)))
	}
	for i := range es {
		row, err := a.reviewRow(ctx, &p.Base, &es[i])
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
	}
	if err := a.reviewFilters(ctx, p); err != nil {
		return err
	}
	decided, err := a.cfg.Store.ReviewsFrom(ctx, p.Origin, decidedShown)
	if err != nil {
		return err
	}
	for _, v := range decided {
		p.Decided = append(p.Decided, DecidedRow{URI: v.URI, Decision: p.T("admin.sources.review." + v.Decision), Who: v.WhoName,
			When: p.Relative(v.At, p.Now), Machine: v.At.UTC().Format(time.RFC3339), Reason: v.Reason})
	}
	return a.pages.Page(w, r, status, "admin-review", p)
}

func (a *Admin) reviewRow(ctx context.Context, b *Base, e *directory.Entry) (ReviewRow, error) {
	row := ReviewRow{URI: e.URI, Origin: e.Origin, SampleRow: entryRow(b, e)}
	row.Href = e.URI
	said, err := a.cfg.Moderation.Explain(ctx, a.cfg.Store.Reader, e)
	if err != nil {
		return row, err
	}
	var why []string
	for _, d := range said {
		words := d.Reason
		if key := "admin.sources.reason." + d.Code; b.Has(key) {
			words = b.T(key)
		}
		if !slices.Contains(why, words) {
			why = append(why, words)
		}
	}
	row.Why = strings.Join(why, " ; ")
	candidates, err := a.cfg.Store.TwinCandidates(ctx, e)
	if err != nil {
		return row, err
	}
	best := 0.0
	for i := range candidates {
		c := &candidates[i]
		score, reasons := directory.Twin(e, c)
		if score < directory.TwinScore || score <= best {
			continue
		}
		best = score
		twin := entryRow(b, c)
		row.Twin, row.TwinWhy, row.Diff = &twin, twinWords(b, reasons), diff(b, e, c)
	}
	return row, nil
}

func entryRow(b *Base, e *directory.Entry) SampleRow {
	row := SampleRow{Kind: b.T("kind." + string(e.Kind)), Href: entryHref(e.ID)}
	row.Name, row.Lang = e.Name.In(b.Tag)
	row.Summary, row.SummaryLang = e.Summary.In(b.Tag)
	parts := []string{row.Kind}
	if place := placeText(e); place != "" {
		parts = append(parts, place)
	}
	row.Line = strings.Join(parts, " · ")
	return row
}

func placeText(e *directory.Entry) string {
	p, _ := e.Public()
	if p.Place == nil {
		return ""
	}
	var parts []string
	for _, s := range []string{p.Place.Street, p.Place.PostalCode, p.Place.Locality, p.Place.Country} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// diff compares what tells two entries apart.
func diff(b *Base, theirs, ours *directory.Entry) (rows []DiffRow) {
	period := func(e *directory.Entry) string {
		if e.Period == nil {
			return ""
		}
		return b.Period(e.Period.Start, e.Period.End)
	}
	text := func(t directory.LangText) string { s, _ := t.In(b.Tag); return s }
	numbers := func(e *directory.Entry) string {
		if e.Identifiers == nil {
			return ""
		}
		return strings.TrimSpace(strings.Join([]string{e.Identifiers.RNA, e.Identifiers.SIREN, e.Identifiers.SIRET}, " "))
	}
	for _, f := range []struct{ key, a, b string }{
		{"name", text(theirs.Name), text(ours.Name)}, {"kind", b.T("kind." + string(theirs.Kind)), b.T("kind." + string(ours.Kind))},
		{"summary", text(theirs.Summary), text(ours.Summary)}, {"place", placeText(theirs), placeText(ours)},
		{"period", period(theirs), period(ours)}, {"website", theirs.Website, ours.Website},
		{"identifiers", numbers(theirs), numbers(ours)}, {"licence", theirs.Licence, ours.Licence},
	} {
		if f.a != "" || f.b != "" {
			rows = append(rows, DiffRow{b.T("admin.sources.field." + f.key), f.a, f.b, f.a == f.b})
		}
	}
	return rows
}
