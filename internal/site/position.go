package site

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
)

// The size of the map drawn without script, and the zooms that it offers.
const (
	mapWidth, mapHeight = 1010, 742
	minZoom, maxZoom    = 1, 18
	// nearZoom shows a commune and its neighbours.
	nearZoom = 11
)

// parsePosition reads "lat,lon,zoom"; ok is false when it is none.
func parsePosition(s string) (p MapPosition, ok bool) {
	parts := strings.Split(s, ",")
	if len(parts) != 3 {
		return p, false
	}
	var v [3]float64
	for i, t := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return p, false
		}
		v[i] = f
	}
	if math.Abs(v[0]) > 90 || math.Abs(v[1]) > 180 {
		return p, false
	}
	return MapPosition{v[0], v[1], math.Max(minZoom, math.Min(maxZoom, v[2]))}, true
}

// String is the inverse of parsePosition, to about a metre.
func (p MapPosition) String() string {
	return strconv.FormatFloat(p.Lat, 'f', 5, 64) + "," + strconv.FormatFloat(p.Lon, 'f', 5, 64) + "," +
		strconv.FormatFloat(math.Round(p.Zoom*100)/100, 'f', -1, 64)
}

func (p MapPosition) view(width, height int) basemap.View {
	return basemap.View{Lat: p.Lat, Lon: p.Lon, Zoom: p.Zoom, Width: width, Height: height}
}

func positionOf(v basemap.View) MapPosition {
	return MapPosition{math.Max(-85, math.Min(85, v.Lat)), v.Lon, math.Max(minZoom, math.Min(maxZoom, v.Zoom))}
}

// boundsOf is the box that a view shows.
func boundsOf(v basemap.View) atlas.BBox {
	w, s, e, n := v.Bounds()
	return atlas.BBox{West: w, South: s, East: e, North: n}
}

// world is the box of every point.
var world = atlas.BBox{West: -180, South: -90, East: 180, North: 90}

// middle is the centre of a box, across the antimeridian when West > East.
func middle(b atlas.BBox) (lat, lon float64) {
	east := b.East
	if b.West > b.East {
		east += 360
	}
	lon = (b.West + east) / 2
	if lon > 180 {
		lon -= 360
	}
	return (b.South + b.North) / 2, lon
}

// around is the smallest box of the hits; ok is false without hits.
func around(hits []atlas.Hit) (b atlas.BBox, ok bool) {
	if len(hits) == 0 {
		return b, false
	}
	b = atlas.BBox{West: 180, South: 90, East: -180, North: -90}
	for _, h := range hits {
		b.West, b.East = math.Min(b.West, h.Lon), math.Max(b.East, h.Lon)
		b.South, b.North = math.Min(b.South, h.Lat), math.Max(b.North, h.Lat)
	}
	return b, true
}

// mercatorY is where a latitude is on a Web Mercator map, 0 north to 1 south.
func mercatorY(lat float64) float64 {
	s := math.Sin(math.Max(-85, math.Min(85, lat)) * math.Pi / 180)
	return 0.5 - math.Log((1+s)/(1-s))/(4*math.Pi)
}

// fit is the position that shows a whole box with some margin, not closer than nearZoom.
func fit(b atlas.BBox) MapPosition {
	y := mercatorY
	wide := math.Max((b.East-b.West)/360, 1e-9)
	high := math.Max(y(b.South)-y(b.North), 1e-9)
	const margin = 0.85
	zoom := math.Min(math.Log2(mapWidth*margin/256/wide), math.Log2(mapHeight*margin/256/high))
	zoom = math.Max(2, math.Min(nearZoom, math.Floor(zoom*4)/4))
	midY := (y(b.South) + y(b.North)) / 2
	lat := math.Atan(math.Sinh(math.Pi*(1-2*midY))) * 180 / math.Pi
	_, lon := middle(b)
	return MapPosition{lat, lon, zoom}
}

// boxText writes a box as the URL and the scripts do.
func boxText(b atlas.BBox) string {
	return fmt.Sprintf("%.5f,%.5f,%.5f,%.5f", b.West, b.South, b.East, b.North)
}

// stateKeys are the parts of the address that are not the selection's own.
var stateKeys = []string{"fragment", "after", "fit", "bbox", "near", "w", "stack"}

// state is the address's query without the parts that hold for one request only.
func state(q url.Values) url.Values {
	out := page.With(q)
	for _, k := range stateKeys {
		out.Del(k)
	}
	for k, vs := range out {
		if strings.TrimSpace(strings.Join(vs, "")) == "" {
			out.Del(k)
		}
	}
	return out
}

// atlasBox is the selection's box for the map index.
func atlasBox(b directory.BBox) atlas.BBox { return atlas.BBox(b) }
