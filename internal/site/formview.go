package site

import (
	"net/url"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
)

// textForms are the forms of a text, in the order of the list.
var textForms = []string{"manifesto", "law", "charter", "licence", "declaration", "judgment", "report", "book", "article", "treaty", "other"}

// formView lays the fields of a kind out with their values and faults.
func formView(l *i18n.Locale, kind directory.Kind, v url.Values, bad directory.Invalid) ([]FormGroupView, []FaultView) {
	var groups []FormGroupView
	var faults []FaultView
	told := make([]bool, len(bad))
	for _, g := range formGroups() {
		gv := FormGroupView{Title: l.T("form.group." + g.name), Open: g.name == "words" || g.name == "sorting" || g.name == "place" || g.name == "dates"}
		if key := "form.help.group." + g.name; l.Has(key) {
			gv.Help = l.T(key)
		}
		for _, f := range g.fields {
			if !f.fits(kind) {
				continue
			}
			fv := fieldView(l, kind, f, v)
			for i, b := range bad {
				if told[i] || !concerns(f, b.Field) {
					continue
				}
				told[i] = true
				text := fieldFault(l, b)
				faults = append(faults, FaultView{fv.ID, fv.Label + " " + text})
				fv.Fault = strings.TrimSpace(fv.Fault + " " + text)
			}
			gv.Open = gv.Open || fv.Fault != "" || fv.Value != "" && f.input != "select"
			gv.Fields = append(gv.Fields, fv)
		}
		if len(gv.Fields) > 0 {
			groups = append(groups, gv)
		}
	}
	for i, b := range bad {
		if !told[i] {
			faults = append(faults, FaultView{"entry-form", fieldFault(l, b)})
		}
	}
	return groups, faults
}

// concerns reports whether a field error is about a form field: the error's
// path is the field's, or below it; a text's own path is its first language's.
func concerns(f formField, path string) bool {
	path = strings.NewReplacer("[", ".", "]", "").Replace(path)
	if path == f.path || strings.HasPrefix(path, f.path+".") {
		return true
	}
	switch f.name {
	case "lat":
		return path == "place" || path == "place.point" || path == "place.point.lat"
	case "lon":
		return path == "place.point.lon"
	case "start":
		return path == "period"
	}
	return strings.HasSuffix(f.path, ".fr") && strings.HasPrefix(f.path, path+".") && f.path == path+".fr"
}

func fieldView(l *i18n.Locale, kind directory.Kind, f formField, v url.Values) FieldView {
	fv := FieldView{ID: "f-" + f.name, Name: f.name, Label: l.T("form." + f.name), Input: f.input, Value: v.Get(f.name),
		Required: f.name == "name_fr"}
	if key := "form.help." + f.name; l.Has(key) {
		fv.Help = l.T(key)
	}
	if strings.HasSuffix(f.name, "_en") {
		fv.Lang = "en"
	} else if strings.HasSuffix(f.name, "_fr") {
		fv.Lang = "fr"
	}
	option := func(value, name string) {
		fv.Options = append(fv.Options, Option{value, name, value == fv.Value})
	}
	switch f.name {
	case "precision":
		for _, p := range []directory.Precision{directory.PrecisionExact, directory.PrecisionApproximate, directory.PrecisionHidden} {
			option(string(p), l.T("form.precision."+string(p)))
		}
	case "event_status":
		for _, st := range []directory.EventStatus{directory.EventConfirmed, directory.EventTentative, directory.EventCancelled} {
			option(string(st), l.T("event.status."+string(st)))
		}
	case "form":
		option("", l.T("form.none"))
		for _, t := range textForms {
			option(t, l.T("textform."+t))
		}
	case "licence":
		fv.Input = "select"
		option("", l.T("form.none"))
		for _, k := range directory.Licences() {
			option(k.ID, k.Name)
		}
	case "themes":
		for _, t := range directory.Themes() {
			fv.Themes = append(fv.Themes, Chip{Value: t.Slug, Name: themeName(l, t.Slug), Theme: directory.ThemeRoot(t.Slug),
				Icon: directory.ThemeRoot(t.Slug), On: slices.Contains(v["themes"], t.Slug)})
		}
	case "start", "end":
		if key := "form." + f.name + "." + string(kind); l.Has(key) {
			fv.Label = l.T(key)
		}
	}
	return fv
}

// fieldFault says what is wrong with a field, in the page's language when the
// catalogue knows the code.
func fieldFault(l *i18n.Locale, f directory.FieldError) string {
	if key := "fault.shape." + f.Code; f.Field == "place.shape" && l.Has(key) {
		return l.T(key)
	}
	if key := "fault." + f.Code; l.Has(key) {
		return l.T(key)
	}
	return strings.TrimSpace(f.Field + ": " + f.Message)
}
