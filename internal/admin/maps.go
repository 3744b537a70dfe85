package admin

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
)

// MapsPage lists the maps, for those who make them.
type MapsPage struct {
	Base
	Rows []MapRow
}

// MapRow is one map of the list.
type MapRow struct {
	Name, Handle, Href, EditHref string
	Entries, Followers, Held     string
}

// Maps is GET /admin/maps.
func (a *Admin) Maps(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.open(w, r, "maps")
	if err != nil || !ok {
		return err
	}
	ctx := r.Context()
	ms, err := a.cfg.Store.Maps(ctx)
	if err != nil {
		return err
	}
	p := &MapsPage{Base: b}
	for _, m := range ms {
		uri := a.cfg.Env.MapURI(m.Handle)
		entries, err1 := a.cfg.Store.CountMap(ctx, m.ID)
		followers, err2 := a.cfg.Store.CountFollowers(ctx, uri)
		held, err3 := a.cfg.Store.CountHeld(ctx, uri)
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		name, _ := m.Name.In(b.Tag)
		p.Rows = append(p.Rows, MapRow{Name: name, Handle: "@" + m.Handle + "@" + b.Host, Href: "/maps/" + m.Handle,
			EditHref: "/admin/maps/" + m.ID, Entries: b.Number(entries), Followers: b.Number(followers), Held: b.Number(held)})
	}
	return a.pages.Page(w, r, http.StatusOK, "admin-maps", p)
}

// MapPage is the form of a map, one of three steps at a time; the values of the
// others travel with it as hidden fields.
type MapPage struct {
	Base
	Action string
	// Map is the form's text of each field.
	Map  MapForm
	Look LookForm
	// MaySave says that the map can be saved on this step, Last that it is the last.
	MaySave, Last bool
	// Step is 1 to 4; StepTitle names it.
	Step      int
	StepTitle string
	// Hidden are the values of the other steps.
	Hidden []page.Hidden
	// Faults are what is wrong on this step, by field.
	Faults map[string]string
	// Regions, Themes and Kinds are what can be chosen.
	Regions, Themes, Kinds []MapChoice
	// Preview says how many entries the selection has; "" before it is valid.
	Preview string
	Sample  []string
	// Edits are the versions that the map can be made again.
	Edits []MapEditRow
	// New is true for a map that is not there yet.
	New bool
	// Fixed is the handle of one that is there, in words.
	Fixed string
	// DeleteHref is where the map is deleted, DeleteWords what happens then.
	DeleteHref, DeleteWords string
}

// MapChoice is one thing that can be ticked.
type MapChoice struct {
	Value, Name, Theme string
	On                 bool
}

// steps of the form: the fields of each.
var mapSteps = [4]struct {
	name   string
	fields []string
}{
	{"area", []string{"departments", "regions", "commune", "radius", "bbox", "geojson"}},
	{"what", []string{"themes", "kinds", "tags", "languages"}},
	{"text", []string{"name_fr", "name_en", "summary_fr", "summary_en", "handle", "origins", "reason"}},
	{"look", []string{"home_fr", "home_en", "light", "dark", "start", "view", "offered"}},
}

// firstSave is the step from which a new map can be made; what comes after has
// good values as it is.
const firstSave = 3

// NewMap is GET /admin/maps/new.
func (a *Admin) NewMap(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.open(w, r, "maps")
	if err != nil || !ok {
		return err
	}
	p := &MapPage{Base: b, Action: "/admin/maps/new", New: true, Step: 1, Map: MapForm{}}
	return a.showMap(w, r, http.StatusOK, p, nil)
}

// Map is GET /admin/maps/{id}.
func (a *Admin) Map(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.open(w, r, "maps")
	if err != nil || !ok {
		return err
	}
	m, err := a.cfg.Store.Map(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	p := &MapPage{Base: b, Step: 1, Map: formOfMap(m)}
	return a.showMap(w, r, http.StatusOK, p, &m)
}

// PostNewMap is POST /admin/maps/new.
func (a *Admin) PostNewMap(w http.ResponseWriter, r *http.Request) error {
	return a.postMap(w, r, nil)
}

// PostMap is POST /admin/maps/{id}.
func (a *Admin) PostMap(w http.ResponseWriter, r *http.Request) error {
	if _, err := a.post(w, r); err != nil {
		return err
	}
	m, err := a.cfg.Store.Map(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return a.postMap(w, r, &m)
}

// postMap moves between the steps and saves at the end; old is nil for a new map.
func (a *Admin) postMap(w http.ResponseWriter, r *http.Request, old *directory.Map) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	b, _, ok, err := a.open(w, r, "maps")
	if err != nil || !ok {
		return err
	}
	p := &MapPage{Base: b, New: old == nil, Action: "/admin/maps/new", Map: readMapForm(r.PostForm)}
	step, _ := strconv.Atoi(r.PostForm.Get("step")) // what is no number is the first
	p.Step = max(1, min(len(mapSteps), step))
	m, faults := a.mapOf(p.Map)
	if old != nil {
		m.Handle = old.Handle
	}
	a.checkMap(&m, faults)
	p.Faults = a.onStep(p, faults)
	do := r.PostForm.Get("do")
	switch {
	case do == "back":
		p.Step, p.Faults = max(1, p.Step-1), nil
	case len(p.Faults) > 0:
		p.Fault = b.T("admin.maps.faults")
	case do == "save" && (p.Step >= firstSave || old != nil):
		if saved, err := a.saveMap(w, r, p, who, old, m); saved || err != nil {
			return err
		}
	default:
		p.Step = min(len(mapSteps), p.Step+1)
	}
	status := http.StatusOK
	if p.Fault != "" {
		status = http.StatusUnprocessableEntity
	}
	return a.showMap(w, r, status, p, old)
}

// saveMap writes the map and goes to the list; false shows the form again with
// what was wrong.
func (a *Admin) saveMap(w http.ResponseWriter, r *http.Request, p *MapPage, who directory.Who, old *directory.Map, m directory.Map) (bool, error) {
	var err error
	what := "map_created"
	reason := p.Map.First("reason")
	if old == nil {
		_, err = a.cfg.Ledger.CreateMap(r.Context(), who, m, reason)
	} else {
		what = "map_edited"
		_, err = a.cfg.Ledger.EditMap(r.Context(), who, old.ID, func(e *directory.Map) error {
			e.Name, e.Summary, e.Selection, e.Look = m.Name, m.Summary, m.Selection, m.Look
			return nil
		}, reason)
	}
	var bad directory.Invalid
	if errors.As(err, &bad) {
		faults := map[string]string{}
		a.addFaults(faults, bad)
		p.Step = stepWith(faults, p.Step)
		p.Faults = a.onStep(p, faults)
		p.Fault = p.T("admin.maps.faults")
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("save map: %w", err)
	}
	done(w, r, "/admin/maps", what)
	return true, nil
}

// stepWith is the step that is shown when it has a fault, else the first that has.
func stepWith(faults map[string]string, shown int) int {
	has := func(step int) bool {
		return slices.ContainsFunc(mapSteps[step-1].fields, func(f string) bool { return faults[f] != "" })
	}
	for step := 1; step <= len(mapSteps) && !has(shown); step++ {
		if has(step) {
			return step
		}
	}
	return shown
}

// onStep are the faults of the step that is shown, in words.
func (a *Admin) onStep(p *MapPage, faults map[string]string) map[string]string {
	out := map[string]string{}
	for _, f := range mapSteps[p.Step-1].fields {
		if code := faults[f]; code != "" {
			key := "fault.map." + code
			if !p.Has(key) {
				key = "fault.map.other"
			}
			if code == "commune_unknown" {
				key = "admin.maps.commune_unknown"
			}
			out[f] = p.T(key)
			if code == "low_contrast" {
				out[f] = p.contrastFault(f)
			}
		}
	}
	return out
}

// PostDeleteMap is POST /admin/maps/{id}/delete.
func (a *Admin) PostDeleteMap(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if r.PostForm.Get("sure") == "" {
		b, _, ok, err := a.open(w, r, "maps")
		if err != nil || !ok {
			return err
		}
		m, err := a.cfg.Store.Map(r.Context(), id)
		if err != nil {
			return err
		}
		b.Fault = b.T("admin.maps.unconfirmed")
		return a.showMap(w, r, http.StatusUnprocessableEntity, &MapPage{Base: b, Step: 1, Map: formOfMap(m)}, &m)
	}
	if err := a.cfg.Ledger.DeleteMap(r.Context(), who, id, strings.TrimSpace(r.PostForm.Get("reason"))); err != nil {
		return err
	}
	done(w, r, "/admin/maps", "map_deleted")
	return nil
}
