// Package preview draws the pictures that other sites show beside a link to one
// of our pages (the Open Graph protocol's og:image): a PNG of 1200×630 pixels
// with a name, what it is, where and when, the instance and a small map.
//
// It is pure but for the Shelf, which keeps drawn pictures and bounds how many
// are drawn at a time. What may be shown is decided by its caller, package site.
//
// The letters are those of the Go fonts (golang.org/x/image, BSD), which have
// Latin, Greek and Cyrillic, and of package typeface, which has Arabic and Hebrew.
// What they cannot write is left out, and a name of which too little is left is
// replaced by Card.Fallback: an address in Latin letters says more than a row of
// boxes.
package preview

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"codeberg.org/bocage/bocage/internal/basemap"
)

// Width and Height are the size of a picture, in pixels.
const Width, Height = 1200, 630

// Card is what a picture says. Zero fields are left out.
type Card struct {
	// Kicker says what it is, above the name; Name is the name, and Fallback is
	// written in its place when the fonts have not its letters.
	Kicker, Name, Fallback string
	// Lines are what, where and when, at most three.
	Lines []string
	// Instance and Host say where the page is.
	Instance, Host string
	// Theme is the slug of a root theme; "" or another is none.
	Theme string
	// View is the small map; its size is set here. Nil draws the fields alone.
	View *basemap.View
	// Pin marks the map's middle; Approximate draws it as a region.
	Pin, Approximate bool
}

// The places of a picture, in pixels.
const (
	margin    = 64
	mapLeft   = 800
	hedge     = 26 // of the band of fields at the foot
	textRoom  = mapLeft - 2*margin
	wholeRoom = Width - 2*margin
)

var (
	chalk   = rgb(0xfbfaf5)
	ink     = rgb(0x1d2822)
	inkSoft = rgb(0x4a554d)
	green   = rgb(0x2b5a43)
	sea     = rgb(0xd3e4e6)
	land    = rgb(0xf6f2e7)
	coast   = rgb(0x7fa5ab)
	border  = rgb(0x857a5c)
	region  = rgb(0xb3a684)
	river   = rgb(0x9cc3cd)
)

// themes are the colours of the root themes, those of the style sheet in its
// light form.
var themes = map[string]color.RGBA{
	"nature": rgb(0x004403), "nourrir": rgb(0x960c3a), "habiter": rgb(0xad5a55), "soin": rgb(0x008180),
	"savoir": rgb(0x6168c1), "numerique": rgb(0x482b7a), "echanger": rgb(0x806600), "gouverner": rgb(0x116282),
}

func rgb(v uint32) color.RGBA {
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff}
}

// colour is that of the theme, the instance's green without one.
func (c Card) colour() color.RGBA {
	if v, ok := themes[c.Theme]; ok {
		return v
	}
	return green
}

// PNG draws a card.
func PNG(c Card, b *basemap.Basemap) ([]byte, error) {
	p := &painter{img: image.NewRGBA(image.Rect(0, 0, Width, Height))}
	p.fill(p.img.Bounds(), chalk)
	room := wholeRoom
	if c.View != nil {
		room = textRoom
		p.ground(*c.View, b)
		if c.Pin {
			p.pin(c)
		}
	}
	p.fields(c.colour())
	if err := p.words(c, room); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&out, p.img); err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return out.Bytes(), nil
}

// words writes the text, from the top.
func (p *painter) words(c Card, room int) error {
	y := margin + 8
	p.leaf(margin, y, 64, c.colour())
	var err error
	if c.Kicker != "" {
		_, err = p.text(Written(c.Kicker), 30, true, margin+84, y+44, room-84, 1, c.colour())
	}
	if err != nil {
		return err
	}
	y += 64 + 34
	name := Written(c.Name)
	if letters(c.Name) > 2*letters(name) || name == "" {
		name = Written(c.Fallback)
	}
	size, lines := 66.0, 0
	for _, size = range [...]float64{66, 54, 44} {
		if lines, err = p.lines(name, size, true, room); err != nil {
			return err
		}
		if lines <= 3 && !p.breaks(name, size, room) {
			break
		}
	}
	if y, err = p.text(name, size, true, margin, y+int(size), room, min(4, max(3, lines)), ink); err != nil {
		return err
	}
	y += 18
	for _, line := range c.Lines[:min(len(c.Lines), 3)] {
		if line = Written(line); line == "" || y > Height-150 {
			continue
		}
		if y, err = p.text(line, 30, false, margin, y+36, room, 1, inkSoft); err != nil {
			return err
		}
	}
	foot := Height - hedge - 44
	if y, err = p.text(Written(c.Instance), 32, true, margin, foot, room, 1, green); err != nil {
		return err
	}
	if letters(Written(c.Instance)) == 0 {
		_, err = p.text(Written(c.Host), 32, true, margin, foot, room, 1, green)
	}
	return err
}

// Written is what of a text the fonts can write: NFC, without the characters
// that they have not, and without the holes that these leave.
func Written(s string) string {
	all, err := fonts()
	if err != nil {
		return ""
	}
	var b sfnt.Buffer
	kept := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if unicode.IsControl(r) {
			return -1
		}
		for _, f := range all {
			if i, err := f[1].GlyphIndex(&b, r); err == nil && i != 0 {
				return r
			}
		}
		return -1
	}, norm.NFC.String(strings.ToValidUTF8(s, "")))
	return strings.Join(strings.Fields(kept), " ")
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
