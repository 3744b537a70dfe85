// Package typeface says which letters a drawing that leaves the site is written with,
// and in which order: PDF files and pictures of links have no browser that would.
//
// Latin, Greek and Cyrillic are those of the Go fonts, which the callers have. Arabic
// and Hebrew are in this package: parts of Noto Sans (SIL OFL 1.1, font/OFL.txt), from
// Debian's fonts-noto-core, cut with pyftsubset to letters, digits, punctuation and the
// forms that Arabic letters take in a word. Chinese, Japanese and Korean have no font
// here, which would be as large as the program: in their place callers write the
// address where the name is to be read, and never a row of boxes.
//
// It is pure. Packages plate and preview call it.
package typeface

import (
	"embed"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

//go:embed font/*.ttf
var files embed.FS

// Font is a set of letters. The zero value is the Go fonts.
type Font string

// The fonts beside the Go fonts. Eastern stands for the letters of East Asia, and has
// no file.
const (
	Latin   Font = ""
	Arabic  Font = "arabic"
	Hebrew  Font = "hebrew"
	Eastern Font = "eastern"
)

// File is the TrueType file of a font, nil for one that has none here.
func (f Font) File(bold bool) []byte {
	name := string(f) + "-regular.ttf"
	if bold {
		name = string(f) + "-bold.ttf"
	}
	b, err := files.ReadFile("font/" + name)
	if err != nil {
		return nil
	}
	return b
}

// Unwritten reports whether a line has letters that no font here has.
func Unwritten(s string) bool { return strings.ContainsFunc(s, eastern) }

// Run is a stretch of a line in one font.
type Run struct {
	Font Font
	Text string
}

// Runs puts a line into the order in which it is drawn from left to right, with the
// letters of Arabic in the forms that they take beside their neighbours. Marks that
// only stand above or below letters of these scripts are left out.
func Runs(s string) []Run {
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	if ascii(s) {
		return []Run{{Latin, s}}
	}
	var out []Run
	for _, r := range visual(join(s)) {
		f := fontOf(r)
		if n := len(out); n > 0 && (out[n-1].Font == f || r == ' ') {
			out[n-1].Text += string(r)
			continue
		}
		out = append(out, Run{f, string(r)})
	}
	return out
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x2e0 }) < 0
}

// visual is the characters of a line from left to right (Unicode UAX #9).
func visual(s string) []rune {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }) {
		return []rune(s)
	}
	var p bidi.Paragraph
	if _, err := p.SetString(s); err != nil {
		return []rune(s)
	}
	order, err := p.Order()
	if err != nil {
		return []rune(s)
	}
	var runs []bidi.Run
	for i := range order.NumRuns() {
		runs = append(runs, order.Run(i))
	}
	var out []rune
	for _, run := range inOrder(runs, RightToLeft(s)) {
		text := run.String()
		if run.Direction() == bidi.RightToLeft {
			text = bidi.ReverseString(text)
		}
		out = append(out, []rune(text)...)
	}
	return out
}

// inOrder puts runs, which package bidi has as they are read, as they are drawn: all of
// them from the last in a line that reads from the right, else those read from the
// right with the numbers among them.
func inOrder(runs []bidi.Run, fromRight bool) []bidi.Run {
	if fromRight {
		slices.Reverse(runs)
		return runs
	}
	for i := 0; i < len(runs); i++ {
		n := 0
		for i+n < len(runs) && (runs[i+n].Direction() == bidi.RightToLeft || n > 0 && !strings.ContainsFunc(runs[i+n].String(), unicode.IsLetter)) {
			n++
		}
		if n > 1 {
			slices.Reverse(runs[i : i+n])
		}
		i += n
	}
	return runs
}

// RightToLeft says whether the first letter of a line reads from right to left.
func RightToLeft(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return unicode.In(r, unicode.Arabic, unicode.Hebrew)
		}
	}
	return false
}

func fontOf(r rune) Font {
	switch {
	case unicode.Is(unicode.Arabic, r):
		return Arabic
	case unicode.Is(unicode.Hebrew, r):
		return Hebrew
	case eastern(r):
		return Eastern
	}
	return Latin
}

func eastern(r rune) bool {
	return r >= 0x1100 && r <= 0x11ff || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7ff || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe4f || r >= 0xff00 && r <= 0xffef || r >= 0x20000 && r <= 0x3ffff
}
