package glyph

import (
	"html"
	"strconv"
	"strings"
)

// Escape makes a text safe in the content and in the quoted attributes of an
// SVG element, and drops what XML forbids.
func Escape(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' || r >= 0xfffe && r <= 0xffff || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}

// Pixels writes a coordinate with one decimal at most.
func Pixels(v float64) string {
	s := strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	if s == "-0" {
		return "0"
	}
	return s
}
