// Package basemap draws the ground under the entries: land, water, borders and
// place names, as vector tiles for the interactive map and as SVG for the map
// without script and for the locator of an entry page.
//
// It knows nothing of entries: marks are handed to it. Package api serves the
// tiles, package site prints the SVG, package app loads it once.
package basemap

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
)

// Basemap is the ground of the whole world. Calls are safe from several
// goroutines. The zero value and nil are an empty sea.
type Basemap struct {
	layers []layer
	places []place
	areas  map[string][]Area
	blocks *cache[[]layer]
	tiles  *cache[[]byte]
}

// layer is one kind of outline, drawn from minZoom to maxZoom of tiles.
type layer struct {
	name             string
	polygons         bool
	minZoom, maxZoom uint32
	shapes           []shape
}

// place is a named settlement; rank runs from 1 (world city) to 8 (village).
type place struct {
	at         point
	rank       int
	population int64
	name       string // as GeoNames has it
	fr, en     string // "" when name
}

func (p place) in(lang string) string {
	if lang == "fr" && p.fr != "" {
		return p.fr
	}
	if lang == "en" && p.en != "" {
		return p.en
	}
	return p.name
}

const (
	maxTileBytes   = 32 << 20 // of the tiles kept
	maxBlockPoints = 4 << 20  // of the cut outlines kept, 16 bytes each
)

// outlines tells which object of the data is drawn where. The 1:50 M land
// serves the small scales, the 1:10 M land the others; rivers and lakes exist
// at 1:50 M only.
var outlines = []struct {
	object, layer    string
	polygons         bool
	minZoom, maxZoom uint32
}{
	{"land50", "land", true, 0, 4},
	{"land10", "land", true, 5, MaxZoom},
	{"lakes", "lakes", true, 2, MaxZoom},
	{"rivers", "rivers", false, 3, 9},
	{"departements", "departements", false, 5, 11},
	{"regions", "regions", false, 4, 11},
	{"borders50", "borders", false, 0, 4},
	{"borders10", "borders", false, 5, MaxZoom},
}

// Load reads the data that the front end's build wrote (web.Geodata). It wraps
// fs.ErrNotExist when there is none.
func Load(data fs.FS) (*Basemap, error) {
	b := &Basemap{blocks: newCache[[]layer](maxBlockPoints), tiles: newCache[[]byte](maxTileBytes)}
	var t topology
	if err := readGzipJSON(data, "ground.topo.json.gz", &t); err != nil {
		return nil, fmt.Errorf("load basemap: %w", err)
	}
	arcs := t.arcsInDegrees()
	for _, o := range outlines {
		shapes, err := t.shapes(o.object, arcs)
		if err != nil {
			return nil, fmt.Errorf("load basemap: %w", err)
		}
		b.layers = append(b.layers, layer{o.layer, o.polygons, o.minZoom, o.maxZoom, shapes})
	}
	if err := b.readAreas(&t, arcs); err != nil {
		return nil, fmt.Errorf("load basemap: %w", err)
	}
	var rows []placeRow
	if err := readGzipJSON(data, "places.json.gz", &rows); err != nil {
		return nil, fmt.Errorf("load basemap: %w", err)
	}
	for _, r := range rows {
		b.places = append(b.places, place(r))
	}
	return b, nil
}

func readGzipJSON(data fs.FS, name string, into any) error {
	f, err := data.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// placeRow is [lon, lat, rank, population, name, fr, en].
type placeRow place

// UnmarshalJSON reads the row's seven columns.
func (r *placeRow) UnmarshalJSON(raw []byte) error {
	var lon, lat float64
	columns := []any{&lon, &lat, &r.rank, &r.population, &r.name, &r.fr, &r.en}
	if err := json.Unmarshal(raw, &columns); err != nil {
		return err
	}
	r.at = project(lon, lat)
	return nil
}
