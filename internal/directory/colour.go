package directory

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Colour is an sRGB colour, each part from 0 to 1.
type Colour struct{ R, G, B float64 }

// ParseColour reads "#2b5a43" or "#2a4"; the error wraps ErrInvalid.
func ParseColour(s string) (Colour, error) {
	hex, ok := strings.CutPrefix(strings.TrimSpace(s), "#")
	if ok && len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if !ok || len(hex) != 6 || err != nil {
		return Colour{}, fmt.Errorf("colour %.20q: %w", s, ErrInvalid)
	}
	part := func(shift uint) float64 { return float64(n>>shift&0xff) / 255 }
	return Colour{part(16), part(8), part(0)}, nil
}

// String is the colour as ParseColour reads it, in six digits.
func (c Colour) String() string {
	b := func(f float64) int { return int(math.Round(min(1, max(0, f)) * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", b(c.R), b(c.G), b(c.B))
}

// Mix is the colour with a share of another one, from 0 to 1.
func (c Colour) Mix(with Colour, share float64) Colour {
	part := func(a, b float64) float64 { return a + (b-a)*share }
	return Colour{part(c.R, with.R), part(c.G, with.G), part(c.B, with.B)}
}

// Luminance is the relative luminance (WCAG 2.2, definition).
func (c Colour) Luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// Contrast is the contrast ratio of two colours, from 1 to 21 (WCAG 2.2).
func Contrast(a, b Colour) float64 {
	x, y := a.Luminance(), b.Luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// The grounds on which an accent is written, and what is written on it: the
// hardest of the style sheet's, see web/build/tokens.mjs.
var (
	white       = Colour{1, 1, 1}
	lightGround = Colour{0xe9 / 255., 0xe3 / 255., 0xd2 / 255.} // sable-2
	darkGround  = Colour{0x2a / 255., 0x38 / 255., 0x30 / 255.} // sable-2, dark
	darkOn      = Colour{0x0f / 255., 0x1a / 255., 0x14 / 255.} // sur-haie, dark
	lightPaper  = white
	darkPaper   = Colour{0x1c / 255., 0x26 / 255., 0x20 / 255.} // papier, dark
)

// MinContrast is what text needs (WCAG 2.2, 1.4.3).
const MinContrast = 4.5

// AccentContrast is the least contrast that an accent has in a theme, as text on
// the page and under the text of a button.
func AccentContrast(c Colour, dark bool) float64 {
	if dark {
		return min(Contrast(c, darkGround), Contrast(c, darkOn))
	}
	return min(Contrast(c, lightGround), Contrast(c, white))
}

// NearestAccent is the colour itself when it can be read in a theme, else the
// first that can on its way to black, or in the dark theme to white.
func NearestAccent(c Colour, dark bool) Colour {
	towards := Colour{}
	if dark {
		towards = white
	}
	for share := 0.0; share < 1; share += 0.02 {
		// As it will be written: rounding must not lose the contrast.
		near, err := ParseColour(c.Mix(towards, share).String())
		if err == nil && AccentContrast(near, dark) >= MinContrast {
			return near
		}
	}
	return towards
}

// Accents are the colours that the style sheet makes of an accent.
type Accents struct{ Accent, Strong, Soft, On Colour }

// AccentsOf derives them; each pair that the pages write on one another has
// MinContrast when c has.
func AccentsOf(c Colour, dark bool) Accents {
	if dark {
		soft := darkPaper.Mix(c, 0.12)
		return Accents{Accent: c, Strong: c.Mix(white, 0.4), Soft: soft, On: darkOn}
	}
	return Accents{Accent: c, Strong: c.Mix(Colour{}, 0.3), Soft: lightPaper.Mix(c, 0.13), On: white}
}
