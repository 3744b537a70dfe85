package directory

import (
	"errors"
	"math"
	"testing"
)

func TestContrast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#fff", "#ffffff", 1}, {"#777777", "#ffffff", 4.478}, {"#2b5a43", "#fbfaf5", 7.59}} {
		a, err1 := ParseColour(c.a)
		b, err2 := ParseColour(c.b)
		if got := Contrast(a, b); err1 != nil || err2 != nil || math.Abs(got-c.want) > 0.01 {
			t.Errorf("contrast of %s and %s: %.3f, want %.3f", c.a, c.b, got, c.want)
		}
	}
	for _, s := range []string{"", "red", "#12", "#12345", "#gggggg", "123456", "#+12345"} {
		if _, err := ParseColour(s); !errors.Is(err, ErrInvalid) {
			t.Errorf("colour %q: %v, want ErrInvalid", s, err)
		}
	}
}

// TestAccentsCanBeRead: whatever colour is asked for, what the style sheet makes
// of it has the contrast of text, pair by pair.
func TestAccentsCanBeRead(t *testing.T) {
	t.Parallel()
	for _, dark := range []bool{false, true} {
		for n := range 16 * 16 * 16 {
			c := Colour{float64(n>>8) / 15, float64(n>>4&15) / 15, float64(n&15) / 15}
			near := NearestAccent(c, dark)
			if AccentContrast(c, dark) >= MinContrast && near.String() != c.String() {
				t.Fatalf("%s can be read and was changed to %s", c, near)
			}
			a := AccentsOf(near, dark)
			for name, got := range map[string]float64{"accent": AccentContrast(a.Accent, dark), "strong on soft": Contrast(a.Strong, a.Soft),
				"accent on soft": Contrast(a.Accent, a.Soft), "on strong": Contrast(a.On, a.Strong), "on accent": Contrast(a.On, a.Accent)} {
				if got < MinContrast {
					t.Fatalf("dark %v, %s: %s has a contrast of %.2f", dark, c, name, got)
				}
			}
		}
	}
}

func TestValidateLook(t *testing.T) {
	t.Parallel()
	m := Map{Handle: "a", Name: LangText{"fr": "A"}, Look: Look{Light: "#F0C", Dark: "#404040", Start: &MapStart{Lat: 91}, View: "x", Themes: []string{"eau", "nature"}}}
	var bad Invalid
	if err := ValidateMap(&m); !errors.As(err, &bad) {
		t.Fatalf("%v, want an Invalid", err)
	}
	got := map[string]string{}
	for _, f := range bad {
		got[f.Field] = f.Code
	}
	for field, code := range map[string]string{"light": "low_contrast", "dark": "low_contrast", "start": "invalid_position", "view": "unknown", "offered": "unknown_theme"} {
		if got[field] != code {
			t.Errorf("%s: %q, want %q", field, got[field], code)
		}
	}
	m.Look = Look{Light: "#7a1f4b", Start: &MapStart{Lat: 48, Lon: -3, Zoom: 7.5}, View: "map", Themes: []string{"nature", "nature"}}
	if err := ValidateMap(&m); err != nil || m.Look.View != "" || len(m.Look.Themes) != 1 {
		t.Errorf("%v %+v", err, m.Look)
	}
	if a, ok := m.Look.Accents(true); !ok || AccentContrast(a.Accent, true) < MinContrast {
		t.Errorf("the dark accent made from the light one: %+v %v", a, ok)
	}
	if _, ok := (Look{}).Accents(false); ok {
		t.Error("no look has accents")
	}
}
