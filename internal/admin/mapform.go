package admin

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/page"
)

// MapForm is what was typed, by field.
type MapForm url.Values

// First is the text of a field that has one value.
func (f MapForm) First(field string) string { return strings.TrimSpace(url.Values(f).Get(field)) }

// words splits a field at commas, semicolons and line ends.
func (f MapForm) words(field string) []string {
	var out []string
	for _, v := range f[field] {
		for _, w := range strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(",;\n\r", r) }) {
			if w = strings.TrimSpace(w); w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

// readMapForm keeps the fields of the form and nothing else that was sent.
func readMapForm(v url.Values) MapForm {
	f := MapForm{}
	for _, s := range mapSteps {
		for _, field := range s.fields {
			if len(v[field]) > 0 {
				f[field] = v[field]
			}
		}
	}
	return f
}

// formOfMap is the form of a map that is there.
func formOfMap(m directory.Map) MapForm {
	f := url.Values{}
	set := func(field, value string) {
		if value != "" {
			f.Set(field, value)
		}
	}
	a := m.Selection.Area
	set("departments", strings.Join(a.Departments, ", "))
	f["regions"] = a.Regions
	if a.BBox != nil {
		set("bbox", a.BBox.String())
	}
	set("geojson", string(a.GeoJSON))
	f["themes"] = m.Selection.Themes
	for _, k := range m.Selection.Kinds {
		f.Add("kinds", string(k))
	}
	set("tags", strings.Join(m.Selection.Tags, ", "))
	set("languages", strings.Join(m.Selection.Languages, ", "))
	set("origins", strings.Join(m.Selection.Origins, "\n"))
	for _, lang := range [...]string{"fr", "en"} {
		set("name_"+lang, m.Name[lang])
		set("summary_"+lang, m.Summary[lang])
	}
	set("handle", m.Handle)
	setLook(m.Look, set, f)
	return MapForm(f)
}

// mapOf reads the form; the faults are codes by field.
func (a *Admin) mapOf(f MapForm) (directory.Map, map[string]string) {
	faults := map[string]string{}
	m := directory.Map{Handle: f.First("handle"), Name: directory.LangText{}, Summary: directory.LangText{}}
	for _, lang := range [...]string{"fr", "en"} {
		if s := f.First("name_" + lang); s != "" {
			m.Name[lang] = s
		}
		if s := f.First("summary_" + lang); s != "" {
			m.Summary[lang] = s
		}
	}
	m.Look = lookOf(f, faults)
	sel := &m.Selection
	sel.Themes, sel.Tags, sel.Languages, sel.Origins = f["themes"], f.words("tags"), f.words("languages"), f.words("origins")
	for _, k := range f["kinds"] {
		sel.Kinds = append(sel.Kinds, directory.Kind(k))
	}
	sel.Area = directory.Area{Departments: f.words("departments"), Regions: f["regions"]}
	var err error
	if sel.Area.BBox, err = directory.ParseBBox(f.First("bbox")); err != nil {
		faults["bbox"] = "invalid_bbox"
	}
	if raw := f.First("geojson"); raw != "" {
		if json.Valid([]byte(raw)) {
			sel.Area.GeoJSON = json.RawMessage(raw)
		} else {
			faults["geojson"] = "invalid_json"
		}
	}
	if name := f.First("commune"); name != "" {
		box, ok := a.around(name, f.First("radius"))
		if !ok {
			faults["commune"] = "commune_unknown"
		} else {
			sel.Area.BBox = &box
			f["bbox"] = []string{box.String()} // shown, and kept with the next steps
			delete(f, "commune")
		}
	}
	return m, faults
}

const (
	defaultRadiusKm = 15
	maxRadiusKm     = 500
	kmPerDegree     = 111.2
)

// around is the box around a commune, radius kilometres in each direction.
func (a *Admin) around(name, radius string) (directory.BBox, bool) {
	km, err := strconv.ParseFloat(strings.ReplaceAll(radius, ",", "."), 64)
	if err != nil || !(km > 0 && km <= maxRadiusKm) {
		km = defaultRadiusKm
	}
	g, err := gazetteer.Load()
	if err != nil {
		return directory.BBox{}, false
	}
	q := gazetteer.Query{Locality: name}
	if _, err := strconv.Atoi(name); err == nil {
		q = gazetteer.Query{PostalCode: name}
	}
	m, ok := g.Find(q)
	if !ok {
		return directory.BBox{}, false
	}
	round := func(f float64) float64 { return math.Round(f*1e4) / 1e4 }
	dLat := km / kmPerDegree
	dLon := dLat / max(0.1, math.Cos(m.Point.Lat*math.Pi/180))
	return directory.BBox{West: round(m.Point.Lon - dLon), South: round(m.Point.Lat - dLat),
		East: round(m.Point.Lon + dLon), North: round(m.Point.Lat + dLat)}, true
}

// checkMap adds what the domain finds wrong.
func (a *Admin) checkMap(m *directory.Map, faults map[string]string) {
	var bad directory.Invalid
	if errors.As(directory.ValidateMap(m), &bad) {
		a.addFaults(faults, bad)
	}
}

// addFaults puts the field errors of a map under the fields of the form.
func (a *Admin) addFaults(faults map[string]string, bad directory.Invalid) {
	for _, f := range bad {
		field := strings.TrimPrefix(f.Field, "area.")
		field, _, _ = strings.Cut(field, "[")
		top, lang, _ := strings.Cut(field, ".")
		switch {
		case lang == "en" && (top == "name" || top == "summary" || top == "home"):
			field = top + "_en"
		case top == "name", top == "summary", top == "home":
			field = top + "_fr"
		case field == "area":
			field = "geojson"
		}
		if faults[field] == "" {
			faults[field] = f.Code
		}
	}
}

// showMap fills in what the form needs besides its values, and shows it.
func (a *Admin) showMap(w http.ResponseWriter, r *http.Request, status int, p *MapPage, old *directory.Map) error {
	if old != nil {
		p.Action = "/admin/maps/" + old.ID
		p.DeleteHref = p.Action + "/delete"
		p.Fixed = p.T("admin.maps.handle_fixed", "handle", "@"+old.Handle+"@"+p.Host)
		n, err := a.cfg.Store.CountFollowers(r.Context(), a.cfg.Env.MapURI(old.Handle))
		if err != nil {
			return err
		}
		p.DeleteWords = p.N("admin.maps.delete_words", n)
		if err := a.mapEdits(r, p, old.ID); err != nil {
			return err
		}
	}
	m, faults := a.mapOf(p.Map)
	p.StepTitle = p.T("admin.maps.step", "n", strconv.Itoa(p.Step), "name", p.T(stepNames[p.Step-1]))
	p.part(p.StepTitle)
	var own []string
	own = append(own, mapSteps[p.Step-1].fields...)
	p.Hidden = page.HiddenInputs(url.Values(p.Map), own...)
	a.choices(p)
	p.showLook(m.Look)
	p.Script, p.MaySave, p.Last = "mapform.js", p.Step >= firstSave || old != nil, p.Step == len(mapSteps)
	sel := directory.Map{Handle: "x", Name: directory.LangText{"fr": "x"}, Selection: m.Selection}
	a.checkMap(&sel, faults)
	if p.Step == 1 && old == nil && status == http.StatusOK && len(p.Map) == 0 || len(faults) > 0 {
		return a.pages.Page(w, r, status, "admin-map", p)
	}
	preview, err := a.cfg.Ledger.Preview(r.Context(), sel.Selection)
	if err != nil {
		return err
	}
	switch {
	case preview.Count == 0 && !preview.More:
		p.Preview = p.T("admin.maps.preview_none")
	case preview.More:
		p.Preview = p.N("admin.maps.preview_more", preview.Count)
	default:
		p.Preview = p.N("admin.maps.preview", preview.Count)
	}
	for _, e := range preview.Sample {
		name, _ := e.Name.In(p.Tag)
		p.Sample = append(p.Sample, name)
	}
	return a.pages.Page(w, r, status, "admin-map", p)
}

var stepNames = [...]string{"admin.maps.step.area", "admin.maps.step.what", "admin.maps.step.text", "admin.maps.step.look"}

func (a *Admin) choices(p *MapPage) {
	if g, err := gazetteer.Load(); err == nil {
		for _, reg := range g.Regions() {
			p.Regions = append(p.Regions, MapChoice{Value: reg.Code, Name: reg.Name, On: slices.Contains(p.Map["regions"], reg.Code)})
		}
	}
	for _, t := range directory.Themes() {
		name, _ := t.Name.In(p.Tag)
		p.Themes = append(p.Themes, MapChoice{Value: t.Slug, Name: name, Theme: directory.ThemeRoot(t.Slug), On: slices.Contains(p.Map["themes"], t.Slug)})
	}
	for _, k := range directory.Kinds() {
		p.Kinds = append(p.Kinds, MapChoice{Value: string(k), Name: p.T("kinds." + string(k)), On: slices.Contains(p.Map["kinds"], string(k))})
	}
}
