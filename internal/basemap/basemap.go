// Package basemap draws the ground under the entries: land, water, borders and
// place names, as vector tiles for the interactive map and as SVG for the map
// without script and for the locator of an entry page.
//
// It knows nothing of entries: marks are handed to it. Package api serves the
// tiles, package site prints the SVG, package app loads it once.
package basemap

import (
	"errors"
	"io/fs"
)

// Basemap is the ground of the whole world. Calls are safe from several
// goroutines. The zero value is an empty sea.
type Basemap struct{}

// Load reads the data that the front end's build wrote (web.Geodata). It wraps
// fs.ErrNotExist when there is none.
func Load(data fs.FS) (*Basemap, error) { return nil, errors.New("not yet") }

// Tile returns the Mapbox vector tile z/x/y, with the layers land, lakes,
// rivers, borders, regions, departements and places. A tile outside the world,
// or with nothing on it, is empty.
func (b *Basemap) Tile(z, x, y uint32) []byte { return nil }

// View is a viewport in web Mercator. At zoom z the world is 256·2^z pixels wide.
type View struct {
	Lat, Lon      float64 // of the centre, degrees WGS 84
	Zoom          float64
	Width, Height int // pixels
}

// Bounds are the view's edges in degrees; west > east when it crosses the antimeridian.
func (v View) Bounds() (west, south, east, north float64) { return 0, 0, 0, 0 }

// Moved is the view panned by a share of its size (1 = a whole width or
// height, east and south positive) and zoomed by dz levels.
func (v View) Moved(dx, dy, dz float64) View { return v }

// Mark is what stands on the map: a cluster when N > 1, else a point.
type Mark struct {
	Lat, Lon float64
	N        int
	// Shares counts the entries by root theme, the last by no theme; for the ring.
	Shares [9]int
	// Theme is the dominant root theme, 0 to 7, -1 for none.
	Theme int
	// Href is where a click leads, Label what it is, for those who cannot see it.
	Href, Label string
	// Approximate draws a halo: the place is somewhere around.
	Approximate bool
}

// SVGOptions are the texts of the drawing.
type SVGOptions struct {
	Title string // accessible name, required
	Lang  string // of place names, "fr" or "en"
	Icons string // URL of the icon sprite, "" draws no icon
	// Decorative leaves out the links: marks are drawn only.
	Decorative bool
}

// SVG draws the viewport and its marks as one <svg> element without inline
// style; its classes are those of the style sheet (m-*, amas, point).
func (b *Basemap) SVG(v View, marks []Mark, opt SVGOptions) []byte { return nil }
