package admin

import (
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
)

// LookForm is what the step about a map's looks shows besides its values.
type LookForm struct {
	// Views are the pages that it can open with, Offered the themes of its filters.
	Views, Offered []MapChoice
	// Light and Dark are how the accents will be, "" for the instance's own.
	Light, Dark []Swatch
}

// Swatch is a colour with what is written on it.
type Swatch struct{ Colour, On, Ratio string }

// lookOf reads the looks; the faults are codes by field.
func lookOf(f MapForm, faults map[string]string) directory.Look {
	l := directory.Look{Home: directory.LangText{}, Light: f.First("light"), Dark: f.First("dark"), View: f.First("view"), Themes: f["offered"]}
	for _, lang := range [...]string{"fr", "en"} {
		if s := f.First("home_" + lang); s != "" {
			l.Home[lang] = s
		}
	}
	if s := f.First("start"); s != "" {
		start, err := directory.ParseMapStart(s)
		if err != nil {
			faults["start"] = "invalid_position"
		} else {
			l.Start = &start
		}
	}
	return l
}

// setLook fills the form with the looks of a map that is there.
func setLook(l directory.Look, set func(field, value string), f map[string][]string) {
	for _, lang := range [...]string{"fr", "en"} {
		set("home_"+lang, l.Home[lang])
	}
	set("light", l.Light)
	set("dark", l.Dark)
	set("view", l.View)
	if l.Start != nil {
		set("start", l.Start.String())
	}
	f["offered"] = l.Themes
}

// showLook fills in what can be chosen, and the colours as they will be.
func (p *MapPage) showLook(l directory.Look) {
	for _, v := range directory.MapViews() {
		p.Look.Views = append(p.Look.Views, MapChoice{Value: v, Name: p.T("nav." + v), On: v == p.Map.First("view")})
	}
	for _, t := range directory.RootThemes() {
		name, _ := t.Name.In(p.Tag)
		p.Look.Offered = append(p.Look.Offered, MapChoice{Value: t.Slug, Name: name, Theme: t.Slug, On: slices.Contains(p.Map["offered"], t.Slug)})
	}
	for dark, to := range map[bool]*[]Swatch{false: &p.Look.Light, true: &p.Look.Dark} {
		a, ok := l.Accents(dark)
		if !ok {
			continue
		}
		pair := func(ground, text directory.Colour) Swatch {
			return Swatch{ground.String(), text.String(), fmt.Sprintf("%.1f", directory.Contrast(ground, text))}
		}
		*to = []Swatch{pair(a.Accent, a.On), pair(a.Soft, a.Strong)}
	}
}

// contrastFault says what is wrong with an accent, and which near it would do.
func (p *MapPage) contrastFault(field string) string {
	c, err := directory.ParseColour(p.Map.First(field))
	if err != nil {
		return p.T("fault.map.invalid_colour")
	}
	dark := field == "dark"
	return p.T("fault.map.low_contrast", "ratio", p.Decimal(directory.AccentContrast(c, dark), 1), "near", directory.NearestAccent(c, dark).String())
}
