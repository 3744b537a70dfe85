package site

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// FormPage is the form of an entry.
type FormPage struct {
	page.Base
	Heading, Action, Back string
	Token                 string
	Kinds                 []Option
	Owners                []Option
	KindName              string
	New                   bool
	Groups                []FormGroupView
	Faults                []FaultView
	// Published says that the public sees the entry.
	Published bool
	// Revision is the version that the form was filled from, 0 for a new entry.
	Revision int64
	// OvertakenHref leads to the history when another edit came in between, else "".
	OvertakenHref string
	// Paths of the other forms of the page; "" on a new entry.
	DeleteHref, ConfirmHref string
	Located                 string
	// Twins are the entries that look like the new one, shown before it is published.
	Twins []TwinView
	// Preview draws the shape of the place, ShapeWords says what it is; "" without one.
	Preview    sanitize.HTML
	ShapeWords string
}

// FormGroupView is a group of fields under its heading.
type FormGroupView struct {
	Title, Help string
	Open        bool
	Fields      []FieldView
}

// FieldView is one field as typed, with what is wrong.
type FieldView struct {
	ID, Name, Label, Help, Input, Value, Fault, Lang string
	Required                                         bool
	Options                                          []Option
	Themes                                           []Chip
}

// FaultView is one line of the error summary; Field is the id it links to.
type FaultView struct{ Field, Text string }

// NewEntry is GET /new.
func (s *Site) NewEntry(w http.ResponseWriter, r *http.Request) error {
	if page.NeedSignIn(w, r) {
		return nil
	}
	e := directory.Entry{Kind: directory.Kind(r.URL.Query().Get("kind")), Licence: "CC-BY-SA-4.0"}
	if !e.Kind.Valid() {
		e.Kind = directory.KindCommons
	}
	e.Owner = r.URL.Query().Get("owner")
	return s.formPage(w, r, http.StatusOK, &e, valuesOf(&e), nil)
}

// EditEntry is GET /entries/{id}/edit and its like for the other kinds.
func (s *Site) EditEntry(w http.ResponseWriter, r *http.Request) error {
	if page.NeedSignIn(w, r) {
		return nil
	}
	e, err := s.editable(r)
	if err != nil {
		return err
	}
	return s.formPage(w, r, http.StatusOK, &e, valuesOf(&e), nil)
}

// editable reads the entry of the path, when the visitor may edit it.
func (s *Site) editable(r *http.Request) (directory.Entry, error) {
	if s.cfg.Ledger == nil {
		return directory.Entry{}, fmt.Errorf("edit: %w", directory.ErrUnavailable)
	}
	e, err := s.cfg.Store.Entry(r.Context(), r.PathValue("id"))
	if err != nil {
		return e, fmt.Errorf("edit %q: %w", r.PathValue("id"), err)
	}
	who := auth.From(r.Context()).Who()
	if e.Status == directory.StatusDeleted {
		return e, fmt.Errorf("edit %s: %w", e.ID, directory.ErrGone)
	}
	if !who.MaySee(&e) {
		return e, fmt.Errorf("edit %s: %w", e.ID, directory.ErrNotFound)
	}
	if !who.MayEdit(&e) {
		return e, fmt.Errorf("edit %s: %w", e.ID, directory.ErrForbidden)
	}
	return e, nil
}

// PostNew is POST /new.
func (s *Site) PostNew(w http.ResponseWriter, r *http.Request) error {
	if page.NeedSignIn(w, r) {
		return nil
	}
	if err := s.entryForm(w, r); err != nil {
		return err
	}
	if s.cfg.Ledger == nil {
		return fmt.Errorf("new entry: %w", directory.ErrUnavailable)
	}
	e := directory.Entry{Kind: directory.Kind(r.PostForm.Get("kind")), Owner: r.PostForm.Get("owner")}
	if !e.Kind.Valid() {
		return fmt.Errorf("kind %q: %w", e.Kind, directory.ErrInvalid)
	}
	do := r.PostForm.Get("do")
	bad := s.read(&e, r.PostForm)
	if do == "locate" || do == "shape" || do == "kind" || len(bad) > 0 {
		return s.formPage(w, r, statusOf(bad), &e, s.typed(&e, r.PostForm, do), bad)
	}
	if do == "publish" {
		if shown, err := s.mayBeThere(w, r, &e); shown || err != nil {
			return err
		}
	}
	e.Status = statusFor(do, directory.StatusDraft)
	made, err := s.cfg.Ledger.Create(r.Context(), auth.From(r.Context()).Who(), e)
	if errors.As(err, &bad) {
		return s.formPage(w, r, http.StatusUnprocessableEntity, &e, r.PostForm, bad)
	}
	if err != nil {
		return err
	}
	s.added(w, made)
	http.Redirect(w, r, entryPath(directory.Public(made)), http.StatusSeeOther)
	return nil
}

// entryForm reads an entry form, with the file that may come with it.
func (s *Site) entryForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.pages.Form(w, r); err != nil {
		return err
	}
	return takeFile(r)
}

// PostEdit is POST /entries/{id}/edit and its like for the other kinds.
func (s *Site) PostEdit(w http.ResponseWriter, r *http.Request) error {
	if page.NeedSignIn(w, r) {
		return nil
	}
	if err := s.entryForm(w, r); err != nil {
		return err
	}
	e, err := s.editable(r)
	if err != nil {
		return err
	}
	do := r.PostForm.Get("do")
	shown := e
	bad := s.read(&shown, r.PostForm)
	if do == "locate" || do == "shape" || len(bad) > 0 {
		return s.formPage(w, r, statusOf(bad), &shown, s.typed(&shown, r.PostForm, do), bad)
	}
	made, err := s.cfg.Ledger.Edit(r.Context(), auth.From(r.Context()).Who(), e.ID, func(after *directory.Entry) error {
		if overtaken(r.PostForm, after) {
			e = *after
			return errOvertaken
		}
		if bad := s.read(after, r.PostForm); len(bad) > 0 {
			return bad
		}
		after.Status = statusFor(do, after.Status)
		return nil
	})
	if errors.As(err, &bad) {
		return s.formPage(w, r, http.StatusUnprocessableEntity, &e, r.PostForm, bad)
	}
	if errors.Is(err, errOvertaken) {
		return s.formPage(w, r, http.StatusConflict, &e, r.PostForm, nil)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, entryPath(directory.Public(made)), http.StatusSeeOther)
	return nil
}

// errOvertaken says that somebody saved the entry after the form was filled.
var errOvertaken = fmt.Errorf("edited meanwhile: %w", directory.ErrConflict)

// overtaken reports whether the form was filled from an older version. A form
// without a version (a script, an old page) is taken as it is.
func overtaken(v url.Values, now *directory.Entry) bool {
	seen := v.Get("revision")
	return seen != "" && seen != strconv.FormatInt(now.Revision, 10)
}

// statusOf is that of a form shown again.
func statusOf(bad directory.Invalid) int {
	if len(bad) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// statusFor is the status that a button gives, else the one at hand.
func statusFor(do string, now directory.Status) directory.Status {
	switch do {
	case "publish":
		return directory.StatusPublished
	case "draft":
		return directory.StatusDraft
	case "archive":
		return directory.StatusArchived
	}
	return now
}

// valuesOf fills the form from an entry.
func valuesOf(e *directory.Entry) url.Values {
	v := url.Values{"kind": {string(e.Kind)}, "owner": {e.Owner}}
	for _, g := range formGroups() {
		for _, f := range g.fields {
			if f.fits(e.Kind) {
				v.Set(f.name, f.get(e))
			}
		}
	}
	v["themes"] = e.Themes
	tidy(e)
	return v
}

// read writes the form into an entry and reports what cannot be read; what is
// read but wrong is directory.Validate's to say.
func (s *Site) read(e *directory.Entry, v url.Values) directory.Invalid {
	var bad directory.Invalid
	before := e.Place
	if before != nil {
		moved := *before
		e.Place = &moved
		e.Place.Point = nil
	}
	for _, g := range formGroups() {
		for _, f := range g.fields {
			if !f.fits(e.Kind) {
				continue
			}
			value := strings.TrimSpace(strings.ReplaceAll(v.Get(f.name), "\r\n", "\n"))
			if f.name == "themes" {
				value = strings.Join(v["themes"], ",")
			}
			var invalid directory.Invalid
			if err := f.set(e, value); errors.As(err, &invalid) {
				bad = append(bad, invalid...)
			}
		}
	}
	if p := e.Place; p != nil {
		bad = append(bad, s.locate(p, before, v)...)
	}
	tidy(e)
	return bad
}

// locate gives a place without coordinates, or with those of the commune that
// it was in before, the point of its commune.
func (s *Site) locate(p, before *directory.Place, v url.Values) directory.Invalid {
	lat, lon := strings.TrimSpace(v.Get("lat")), strings.TrimSpace(v.Get("lon"))
	if (lat == "") != (lon == "") {
		return directory.Invalid{{Field: "place.lat", Code: "required", Message: "needs both latitude and longitude"}}
	}
	same := before != nil && before.Point != nil && p.Point != nil && *before.Point == *p.Point
	if before != nil && before.Shape != p.Shape && same && before.PointSource == directory.PointFromShape {
		p.Point, p.PointSource = nil, "" // the new shape has another
		if p.Shape != "" {
			return nil
		}
		same = false
	}
	switch {
	case same && before.Locality == p.Locality && before.PostalCode == p.PostalCode:
		return nil // as it was, source included
	case p.Point != nil && !(same && strings.HasPrefix(before.PointSource, "gazetteer:")):
		p.PointSource = "given"
		return nil
	}
	p.Point, p.PointSource = nil, ""
	if p.Shape != "" {
		return nil // Validate sets a point in it
	}
	if s.cfg.Gazetteer == nil || (p.Locality == "" && p.PostalCode == "") {
		return nil
	}
	m, ok := s.cfg.Gazetteer.Find(gazetteer.Query{PostalCode: p.PostalCode, Locality: p.Locality, Country: p.Country})
	if !ok {
		return nil
	}
	p.Point, p.PointSource = &directory.Point{Lat: m.Point.Lat, Lon: m.Point.Lon}, m.Source
	if p.PostalCode == "" {
		p.PostalCode = m.PostalCode
	}
	if p.Region == "" && m.Country == "FR" {
		p.Region = m.Region
	}
	if p.Country == "" {
		p.Country = m.Country
	}
	return nil
}

// typed is what was typed; after a search of the commune, with what was found.
func (s *Site) typed(e *directory.Entry, v url.Values, do string) url.Values {
	if do != "locate" || e.Place == nil {
		return v
	}
	out := page.With(v)
	if m, ok := s.commune(e.Place.Locality); ok && e.Place.PostalCode == "" && e.Place.Point == nil {
		e.Place.Point = &directory.Point{Lat: m.Point.Lat, Lon: m.Point.Lon}
	}
	for _, g := range formGroups() {
		for _, f := range g.fields {
			if slices.Contains([]string{"lat", "lon", "postal_code", "country"}, f.name) && f.fits(e.Kind) {
				out.Set(f.name, f.get(e))
			}
		}
	}
	return out
}

// formPage shows the form with what was typed and what is wrong with it.
func (s *Site) formPage(w http.ResponseWriter, r *http.Request, status int, e *directory.Entry, v url.Values, bad directory.Invalid, twins ...TwinView) error {
	p := &FormPage{Base: s.pages.Base(w, r, "form", ""), New: e.ID == "", Published: e.Status.Public(), Back: "/", Twins: twins}
	p.NoIndex = true
	l := p.Locale
	p.KindName = l.T("kind." + string(e.Kind))
	p.Heading, p.Action = l.T("form.new.title"), "/new"
	if !p.New {
		here := "/" + e.Kind.Path() + "/" + e.ID
		p.Heading, p.Action = l.T("form.edit.title", "name", textIn(l, e.Name).Text), here+"/edit"
		p.Back, p.DeleteHref, p.ConfirmHref = entryPath(directory.Public(*e)), here+"/delete", here+"/confirm"
		p.Revision = e.Revision
		if status == http.StatusConflict {
			p.OvertakenHref = here + "/history"
		} else if seen, err := strconv.ParseInt(v.Get("revision"), 10, 64); err == nil {
			p.Revision = seen // shown again for another reason: still the version that was read
		}
	}
	p.Title = p.Heading
	for _, k := range directory.Kinds() {
		p.Kinds = append(p.Kinds, Option{string(k), l.T("kind." + string(k)), k == e.Kind})
	}
	var err error
	if p.Owners, err = s.owners(r.Context(), l, auth.From(r.Context()).Who(), v.Get("owner"), e.Kind); err != nil {
		return err
	}
	p.Groups, p.Faults = formView(l, e.Kind, v, bad)
	if p.Token, err = s.pages.Token(w, r); err != nil {
		return err
	}
	if e.Place != nil {
		p.Preview, p.ShapeWords = s.preview(l, e.Place.Shape), shapeWords(l, e.Place.Shape)
	}
	if m := v.Get("lat"); m != "" && v.Get("lon") != "" && r.PostForm.Get("do") == "locate" {
		p.Located = l.T("form.located", "lat", m, "lon", v.Get("lon"))
	}
	return s.pages.Page(w, r, status, "form", p)
}

// owners are the organisations that the visitor may publish as.
func (s *Site) owners(ctx context.Context, l *i18n.Locale, who directory.Who, chosen string, kind directory.Kind) ([]Option, error) {
	const most = 500
	es, err := s.cfg.Store.Entries(ctx, store.EntryFilter{LocalOnly: true, Order: store.ByName, Limit: most,
		Selection: directory.Selection{Kinds: []directory.Kind{directory.KindOrganisation}},
		Statuses:  []directory.Status{directory.StatusDraft, directory.StatusProposed, directory.StatusPublished}})
	if err != nil {
		return nil, fmt.Errorf("organisations: %w", err)
	}
	var out []Option
	if kind == directory.KindOrganisation && who.MayAdminister() {
		out = append(out, Option{"", l.T("form.owner.itself"), chosen == ""})
	}
	for _, e := range es {
		if e.Owner == e.ID && who.MayPublishAs(e.ID) {
			out = append(out, Option{e.ID, textIn(l, e.Name).Text, e.ID == chosen})
		}
	}
	return out, nil
}
