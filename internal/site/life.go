package site

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// LifePage is where an editor renames, moves and merges an entry.
type LifePage struct {
	page.Base
	Name                Text
	Token, Action, Back string
	// Done is what the last action did, Faults why it did not work; "" and nil for none.
	Done   string
	Faults []string

	// Handle is the local part of the fediverse address, "" for what has none or
	// is another instance's; OldHandles still lead to it.
	Handle     string
	OldHandles []string

	// URI is the ActivityPub id, ArchiveHref what an organisation takes along.
	URI, ArchiveHref string

	// Local is true of entries of this instance, which alone are renamed and moved.
	Local, Organisation bool
	Moved               *MovedView
	MayReturn           bool
	// Aliases are the ids of elsewhere that the entry says are its own.
	Aliases []string
	// Target is what was typed, Plan what moving there would do; nil before it was asked.
	Target string
	Plan   *PlanView

	// Twins are entries that look like the same thing, Compare the one that was chosen.
	Twins   []TwinView
	Compare *CompareView
	Merged  []SourceView
}

// PlanView is what a move would do.
type PlanView struct {
	Target, Name, Handle string
	Entries, Followers   string
	Staying              []NamedLink
}

// TwinView is one entry that may be the same thing.
type TwinView struct {
	ID, Href, Line, Reasons string
	Name                    Text
}

// CompareView shows two entries side by side before they are merged.
type CompareView struct {
	ID, Href, Host string
	Name           Text
	Differences    []Change
	// Ours is true when both are this instance's: then the merge is published.
	Ours bool
}

// maxStaying is how many entries that would not move are named.
const maxStaying = 20

// Life is GET /entries/{id}/life and its like for the other kinds.
func (s *Site) Life(w http.ResponseWriter, r *http.Request) error {
	if page.NeedSignIn(w, r) {
		return nil
	}
	e, err := s.living(r)
	if err != nil {
		return err
	}
	p, err := s.lifePage(w, r, e)
	if err != nil {
		return err
	}
	if done := "life.done." + r.URL.Query().Get("done"); p.Has(done) {
		p.Done = p.T(done)
	}
	if other := r.URL.Query().Get("twin"); other != "" {
		if err := s.compare(r, p, e, other); err != nil {
			return err
		}
	}
	return s.pages.Page(w, r, http.StatusOK, "life", p)
}

// living reads the entry of the path for somebody who may change something of its
// life: an editor of ours, an administrator of any.
func (s *Site) living(r *http.Request) (directory.Entry, error) {
	if s.cfg.Ledger == nil {
		return directory.Entry{}, fmt.Errorf("life: %w", directory.ErrUnavailable)
	}
	e, err := s.cfg.Store.Entry(r.Context(), r.PathValue("id"))
	if err != nil {
		return e, fmt.Errorf("life of %q: %w", r.PathValue("id"), err)
	}
	who := auth.From(r.Context()).Who()
	if !who.MaySee(&e) {
		return e, fmt.Errorf("life of %s: %w", e.ID, directory.ErrNotFound)
	}
	if !who.MayEdit(&e) && !who.MayAdminister() {
		return e, fmt.Errorf("life of %s: %w", e.ID, directory.ErrForbidden)
	}
	return e, nil
}

func (s *Site) lifePage(w http.ResponseWriter, r *http.Request, e directory.Entry) (*LifePage, error) {
	ctx, who := r.Context(), auth.From(r.Context()).Who()
	public, _ := e.Public()
	p := &LifePage{Base: s.pages.Base(w, r, "form", ""), Action: lifePath(e), Back: entryPath(public)}
	p.Name, p.NoIndex = textIn(p.Locale, e.Name), true
	p.Title = p.T("life.title", "name", p.Name.Text)
	p.URI, p.ArchiveHref = e.URI, "/entries/"+e.ID+"/archive"
	var err error
	if p.Token, err = s.pages.Token(w, r); err != nil {
		return nil, err
	}
	if p.Local = e.Origin == "" && who.MayEdit(&e); p.Local {
		p.Handle, p.Aliases, p.Organisation = e.Handle, e.AlsoKnownAs, e.Kind == directory.KindOrganisation
		if p.OldHandles, err = s.cfg.Store.Handles(ctx, e.ID); err != nil {
			return nil, err
		}
		p.OldHandles = slices.DeleteFunc(p.OldHandles, func(h string) bool { return h == e.Handle })
	}
	shown := &EntryPage{Base: p.Base}
	if err := s.lives(ctx, shown, r, e); err != nil {
		return nil, err
	}
	p.Moved = shown.Moved
	p.MayReturn = p.Local && e.MovedTo != "" && !s.cfg.Env.IsLocal(e.MovedTo)
	p.Merged = slices.DeleteFunc(shown.Others, func(v SourceView) bool { return !v.Merged || v.SplitHref == "" })
	if e.Listed() && e.MovedTo == "" {
		if p.Twins, err = s.twins(r, p, e); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// twins are the entries that look like this one, the likeliest first.
func (s *Site) twins(r *http.Request, p *LifePage, e directory.Entry) ([]TwinView, error) {
	return s.twinsOf(r.Context(), p.Locale, &e, func(twin directory.Public) string {
		return page.Address(lifePath(e), url.Values{"twin": {twin.ID}}) + "#merge"
	})
}

// compare shows what would become one. other is an ID, an id or a page's address.
func (s *Site) compare(r *http.Request, p *LifePage, e directory.Entry, other string) error {
	o, err := s.find(r, other)
	if err != nil && !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrGone) {
		return err
	}
	public, ok := o.Public()
	switch {
	case err != nil || !ok:
		p.Faults = append(p.Faults, p.T("life.fault.unknown"))
		return nil
	case o.ID == e.ID:
		p.Faults = append(p.Faults, p.T("life.fault.same"))
		return nil
	}
	mine, _ := e.Public()
	p.Compare = &CompareView{ID: o.ID, Href: page.Address("/"+o.Kind.Path()+"/"+o.ID, url.Values{asItself: {"1"}}), Name: textIn(p.Locale, o.Name),
		Differences: changes(p.Locale, comparable(fields(p.Locale, mine)), comparable(fields(p.Locale, public))), Ours: e.Origin == "" && o.Origin == ""}
	if o.Origin != "" {
		p.Compare.Host = hostOf(o.Origin)
	}
	return nil
}

// find reads an entry by what people copy: the address of its page here, its id, @handle.
func (s *Site) find(r *http.Request, text string) (directory.Entry, error) {
	ctx := r.Context()
	text = strings.TrimSpace(text)
	path := strings.TrimPrefix(text, s.cfg.Env.Base)
	if handle, ok := strings.CutPrefix(strings.TrimPrefix(path, "/"), "@"); ok && !strings.Contains(handle, "@") {
		return s.cfg.Store.EntryByHandle(ctx, strings.ToLower(handle))
	}
	if e, err := s.cfg.Store.EntryByURI(ctx, text); err == nil {
		return e, nil
	}
	path, _, _ = strings.Cut(path, "?")
	return s.cfg.Store.Entry(ctx, path[strings.LastIndex(path, "/")+1:])
}

// PostLife is POST /entries/{id}/life: one of the page's forms.
func (s *Site) PostLife(w http.ResponseWriter, r *http.Request) error {
	if page.NeedSignIn(w, r) {
		return nil
	}
	if err := s.pages.Form(w, r); err != nil {
		return err
	}
	e, err := s.living(r)
	if err != nil {
		return err
	}
	do := r.PostForm.Get("do")
	if do == "plan" {
		return s.planMove(w, r, e)
	}
	if do == "compare" {
		http.Redirect(w, r, page.Address(lifePath(e), url.Values{"twin": {r.PostForm.Get("other")}})+"#merge", http.StatusSeeOther)
		return nil
	}
	if err := s.live(r, e, do); err != nil {
		return s.lifeFault(w, r, e, err)
	}
	http.Redirect(w, r, page.Address(lifePath(e), url.Values{"done": {do}}), http.StatusSeeOther)
	return nil
}

// live does one action of the page.
func (s *Site) live(r *http.Request, e directory.Entry, do string) error {
	ctx, who, l := r.Context(), auth.From(r.Context()).Who(), s.cfg.Ledger
	field := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	const maxReason = 500
	reason := field("reason")
	reason = strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "")
	var err error
	switch do {
	case "rename":
		_, err = l.Rename(ctx, who, e.ID, strings.ToLower(strings.TrimPrefix(field("handle"), "@")))
	case "claim":
		_, err = l.Claim(ctx, who, e.ID, field("alias"))
	case "unclaim":
		_, err = l.Unclaim(ctx, who, e.ID, field("alias"))
	case "move":
		if s.cfg.Harvest == nil {
			return fmt.Errorf("move: %w", directory.ErrUnavailable)
		}
		_, err = s.cfg.Harvest.Move(ctx, who, l, e.ID, field("target"), reason)
	case "return":
		err = l.Return(ctx, who, e.ID, reason)
	case "merge":
		err = l.Merge(ctx, who, e.ID, field("other"), reason)
	case "merge_into":
		err = l.Merge(ctx, who, field("other"), e.ID, reason)
	case "split":
		err = l.Split(ctx, who, field("other"), reason)
	case "not_twins":
		err = l.RefuseTwins(ctx, who, e.ID, field("other"))
	default:
		err = directory.Invalid{{Field: "do", Code: "invalid", Message: "is no action"}}
	}
	return err
}

// lifeFault shows the page again with what went wrong and what to do.
func (s *Site) lifeFault(w http.ResponseWriter, r *http.Request, e directory.Entry, cause error) error {
	status := http.StatusUnprocessableEntity
	var invalid directory.Invalid
	isInvalid := errors.As(cause, &invalid)
	switch {
	case isInvalid:
	case errors.Is(cause, directory.ErrConflict):
		status = http.StatusConflict
	case errors.Is(cause, directory.ErrUnavailable), errors.Is(cause, directory.ErrInvalid), errors.Is(cause, directory.ErrNotFound), errors.Is(cause, directory.ErrGone):
	default:
		return cause
	}
	p, err := s.lifePage(w, r, e)
	if err != nil {
		return err
	}
	p.Target = r.PostForm.Get("target")
	for _, f := range invalid {
		key := "life.fault." + f.Code
		switch {
		case p.Has(key):
			p.Faults = append(p.Faults, p.T(key))
		default:
			p.Faults = append(p.Faults, fieldFault(p.Locale, f))
		}
	}
	switch {
	case isInvalid:
	case status == http.StatusConflict:
		p.Faults = append(p.Faults, p.T("life.fault.conflict"))
	case errors.Is(cause, directory.ErrNotFound) || errors.Is(cause, directory.ErrGone):
		p.Faults = append(p.Faults, p.T("life.fault.unknown"))
	default:
		p.Faults = append(p.Faults, p.T("life.fault.unreachable"))
	}
	return s.pages.Page(w, r, status, "life", p)
}

// planMove asks the target and shows what a move would do.
func (s *Site) planMove(w http.ResponseWriter, r *http.Request, e directory.Entry) error {
	if s.cfg.Harvest == nil {
		return fmt.Errorf("move: %w", directory.ErrUnavailable)
	}
	target := strings.TrimSpace(r.PostForm.Get("target"))
	plan, err := s.cfg.Harvest.PlanMove(r.Context(), auth.From(r.Context()).Who(), e.ID, target)
	if err != nil {
		return s.lifeFault(w, r, e, err)
	}
	p, err := s.lifePage(w, r, e)
	if err != nil {
		return err
	}
	p.Target, p.Plan = target, planView(p, plan)
	return s.pages.Page(w, r, http.StatusOK, "life", p)
}

func planView(p *LifePage, plan harvest.MovePlan) *PlanView {
	v := &PlanView{Target: sanitize.URL(plan.Target), Name: plan.Name, Handle: plan.Handle,
		Entries: p.N("life.plan.entries", len(plan.Entries)), Followers: p.N("life.plan.followers", plan.Followers)}
	for _, e := range plan.Staying[:min(len(plan.Staying), maxStaying)] {
		if public, ok := e.Public(); ok {
			v.Staying = append(v.Staying, NamedLink{textIn(p.Locale, e.Name).Text, entryPath(public)})
		}
	}
	return v
}

// Archive is GET /entries/{id}/archive: what an organisation takes along, for its
// editors.
func (s *Site) Archive(w http.ResponseWriter, r *http.Request) error {
	if page.NeedSignIn(w, r) {
		return nil
	}
	e, err := s.living(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="`+e.Handle+`.bocage.json"`)
	h.Set("Cache-Control", "no-store")
	return s.cfg.Ledger.WriteArchive(r.Context(), auth.From(r.Context()).Who(), e.ID, w)
}
