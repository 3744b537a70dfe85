package basemap

import (
	"math"

	"codeberg.org/bocage/bocage/internal/mvt"
)

// MaxZoom is the last zoom for which tiles are made; a client enlarges them beyond.
const MaxZoom = 10

const (
	// blockZoom is the zoom of the blocks into which the outlines are cut once,
	// so that a deeper tile does not walk the coast of a whole continent.
	blockZoom = 5
	// buffer is how far a tile's shapes reach beyond its edge, as a share of its side.
	buffer = 64.0 / mvt.Extent
	// toleranceUnits is the error allowed to a simplified outline, in tile
	// units: half a pixel when a tile is drawn 512 pixels wide.
	toleranceUnits = 4.0
)

// lastRank is the rank of the least important place shown, by tile zoom.
var lastRank = [MaxZoom + 1]int{0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8}

// Tile returns the Mapbox vector tile z/x/y, with the layers land, lakes,
// rivers, borders, regions, departements and places (name, name_fr, name_en,
// rank, population). A tile beyond MaxZoom, outside the world, or with nothing
// on it, is empty.
func (b *Basemap) Tile(z, x, y uint32) []byte {
	if b == nil || b.tiles == nil || z > MaxZoom || x >= 1<<z || y >= 1<<z {
		return nil
	}
	if t, ok := b.tiles.get(tileKey(z, x, y)); ok {
		return t
	}
	t := b.makeTile(z, x, y)
	b.tiles.put(tileKey(z, x, y), t, len(t)+64)
	return t
}

func tileKey(z, x, y uint32) uint64 { return uint64(z)<<48 | uint64(x)<<24 | uint64(y) }

func tileBox(z, x, y uint32) box {
	side := 1 / float64(uint32(1)<<z)
	return box{float64(x) * side, float64(y) * side, float64(x+1) * side, float64(y+1) * side}
}

func (b *Basemap) makeTile(z, x, y uint32) []byte {
	layers := b.layers
	if z > blockZoom {
		layers = b.block(x>>(z-blockZoom), y>>(z-blockZoom))
	}
	frame := tileBox(z, x, y)
	var tile []byte
	for _, l := range layers {
		if z < l.minZoom || z > l.maxZoom {
			continue
		}
		out := mvt.NewLayer(l.name)
		for _, s := range l.cut(frame.grown(buffer * (frame.maxX - frame.minX))) {
			addShape(out, l.polygons, s, frame)
		}
		tile = out.Append(tile)
	}
	return b.placesLayer(z, frame).Append(tile)
}

// block is the outlines of the tile at blockZoom, cut but not simplified.
func (b *Basemap) block(x, y uint32) []layer {
	key := tileKey(blockZoom, x, y)
	if l, ok := b.blocks.get(key); ok {
		return l
	}
	frame := tileBox(blockZoom, x, y)
	frame = frame.grown(buffer * (frame.maxX - frame.minX))
	var layers []layer
	points := 0
	for _, l := range b.layers {
		if l.maxZoom <= blockZoom {
			continue
		}
		l.shapes = l.cut(frame)
		for _, s := range l.shapes {
			for _, part := range s.parts {
				points += len(part)
			}
		}
		layers = append(layers, l)
	}
	b.blocks.put(key, layers, points+1)
	return layers
}

// cut is the layer's shapes inside the frame; also those that reach it from
// beyond the antimeridian.
func (l layer) cut(frame box) []shape {
	var out []shape
	for _, s := range l.shapes {
		for _, dx := range [...]float64{0, -1, 1} {
			if !s.box.moved(dx).meets(frame) {
				continue
			}
			if c := cutShape(s, l.polygons, frame.moved(-dx)); len(c.parts) > 0 {
				out = append(out, c.shifted(dx))
			}
		}
	}
	return out
}

func cutShape(s shape, polygon bool, frame box) shape {
	if s.box.inside(frame) {
		return s
	}
	out := shape{box: s.box}
	for _, part := range s.parts {
		if !polygon {
			out.parts = append(out.parts, clipLine(part, frame)...)
		} else if c := clipRing(part, frame); len(c) > 2 {
			out.parts = append(out.parts, c)
		}
	}
	return out
}

func (s shape) shifted(dx float64) shape {
	if dx == 0 {
		return s
	}
	out := shape{box: s.box.moved(dx)}
	for _, part := range s.parts {
		moved := make([]point, len(part))
		for i, p := range part {
			moved[i] = point{p.x + dx, p.y}
		}
		out.parts = append(out.parts, moved)
	}
	return out
}

func addShape(out *mvt.Layer, polygon bool, s shape, frame box) {
	side := frame.maxX - frame.minX
	var parts [][]mvt.Point
	for _, part := range s.parts {
		line := toUnits(simplify(part, toleranceUnits/mvt.Extent*side), frame)
		if polygon && (len(line) < 3 || tooSmall(line)) {
			if len(parts) == 0 {
				return // the outer ring is gone, and its holes with it
			}
			continue
		}
		parts = append(parts, line)
	}
	if polygon {
		wind(parts)
		out.AddPolygon(0, parts)
		return
	}
	out.AddLines(0, parts)
}

// toUnits rounds to tile units and drops repeated points.
func toUnits(points []point, frame box) []mvt.Point {
	scale := mvt.Extent / (frame.maxX - frame.minX)
	out := make([]mvt.Point, 0, len(points))
	for _, p := range points {
		u := mvt.Point{X: int32(math.Round((p.x - frame.minX) * scale)), Y: int32(math.Round((p.y - frame.minY) * scale))}
		if len(out) == 0 || out[len(out)-1] != u {
			out = append(out, u)
		}
	}
	return out
}

// wind turns the outer ring clockwise on screen and the holes the other way.
func wind(rings [][]mvt.Point) {
	for i, ring := range rings {
		if clockwise := doubleArea(ring) > 0; clockwise != (i == 0) {
			for a, z := 0, len(ring)-1; a < z; a, z = a+1, z-1 {
				ring[a], ring[z] = ring[z], ring[a]
			}
		}
	}
}

// doubleArea is positive for a ring that turns clockwise on screen (y down).
func doubleArea(ring []mvt.Point) (a int64) {
	prev := ring[len(ring)-1]
	for _, p := range ring {
		a += int64(prev.X)*int64(p.Y) - int64(p.X)*int64(prev.Y)
		prev = p
	}
	return a
}

// tooSmall is true of a ring that would cover less than about a pixel.
func tooSmall(ring []mvt.Point) bool {
	a := doubleArea(ring)
	return a < 64 && a > -64
}

func (b *Basemap) placesLayer(z uint32, frame box) *mvt.Layer {
	out := mvt.NewLayer("places")
	reach := frame.grown(buffer * (frame.maxX - frame.minX))
	for _, p := range b.places {
		if p.rank > lastRank[z] {
			break // places come by rank
		}
		if !reach.contains(p.at) {
			continue
		}
		tags := []mvt.Tag{{Key: "name", Text: p.name}, {Key: "rank", Int: int64(p.rank)}, {Key: "population", Int: p.population}}
		if p.fr != "" {
			tags = append(tags, mvt.Tag{Key: "name_fr", Text: p.fr})
		}
		if p.en != "" {
			tags = append(tags, mvt.Tag{Key: "name_en", Text: p.en})
		}
		out.AddPoint(0, toUnits([]point{p.at}, frame)[0], tags...)
	}
	return out
}
