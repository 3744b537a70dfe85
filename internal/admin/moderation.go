package admin

import (
	"errors"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

// reportsPage is how many reports one page lists.
const reportsPage = 50

// ModerationTab is one part of the section.
type ModerationTab struct {
	Href, Label string
	Current     bool
}

// ModerationPage is the queue of reports, and the servers in quarantine.
type ModerationPage struct {
	Base
	Tabs       []ModerationTab
	States     []ModerationTab
	Open       bool
	Reports    []ReportRow
	Older      string
	Quarantine []QuarantineRow
	Doubts     []DoubtRow
}

// QuarantineRow is one server in quarantine. NewKey is "" when it shows the old one.
type QuarantineRow struct{ Origin, Since, Why, Actor, OldKey, NewKey string }

// DoubtRow is a server that is back and has signed nothing yet.
type DoubtRow struct{ Origin, Since, Until string }

// ReportRow is one report in the queue.
type ReportRow struct {
	Href, When, Machine, Category, From, About, Times, Outcome string
}

// ConfirmPage asks before something is done, and says what it does.
type ConfirmPage struct {
	Base
	Tabs    []ModerationTab
	Heading string
	Words   []string
	Action  string
	Hidden  []page.Hidden
	Button  string
	Back    string
}

var moderationTabs = [...]struct{ name, href string }{
	{"reports", "/admin/moderation"}, {"rules", "/admin/moderation/rules"}, {"limits", "/admin/moderation/limits"},
}

func moderationNav(b Base, current string) []ModerationTab {
	var out []ModerationTab
	for _, t := range moderationTabs {
		out = append(out, ModerationTab{t.href, b.T("admin.moderation.tab." + t.name), t.name == current})
	}
	return out
}

// Moderation is GET /admin/moderation.
func (a *Admin) Moderation(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.openModeration(w, r)
	if err != nil || !ok {
		return err
	}
	open := r.URL.Query().Get("state") != "closed"
	p := &ModerationPage{Base: b, Tabs: moderationNav(b, "reports"), Open: open}
	p.States = []ModerationTab{{"/admin/moderation", b.T("admin.moderation.open"), open},
		{"/admin/moderation?state=closed", b.T("admin.moderation.closed"), !open}}
	list, err := a.cfg.Store.Reports(r.Context(), open, r.URL.Query().Get("before"), reportsPage+1)
	if err != nil {
		return err
	}
	if len(list) > reportsPage {
		list = list[:reportsPage]
		p.Older = page.Address("/admin/moderation", page.With(r.URL.Query(), "before", list[reportsPage-1].ID, "done", ""))
	}
	for _, rep := range list {
		p.Reports = append(p.Reports, reportRow(b, rep))
	}
	if err := a.quarantines(r, p); err != nil {
		return err
	}
	return a.pages.Page(w, r, http.StatusOK, "admin-moderation", p)
}

// quarantines fills in the servers in quarantine and in doubt.
func (a *Admin) quarantines(r *http.Request, p *ModerationPage) error {
	qs, err := a.cfg.Moderation.Quarantines(r.Context())
	if err != nil {
		return err
	}
	for _, q := range qs {
		row := QuarantineRow{Origin: q.Origin, Since: p.Relative(q.Since, p.Now), Why: moderation.Why(p.T, p.Date, q), Actor: q.Actor, OldKey: q.OldKey, NewKey: q.NewKey}
		if row.NewKey == row.OldKey {
			row.NewKey = ""
		}
		p.Quarantine = append(p.Quarantine, row)
	}
	ds, err := a.cfg.Moderation.Doubts(r.Context())
	for _, d := range ds {
		p.Doubts = append(p.Doubts, DoubtRow{d.Origin, p.Date(d.Since), p.Date(d.Back.Add(moderation.DoubtFor))})
	}
	return err
}

func reportRow(b Base, rep store.Report) ReportRow {
	row := ReportRow{Href: "/admin/moderation/reports/" + rep.ID, When: b.Relative(rep.Created, b.Now), Machine: rep.Created.UTC().Format(time.RFC3339),
		Category: b.T("report.category." + rep.Category), From: rep.Origin, About: rep.Target, Times: b.N("admin.moderation.times", rep.Count)}
	if row.From == "" {
		row.From = b.T("admin.moderation.visitor")
	}
	if rep.Outcome != "" {
		row.Outcome = b.T("admin.moderation.outcome." + rep.Outcome)
	}
	return row
}

// PostQuarantine is POST /admin/moderation/quarantine: believe a key, or ask
// whether to block its server.
func (a *Admin) PostQuarantine(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	origin, reason := r.PostForm.Get("origin"), r.PostForm.Get("reason")
	switch {
	case r.PostForm.Get("do") == "accept":
		err = a.cfg.Harvest.AcceptKey(r.Context(), who, origin, reason)
	case r.PostForm.Get("sure") == "yes":
		err = a.cfg.Moderation.RefuseKey(r.Context(), who, origin, reason)
	default:
		e, err := a.cfg.Moderation.Preview(r.Context(), nil, moderation.Rule{Target: origin, Action: moderation.ActionBlock})
		if err != nil {
			return err
		}
		return a.confirm(w, r, ConfirmPage{Heading: "admin.moderation.refuse_ask", Action: "/admin/moderation/quarantine", Back: "/admin/moderation",
			Hidden: []page.Hidden{{Name: "origin", Value: origin}, {Name: "reason", Value: reason}, {Name: "do", Value: "refuse"}}}, origin, &e)
	}
	if errors.Is(err, directory.ErrInvalid) {
		return a.fault(w, r, "/admin/moderation", "reason")
	}
	if err != nil {
		return err
	}
	done(w, r, "/admin/moderation", "moderation_quarantine")
	return nil
}

// fault sends the browser back to a page that says what is missing: the text
// admin.moderation.fault.WHAT.
func (a *Admin) fault(w http.ResponseWriter, r *http.Request, path, what string) error {
	http.Redirect(w, r, page.Address(path, page.With(nil, "fault", what)), http.StatusSeeOther)
	return nil
}

// openModeration is open with the fault that the last action left.
func (a *Admin) openModeration(w http.ResponseWriter, r *http.Request) (Base, directory.Who, bool, error) {
	b, who, ok, err := a.open(w, r, "moderation")
	if err != nil || !ok {
		return b, who, ok, err
	}
	if what := r.URL.Query().Get("fault"); what != "" && b.Has("admin.moderation.fault."+what) {
		b.Fault = b.T("admin.moderation.fault." + what)
	}
	return b, who, true, nil
}

// confirm shows what a decision does and asks for it again. Heading is a key with
// a name; nil effects leave the words as they are.
func (a *Admin) confirm(w http.ResponseWriter, r *http.Request, p ConfirmPage, name string, e *moderation.Effects) error {
	b, _, ok, err := a.open(w, r, "moderation")
	if err != nil || !ok {
		return err
	}
	p.Base, p.Tabs = b, moderationNav(b, "")
	p.Heading = b.T(p.Heading, "name", name)
	p.part(p.Heading)
	if e != nil {
		p.Words = append(p.Words, effectWords(b, *e)...)
	}
	p.Button = b.T("admin.moderation.yes")
	p.Hidden = append(p.Hidden, page.Hidden{Name: "sure", Value: "yes"})
	return a.pages.Page(w, r, http.StatusOK, "admin-moderation-confirm", &p)
}

// effectWords says in sentences what a decision changes.
func effectWords(b Base, e moderation.Effects) []string {
	var out []string
	for _, f := range []struct {
		key string
		n   int
	}{{"leave", e.Leave}, {"map", e.OnMap}, {"hidden", e.Hidden}, {"return", e.Return}, {"followers", e.Followers}, {"following", e.Following}, {"queued", e.Queued}} {
		if f.n > 0 {
			out = append(out, b.N("admin.moderation.effect."+f.key, f.n))
		}
	}
	if e.None() {
		out = append(out, b.T("admin.moderation.effect.none"))
	}
	return out
}
