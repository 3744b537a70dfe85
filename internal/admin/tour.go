package admin

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
)

// toursHref is where tours are written.
const toursHref = "/admin/tours"

// tourVersions is how many versions the history of a tour lists.
const tourVersions = 100

// openTours starts a page for those who write tours: administrators, who have
// the way to every section, and editors, who have the way to this one.
func (a *Admin) openTours(w http.ResponseWriter, r *http.Request) (b Base, who directory.Who, ok bool, err error) {
	if page.NeedSignIn(w, r) {
		return b, who, false, nil
	}
	if who, err = tourWriter(r); err != nil {
		return b, who, false, err
	}
	shown := sections[:]
	if !who.MayAdminister() {
		shown = []string{"tours"}
	}
	return a.start(w, r, who, "tours", shown)
}

// postTours checks a form of who writes tours.
func (a *Admin) postTours(w http.ResponseWriter, r *http.Request) (directory.Who, error) {
	if err := a.pages.Form(w, r); err != nil {
		return directory.Who{}, err
	}
	return tourWriter(r)
}

func tourWriter(r *http.Request) (directory.Who, error) {
	who := auth.From(r.Context()).Who()
	if !who.MayWriteTours() {
		return who, fmt.Errorf("guided tours: %w", directory.ErrForbidden)
	}
	return who, nil
}

// ToursPage lists the tours and begins a new one.
type ToursPage struct {
	Base
	Rows []TourLine
	// New is what was typed of a new tour, Faults what is wrong with it.
	New    TourForm
	Faults map[string]string
}

// TourLine is one tour of the list.
type TourLine struct {
	Name, Slug, State, Steps, Updated string
	Href                              string
	// LiveHref is where everybody reads it, "" for a draft.
	LiveHref string
}

// Tours is GET /admin/tours.
func (a *Admin) Tours(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.openTours(w, r)
	if err != nil || !ok {
		return err
	}
	return a.showTours(w, r, http.StatusOK, &ToursPage{Base: b})
}

func (a *Admin) showTours(w http.ResponseWriter, r *http.Request, status int, p *ToursPage) error {
	ts, err := a.cfg.Store.Tours(r.Context())
	if err != nil {
		return err
	}
	for _, t := range ts {
		name, _ := t.Title.In(p.Tag)
		row := TourLine{Name: name, Slug: t.Slug, State: tourState(&p.Base, t), Steps: p.Number(len(t.Steps)),
			Updated: p.Date(t.Updated), Href: toursHref + "/" + t.ID}
		if t.Live > 0 {
			row.LiveHref = "/tours/" + t.Slug
		}
		p.Rows = append(p.Rows, row)
	}
	return a.pages.Page(w, r, status, "admin-tours", p)
}

// tourState says who reads a tour.
func tourState(b *Base, t directory.Tour) string {
	switch t.Live {
	case 0:
		return b.T("admin.tours.state.draft")
	case t.Revision:
		return b.T("admin.tours.state.live")
	}
	return b.T("admin.tours.state.newer")
}

// PostNewTour is POST /admin/tours.
func (a *Admin) PostNewTour(w http.ResponseWriter, r *http.Request) error {
	who, err := a.postTours(w, r)
	if err != nil {
		return err
	}
	b, _, ok, err := a.openTours(w, r)
	if err != nil || !ok {
		return err
	}
	f := TourForm{Values: r.PostForm}
	t, err := a.cfg.Ledger.CreateTour(r.Context(), who, directory.Tour{Slug: f.First("slug"), Title: f.texts("title", nil)})
	var bad directory.Invalid
	if errors.As(err, &bad) {
		p := &ToursPage{Base: b, New: f, Faults: tourFaults(&b, bad)}
		p.Fault = b.T("admin.tours.faults")
		return a.showTours(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	done(w, r, toursHref+"/"+t.ID, "tour_created")
	return nil
}

// TourEditPage is the form of a tour.
type TourEditPage struct {
	Base
	Name, State string
	Action      string
	Form        TourForm
	Steps       []TourStepForm
	Faults      map[string]string
	// Was is the version that the form began with.
	Was int64
	// PreviewHref, HistoryHref and LiveHref lead to the draft as a page, to the
	// versions, and to what everybody reads; LiveHref is "" for a draft.
	PreviewHref, HistoryHref, LiveHref string
	// MayPublish is true for administrators, Full when no step can be added.
	MayPublish, Full bool
}

// Tour is GET /admin/tours/{id}.
func (a *Admin) Tour(w http.ResponseWriter, r *http.Request) error {
	b, who, ok, err := a.openTours(w, r)
	if err != nil || !ok {
		return err
	}
	t, err := a.cfg.Store.Tour(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := &TourEditPage{Base: b, Form: formOfTour(t), Was: t.Revision}
	return a.showTour(w, r, http.StatusOK, p, who, t)
}

func (a *Admin) showTour(w http.ResponseWriter, r *http.Request, status int, p *TourEditPage, who directory.Who, t directory.Tour) error {
	p.Name, _ = t.Title.In(p.Tag)
	p.part(p.Name)
	p.State, p.Action = tourState(&p.Base, t), toursHref+"/"+t.ID
	p.PreviewHref, p.HistoryHref = "/tours/"+t.Slug+"?draft=1", p.Action+"/history"
	if t.Live > 0 {
		p.LiveHref = "/tours/" + t.Slug
	}
	p.MayPublish = who.MayAdminister()
	p.Steps = p.Form.steps(&p.Base, p.Faults)
	p.Full = len(p.Steps) >= directory.MaxTourSteps
	return a.pages.Page(w, r, status, "admin-tour", p)
}

// PostTour is POST /admin/tours/{id}: a new version, with its steps in the order
// that the button asks for, and published when the button says so.
func (a *Admin) PostTour(w http.ResponseWriter, r *http.Request) error {
	who, err := a.postTours(w, r)
	if err != nil {
		return err
	}
	ctx, id := r.Context(), r.PathValue("id")
	f := TourForm{Values: r.PostForm}
	was, _ := strconv.ParseInt(f.First("was"), 10, 64) // no number is no version that there is
	old, err := a.cfg.Store.TourVersion(ctx, id, was)
	if err != nil {
		return err
	}
	next, bad := f.tour(old)
	at := f.arrange(&next)
	var t directory.Tour
	if bad == nil {
		t, err = a.cfg.Ledger.EditTour(ctx, who, id, was, func(t *directory.Tour) error {
			t.Title, t.Summary, t.Steps = next.Title, next.Summary, next.Steps
			return nil
		})
		if err != nil && !errors.As(err, &bad) && !errors.Is(err, directory.ErrConflict) {
			return err
		}
	}
	if bad != nil || err != nil {
		return a.tourAgain(w, r, who, f, bad)
	}
	what := "tour_saved"
	if f.First("do") == "publish" {
		if err := a.cfg.Ledger.PublishTour(ctx, who, t.ID); err != nil {
			return err
		}
		what = "tour_published"
	}
	http.Redirect(w, r, page.Address(toursHref+"/"+id, page.With(nil, "done", what))+at, http.StatusSeeOther)
	return nil
}

// tourAgain shows the form with what was typed; bad nil means that somebody else
// saved a version meanwhile.
func (a *Admin) tourAgain(w http.ResponseWriter, r *http.Request, who directory.Who, f TourForm, bad directory.Invalid) error {
	b, _, ok, err := a.openTours(w, r)
	if err != nil || !ok {
		return err
	}
	t, err := a.cfg.Store.Tour(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := &TourEditPage{Base: b, Form: f, Was: t.Revision}
	status := http.StatusUnprocessableEntity
	if bad != nil {
		p.Faults, p.Fault = tourFaults(&b, bad), b.T("admin.tours.faults")
		p.Was, _ = strconv.ParseInt(f.First("was"), 10, 64)
	} else {
		p.Fault, status = b.T("admin.tours.conflict"), http.StatusConflict
	}
	return a.showTour(w, r, status, p, who, t)
}

// TourHistoryPage lists the versions of a tour and what may become of it.
type TourHistoryPage struct {
	Base
	Name, State, Action, EditHref string
	Rows                          []TourVersionLine
	MayPublish, Live              bool
}

// TourVersionLine is one version.
type TourVersionLine struct {
	Number          int64
	When, Who, What string
	Newest, Read    bool
}

// TourHistory is GET /admin/tours/{id}/history.
func (a *Admin) TourHistory(w http.ResponseWriter, r *http.Request) error {
	b, who, ok, err := a.openTours(w, r)
	if err != nil || !ok {
		return err
	}
	return a.showTourHistory(w, r, http.StatusOK, b, who)
}

func (a *Admin) showTourHistory(w http.ResponseWriter, r *http.Request, status int, b Base, who directory.Who) error {
	t, err := a.cfg.Store.Tour(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	revs, err := a.cfg.Store.TourRevisions(r.Context(), t.ID, tourVersions)
	if err != nil {
		return err
	}
	p := &TourHistoryPage{Base: b, EditHref: toursHref + "/" + t.ID, MayPublish: who.MayAdminister(), Live: t.Live > 0}
	p.Action = p.EditHref + "/history"
	p.Name, _ = t.Title.In(p.Tag)
	p.State = tourState(&p.Base, t)
	p.part(p.T("admin.tours.history") + " – " + p.Name)
	for _, v := range revs {
		line := TourVersionLine{Number: v.Number, When: p.Date(v.At), Who: v.WhoName, What: p.T("admin.tours.did." + v.Summary),
			Newest: v.Number == t.Revision, Read: v.Number == t.Live}
		p.Rows = append(p.Rows, line)
	}
	return a.pages.Page(w, r, status, "admin-tour-history", p)
}

// PostTourHistory is POST /admin/tours/{id}/history: back to a version, publish,
// take away, delete.
func (a *Admin) PostTourHistory(w http.ResponseWriter, r *http.Request) error {
	who, err := a.postTours(w, r)
	if err != nil {
		return err
	}
	ctx, id, do := r.Context(), r.PathValue("id"), r.PostForm.Get("do")
	what, to := "tour_saved", toursHref+"/"+id
	switch do {
	case "revert":
		n, perr := strconv.ParseInt(r.PostForm.Get("number"), 10, 64)
		if perr != nil {
			return fmt.Errorf("version: %w", directory.ErrInvalid)
		}
		_, err = a.cfg.Ledger.RevertTour(ctx, who, id, n)
	case "publish":
		what, err = "tour_published", a.cfg.Ledger.PublishTour(ctx, who, id)
	case "unpublish":
		what, err = "tour_unpublished", a.cfg.Ledger.UnpublishTour(ctx, who, id)
	case "delete":
		if r.PostForm.Get("sure") == "" {
			b, who, ok, err := a.openTours(w, r)
			if err != nil || !ok {
				return err
			}
			b.Fault = b.T("admin.tours.unconfirmed")
			return a.showTourHistory(w, r, http.StatusUnprocessableEntity, b, who)
		}
		what, to, err = "tour_deleted", toursHref, a.cfg.Ledger.DeleteTour(ctx, who, id)
	default:
		return fmt.Errorf("do %.20q: %w", do, directory.ErrInvalid)
	}
	if err != nil {
		return err
	}
	done(w, r, to, what)
	return nil
}
