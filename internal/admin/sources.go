package admin

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

// refreshSeconds is how often a page about something that goes on asks again.
const refreshSeconds = "3"

// SourcesPage is the list of what is followed.
type SourcesPage struct {
	Base
	Rows []SourceRow
	// Target is what was typed, kept when it did not work.
	Target  string
	Waiting int
}

// SourceRow is one followed source.
type SourceRow struct {
	Name, Object, Href, State, Synced, Error string
	Rule                                     []string
	harvest.Tally
	// Applying says how far a changed rule has come, "" when it is done.
	Applying string
}

// Sources is GET /admin/sources.
func (a *Admin) Sources(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.begin(w, r, "sources")
	if err != nil || !ok {
		return err
	}
	return a.sources(w, r, http.StatusOK, &SourcesPage{Base: b})
}

func (a *Admin) sources(w http.ResponseWriter, r *http.Request, status int, p *SourcesPage) (err error) {
	ctx := r.Context()
	if p.Waiting, err = a.cfg.Store.CountProposed(ctx, ""); err != nil {
		return err
	}
	us := a.cfg.Env.InstanceURI()
	for after := ""; ; {
		fs, err := a.cfg.Store.Followings(ctx, us, after, store.DefaultLimit)
		if err != nil {
			return err
		}
		if len(fs) == 0 {
			break
		}
		for _, f := range fs {
			after = f.Object
			row, err := a.sourceRow(r, &p.Base, f)
			if err != nil {
				return err
			}
			p.Rows = append(p.Rows, row)
		}
	}
	return a.pages.Page(w, r, status, "admin-sources", p)
}

func (a *Admin) sourceRow(r *http.Request, b *Base, f store.Following) (SourceRow, error) {
	row := SourceRow{Name: f.Name, Object: f.Object, Href: sourceHref(f.Object), State: b.T("admin.sources.state." + string(f.State)), Error: f.LastError}
	if row.Name == "" {
		row.Name = f.Object
	}
	row.Synced = b.T("admin.sources.never")
	if !f.Synced.IsZero() {
		row.Synced = b.Relative(f.Synced, b.Now)
	}
	rule, err := directory.ParseSourceRule([]byte(f.Rule))
	if err != nil {
		row.Rule = []string{b.T("admin.sources.words.broken")}
	} else {
		row.Rule = ruleWords(b, rule)
	}
	if row.Tally, err = a.cfg.Harvest.Counted(r.Context(), f); err != nil {
		return row, err
	}
	applied, err := a.cfg.Harvest.Applied(r.Context(), f.Object)
	if applied.Running() {
		row.Applying = b.T("admin.sources.applying", "done", b.Number(applied.Done), "total", b.Number(applied.Total))
	}
	return row, err
}

// Rehearse is POST /admin/sources/rehearse: a look at a source begins.
func (a *Admin) Rehearse(w http.ResponseWriter, r *http.Request) error {
	b, who, ok, err := a.begin(w, r, "sources")
	if err != nil || !ok {
		return err
	}
	target := strings.TrimSpace(r.PostForm.Get("target"))
	id, err := a.cfg.Harvest.StartRehearsal(r.Context(), who, target)
	if errors.Is(err, directory.ErrInvalid) {
		b.Fault = b.T("admin.sources.fault.target")
		return a.sources(w, r, http.StatusUnprocessableEntity, &SourcesPage{Base: b, Target: target})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/sources/rehearsal/"+id, http.StatusSeeOther)
	return nil
}

// RehearsalPage is a look at a source: how far it is, or what it found with
// the form of the rule.
type RehearsalPage struct {
	Base
	ID, Target string
	// Running is a sentence on the progress, "" when it is over; Failed is why it
	// did not work.
	Running, Failed string
	Found           *FoundView
	Form            RuleForm
	Effect          *EffectView
	// Changed says that the rule is not the one whose effect was seen.
	Changed bool
}

// FoundView is what a rehearsal found, in words.
type FoundView struct {
	harvest.Preview
	Kinds, Themes, Languages, Unread []CountRow
	Sample                           []SampleRow
	Pairs                            []PairRow
	Backfill                         string
	Partial                          string
}

// CountRow is one line of counts.
type CountRow struct {
	Label string
	N     int
}

// SampleRow is an entry in a few words.
type SampleRow struct{ Name, Lang, Kind, Line, Summary, SummaryLang, Href string }

// PairRow is a likely duplicate.
type PairRow struct {
	Theirs, Ours SampleRow
	Why          string
}

// Rehearsal is GET and POST /admin/sources/rehearsal/{id}.
func (a *Admin) Rehearsal(w http.ResponseWriter, r *http.Request) error {
	b, who, ok, err := a.begin(w, r, "sources")
	if err != nil || !ok {
		return err
	}
	found, err := a.cfg.Harvest.Rehearsal(r.Context(), r.PathValue("id"))
	if errors.Is(err, directory.ErrNotFound) {
		b.Fault = b.T("admin.sources.fault.expired")
		return a.sources(w, r, http.StatusNotFound, &SourcesPage{Base: b})
	}
	if err != nil {
		return err
	}
	p := &RehearsalPage{Base: b, ID: found.ID, Target: found.Target}
	switch found.State {
	case store.RehearsalFailed:
		p.Failed = found.Error
		return a.pages.Page(w, r, http.StatusOK, "admin-rehearsal", p)
	case store.RehearsalDone:
		p.Found = foundView(&p.Base, found.Preview)
		return a.rehearsed(w, r, p, who, found)
	}
	p.Running = b.T("admin.sources.rehearsal.begins")
	if found.Read > 0 {
		p.Running = b.T("admin.sources.rehearsal.progress", "read", b.Number(found.Read), "total", b.Number(found.Total))
	}
	w.Header().Set("Refresh", refreshSeconds)
	return a.pages.Page(w, r, http.StatusOK, "admin-rehearsal", p)
}

// rehearsed shows the rule form with the effect of the rule, or follows.
func (a *Admin) rehearsed(w http.ResponseWriter, r *http.Request, p *RehearsalPage, who directory.Who, found harvest.Rehearsal) error {
	rule, do, status := directory.SourceRule{}, "", http.StatusOK
	var faults []RuleFault
	if r.Method == http.MethodPost {
		rule, faults = readRule(&p.Base, r.PostForm)
		do = r.PostForm.Get("do")
	}
	if do == "follow" && len(faults) == 0 {
		if r.PostForm.Get("seen") == rule.String() {
			return a.followWith(w, r, p, who, found, rule)
		}
		p.Changed = true
	}
	p.Form = ruleForm(&p.Base, rule)
	if p.Form.refused(r.PostForm, faults); len(faults) > 0 {
		status = http.StatusUnprocessableEntity
		return a.pages.Page(w, r, status, "admin-rehearsal", p)
	}
	eff, err := a.cfg.Harvest.EffectOn(r.Context(), found, rule)
	if err != nil {
		return err
	}
	p.Effect = effectView(&p.Base, eff)
	return a.pages.Page(w, r, status, "admin-rehearsal", p)
}

func (a *Admin) followWith(w http.ResponseWriter, r *http.Request, p *RehearsalPage, who directory.Who, found harvest.Rehearsal, rule directory.SourceRule) error {
	_, err := a.cfg.Harvest.FollowWith(r.Context(), who, found.Preview.Object, rule)
	if errors.Is(err, directory.ErrUnavailable) || errors.Is(err, directory.ErrForbidden) {
		p.Failed = err.Error()
		return a.pages.Page(w, r, http.StatusBadGateway, "admin-rehearsal", p)
	}
	if err != nil {
		return err
	}
	done(w, r, "/admin/sources", "followed")
	return nil
}

func foundView(b *Base, p harvest.Preview) *FoundView {
	v := &FoundView{Preview: p, Backfill: durationWords(b, p.Backfill)}
	for _, c := range p.Kinds {
		v.Kinds = append(v.Kinds, CountRow{b.T("kinds." + c.Key), c.N})
	}
	for _, c := range p.Unread {
		label := b.T("admin.sources.unknown_kind")
		if directory.Kind(c.Key).Valid() {
			label = b.T("kinds." + c.Key)
		}
		v.Unread = append(v.Unread, CountRow{label, c.N})
	}
	for _, c := range p.Themes {
		if t, ok := directory.ThemeBySlug(c.Key); ok {
			name, _ := t.Name.In(b.Tag)
			v.Themes = append(v.Themes, CountRow{name, c.N})
		}
	}
	for _, c := range p.Languages {
		v.Languages = append(v.Languages, CountRow{languageNames(b, []string{c.Key})[0], c.N})
	}
	for _, s := range p.Sample {
		v.Sample = append(v.Sample, sampleRow(b, s))
	}
	for _, pair := range p.Pairs {
		row := PairRow{Theirs: sampleRow(b, pair.Theirs), Ours: sampleRow(b, pair.Ours), Why: twinWords(b, pair.Reasons)}
		row.Ours.Href = entryHref(pair.OursID)
		v.Pairs = append(v.Pairs, row)
	}
	if !p.Complete {
		v.Partial = b.T("admin.sources.rehearsal.partial", "read", b.Number(p.Read), "total", b.Number(p.Total))
	}
	return v
}

func sampleRow(b *Base, s harvest.SampleItem) SampleRow {
	row := SampleRow{Href: s.URI, Kind: b.T("kind." + string(s.Kind))}
	row.Name, row.Lang = s.Name.In(b.Tag)
	row.Summary, row.SummaryLang = s.Summary.In(b.Tag)
	parts := []string{row.Kind}
	if s.Place != "" {
		parts = append(parts, s.Place)
	}
	if s.Licence != "" {
		parts = append(parts, s.Licence)
	}
	row.Line = strings.Join(parts, " · ")
	return row
}

// twinWords says why two entries are likely one.
func twinWords(b *Base, reasons []string) string {
	var out []string
	for _, reason := range reasons {
		if key := "admin.sources.twin." + reason; b.Has(key) {
			reason = b.T(key)
		}
		out = append(out, reason)
	}
	return strings.Join(out, ", ")
}

func durationWords(b *Base, d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return b.T("admin.sources.duration.moment")
	case d < 2*time.Minute:
		return b.N("admin.sources.duration.seconds", int(d.Seconds()))
	case d < 2*time.Hour:
		return b.N("admin.sources.duration.minutes", int(d.Minutes()))
	}
	return b.N("admin.sources.duration.hours", int(d.Hours()))
}

// SourcePage is one followed source: its rule, what it does, its history.
type SourcePage struct {
	Base
	Row     SourceRow
	Object  string
	Form    RuleForm
	Effect  *EffectView
	Changed bool
	History []PastRule
	// Applying is how far the rule has come, "" when it is done.
	Applying string
	// CanUndo says that there is a rule to go back to, and Undo which.
	CanUndo    bool
	UndoRule   []string
	UnfollowTo string
	ReviewTo   string
}

// PastRule is one of the rules that a source had.
type PastRule struct {
	When, Machine, Who, Reason string
	Rule                       []string
	Current                    bool
}

// Source is GET and POST /admin/sources/{id}.
func (a *Admin) Source(w http.ResponseWriter, r *http.Request) error {
	b, who, ok, err := a.begin(w, r, "sources")
	if err != nil || !ok {
		return err
	}
	f, err := a.cfg.Store.Following(r.Context(), a.cfg.Env.InstanceURI(), sourceOf(r))
	if err != nil {
		return err
	}
	p := &SourcePage{Base: b, Object: f.Object, UnfollowTo: sourceHref(f.Object) + "/unfollow",
		ReviewTo: page.Address("/admin/sources/review", page.With(nil, "origin", f.Origin))}
	rule, err := directory.ParseSourceRule([]byte(f.Rule))
	if err != nil {
		p.Fault = p.T("admin.sources.words.broken")
	}
	if r.Method == http.MethodPost {
		return a.changeRule(w, r, p, who, f)
	}
	return a.showRule(w, r, http.StatusOK, p, f, rule, nil)
}

func (a *Admin) changeRule(w http.ResponseWriter, r *http.Request, p *SourcePage, who directory.Who, f store.Following) error {
	if r.PostForm.Get("do") == "undo" {
		if err := a.cfg.Harvest.UndoRule(r.Context(), who, f.Object); err != nil {
			return err
		}
		done(w, r, p.Here(), "rule_undone")
		return nil
	}
	rule, faults := readRule(&p.Base, r.PostForm)
	if len(faults) > 0 {
		return a.showRule(w, r, http.StatusUnprocessableEntity, p, f, rule, faults)
	}
	if r.PostForm.Get("do") == "save" {
		if r.PostForm.Get("seen") == rule.String() {
			err := a.cfg.Harvest.SetRule(r.Context(), who, f.Object, rule, strings.TrimSpace(r.PostForm.Get("reason")))
			if err == nil {
				done(w, r, p.Here(), "rule_saved")
			}
			return err
		}
		p.Changed = true
	}
	return a.showRule(w, r, http.StatusOK, p, f, rule, nil)
}

// Here is the address of the page.
func (p *SourcePage) Here() string { return sourceHref(p.Object) }

func (a *Admin) showRule(w http.ResponseWriter, r *http.Request, status int, p *SourcePage, f store.Following, rule directory.SourceRule, faults []RuleFault) (err error) {
	p.Form = ruleForm(&p.Base, rule)
	p.Form.refused(r.PostForm, faults)
	if p.Row, err = a.sourceRow(r, &p.Base, f); err != nil {
		return err
	}
	if p.Applying = p.Row.Applying; p.Applying != "" && r.Method == http.MethodGet {
		w.Header().Set("Refresh", refreshSeconds)
	}
	if len(faults) == 0 {
		eff, err := a.cfg.Harvest.Effect(r.Context(), f.Object, rule)
		if err != nil {
			return err
		}
		p.Effect = effectView(&p.Base, eff)
	}
	past, err := a.cfg.Store.SourceRules(r.Context(), f.Object, 20)
	if err != nil {
		return err
	}
	for i, s := range past {
		row := PastRule{When: p.T("admin.sources.before"), Who: s.WhoName, Reason: s.Reason, Current: i == 0}
		if s.WhoID != "" || s.WhoName != "" || i == 0 {
			row.When, row.Machine = p.Relative(s.At, p.Now), s.At.UTC().Format(time.RFC3339)
		}
		if old, err := directory.ParseSourceRule([]byte(s.Rule)); err == nil {
			row.Rule = ruleWords(&p.Base, old)
		}
		p.History = append(p.History, row)
	}
	if p.CanUndo = len(past) > 1; p.CanUndo {
		p.UndoRule = p.History[1].Rule
	}
	p.headed(p.T("admin.sources.source_title", "name", p.Row.Name))
	return a.pages.Page(w, r, status, "admin-source", p)
}

// UnfollowPage asks before a source is left.
type UnfollowPage struct {
	Base
	Row  SourceRow
	Back string
	// Others are the other followed sources of its instance.
	Others int
}

// Unfollow is GET and POST /admin/sources/{id}/unfollow.
func (a *Admin) Unfollow(w http.ResponseWriter, r *http.Request) error {
	b, who, ok, err := a.begin(w, r, "sources")
	if err != nil || !ok {
		return err
	}
	object := sourceOf(r)
	f, err := a.cfg.Store.Following(r.Context(), a.cfg.Env.InstanceURI(), object)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		if err := a.cfg.Harvest.Unfollow(r.Context(), who, object); err != nil {
			return fmt.Errorf("unfollow: %w", err)
		}
		done(w, r, "/admin/sources", "unfollowed")
		return nil
	}
	p := &UnfollowPage{Base: b, Back: sourceHref(object)}
	if p.Row, err = a.sourceRow(r, &p.Base, f); err != nil {
		return err
	}
	all, err := a.cfg.Store.FollowingByOrigin(r.Context(), f.Origin)
	if err != nil {
		return err
	}
	p.Others = len(all) - 1
	p.headed(b.T("admin.sources.unfollow_title", "name", p.Row.Name))
	return a.pages.Page(w, r, http.StatusOK, "admin-unfollow", p)
}
