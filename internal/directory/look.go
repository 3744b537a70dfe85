package directory

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Look is how the pages of a map differ from those of the whole directory. The
// zero value differs in nothing but the selection.
type Look struct {
	// Home is the text at the head of the map, plain, blank line = paragraph.
	Home LangText `json:"home,omitempty"`
	// Light and Dark are the accents of the two themes as #rrggbb. "" is the
	// instance's own; with one of them the other is made from it.
	Light string `json:"light,omitempty"`
	Dark  string `json:"dark,omitempty"`
	// Start is where the map opens; nil is the box of what is in it.
	Start *MapStart `json:"start,omitempty"`
	// View is the page that the map's address opens: one of MapViews, "" is the map.
	View string `json:"view,omitempty"`
	// Themes are the root themes that the filters offer; empty offers all.
	Themes []string `json:"themes,omitempty"`
}

// MapStart is the centre of a map, in degrees WGS 84, and its zoom, at which the
// world is 256·2^zoom pixels wide.
type MapStart struct {
	Lat  float64 `json:"lat"`
	Lon  float64 `json:"lon"`
	Zoom float64 `json:"zoom"`
}

// ParseMapStart reads "latitude,longitude,zoom"; the error wraps ErrInvalid.
func ParseMapStart(s string) (MapStart, error) {
	var f [3]float64
	parts := strings.Split(s, ",")
	for i, p := range parts {
		n, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || len(parts) != len(f) {
			return MapStart{}, fmt.Errorf("position %.60q is not latitude,longitude,zoom: %w", s, ErrInvalid)
		}
		f[i] = n
	}
	m := MapStart{f[0], f[1], f[2]}
	if !m.valid() {
		return MapStart{}, fmt.Errorf("position %.60q is not latitude,longitude,zoom: %w", s, ErrInvalid)
	}
	return m, nil
}

// String is the position as ParseMapStart reads it.
func (s MapStart) String() string {
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	return f(s.Lat) + "," + f(s.Lon) + "," + f(s.Zoom)
}

func (s MapStart) valid() bool {
	in := func(f, most float64) bool { return !math.IsNaN(f) && math.Abs(f) <= most }
	return in(s.Lat, 90) && in(s.Lon, 180) && s.Zoom >= minStartZoom && s.Zoom <= maxStartZoom
}

// MapViews are the pages that a map can open with, the first by default.
func MapViews() []string { return []string{"map", "timeline", "genealogy", "concepts"} }

// Zooms at which a map can open.
const minStartZoom, maxStartZoom = 1, 18

func (v *validator) look(l *Look) {
	v.langText("home", &l.Home, MaxDescription, true)
	v.accent("light", &l.Light, false)
	v.accent("dark", &l.Dark, true)
	if s := l.Start; s != nil {
		v.failIf(!s.valid(), "start", "invalid_position", "is not a latitude, a longitude and a zoom from %d to %d", minStartZoom, maxStartZoom)
	}
	if l.View == MapViews()[0] {
		l.View = ""
	}
	v.failIf(l.View != "" && !slices.Contains(MapViews(), l.View), "view", "unknown", "%.40q is not a view", l.View)
	for _, t := range l.Themes {
		v.failIf(ThemeRoot(t) != t || ThemeNumber(t) < 0, "offered", "unknown_theme", "%.40q is not a root theme", t)
	}
	l.Themes = slices.Compact(slices.Sorted(slices.Values(l.Themes)))
}

// accent checks that a colour can be read, and writes it in six digits.
func (v *validator) accent(field string, s *string, dark bool) {
	if *s == "" {
		return
	}
	c, err := ParseColour(*s)
	if err != nil {
		v.fail(field, "invalid_colour", "%.20q is not a colour such as #2b5a43", *s)
		return
	}
	*s = c.String()
	v.failIf(AccentContrast(c, dark) < MinContrast, field, "low_contrast", "%s has a contrast of %.1f:1 and needs %.1f:1; %s has it",
		*s, AccentContrast(c, dark), MinContrast, NearestAccent(c, dark))
}

// Accents are the colours of a theme, false when they are the instance's own.
func (l Look) Accents(dark bool) (Accents, bool) {
	own, other := l.Light, l.Dark
	if dark {
		own, other = other, own
	}
	if own == "" {
		own = other
	}
	c, err := ParseColour(own)
	if err != nil {
		return Accents{}, false
	}
	return AccentsOf(NearestAccent(c, dark), dark), true
}
