// Package glyph estimates how wide a text will be, and cuts and wraps it to a
// room, for drawings that are laid out where no typeface is at hand.
//
// It is pure. Packages chronicle and genealogy call it. The estimate is by
// class of character and within six in a hundred for the interface's typeface.
package glyph

import (
	"strings"
	"unicode"
)

const (
	narrow = "ijltfrI.,'’:;|!()[]"
	wide   = "mwMWœæŒÆ—…@%"
)

// advance is the width of a rune in ems.
func advance(r rune) float64 {
	switch {
	case r >= 0x300 && r <= 0x36f || r >= 0xfe00 && r <= 0xfe0f || r >= 0x200b && r <= 0x200f:
		return 0 // combining marks, variants, joiners
	case r < 0x80 && strings.IndexByte(narrow, byte(r)) >= 0 || r == '’':
		return 0.33
	case unicode.IsSpace(r):
		return 0.27
	case strings.ContainsRune(wide, r):
		return 0.86
	case r >= 0x1100 && (r <= 0x11ff || r >= 0x2e80):
		return 1.05 // Hangul, CJK, emoji
	case unicode.IsUpper(r):
		return 0.66
	}
	return 0.55
}

// Width estimates the width of a line at a font size, in the size's unit.
func Width(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		w += advance(r)
	}
	return w * size
}

// Shorten cuts a line that is wider than room, after a word when one ends in
// the second half, puts an ellipsis there, and returns its width.
func Shorten(s string, size, room float64) (line string, width float64) {
	if width = Width(s, size); width <= room {
		return s, width
	}
	dots := advance('…') * size
	end, word, w, wordWidth := 0, 0, 0.0, 0.0
	for i, r := range s {
		if unicode.IsSpace(r) {
			word, wordWidth = i, w
		}
		a := advance(r) * size
		if w+a > room-dots && a > 0 {
			end = i
			break
		}
		w += a
	}
	if wordWidth > room/2 {
		end, w = word, wordWidth
	}
	return s[:end] + "…", w + dots
}

// Wrap breaks a text into at most lines lines no wider than room: at spaces,
// after hyphens, and inside a word only when it is wider than a line. What does
// not fit is replaced by an ellipsis. An empty text gives no line.
func Wrap(s string, size, room float64, lines int) []string {
	var out []string
	current := ""
	for _, piece := range pieces(s, size, room) {
		joined := current + piece
		if current == "" || Width(strings.TrimRight(joined, " "), size) <= room {
			current = joined
			continue
		}
		out = append(out, strings.TrimRight(current, " "))
		current = piece
	}
	if current = strings.TrimRight(current, " "); current != "" {
		out = append(out, current)
	}
	if len(out) > lines && lines > 0 {
		out = out[:lines]
		last := out[lines-1]
		if Width(last+"…", size) > room {
			last, _ = Shorten(last, size, room*0.99)
			last = strings.TrimSuffix(last, "…")
		}
		out[lines-1] = strings.TrimRight(last, " ") + "…"
	}
	return out
}

// pieces cuts a text where a line may end; a piece keeps its space.
func pieces(s string, size, room float64) []string {
	var out []string
	for _, word := range strings.Fields(s) {
		start := 0
		w := 0.0
		for i, r := range word {
			a := advance(r) * size
			if i > start && (w+a > room) {
				out = append(out, word[start:i])
				start, w = i, 0
			}
			w += a
			if r == '-' && i+1 < len(word) && i > start {
				out = append(out, word[start:i+1])
				start, w = i+1, 0
			}
		}
		out = append(out, word[start:]+" ")
	}
	return out
}

// RightToLeft says whether the first letter of a text with a direction reads
// from right to left.
func RightToLeft(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		return rightToLeft(r)
	}
	return false
}

// Isolate puts a text that holds letters read from right to left between marks
// that keep its neighbours on a line in their order (Unicode UAX #9, FSI and
// PDI), for where no element can, as in an SVG title. Other texts stay as they
// are, and so does one between such marks.
func Isolate(s string) string {
	if strings.HasPrefix(s, isolateFirst) || !strings.ContainsFunc(s, rightToLeft) {
		return s
	}
	return isolateFirst + s + isolateEnd
}

const isolateFirst, isolateEnd = "\u2068", "\u2069"

func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko)
}
