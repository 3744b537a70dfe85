package basemap

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// topology is a quantised TopoJSON file (github.com/topojson/topojson-specification 1.0).
type topology struct {
	Transform struct {
		Scale     [2]float64 `json:"scale"`
		Translate [2]float64 `json:"translate"`
	} `json:"transform"`
	Arcs    quantisedArcs       `json:"arcs"`
	Objects map[string]geometry `json:"objects"`
}

// quantisedArcs are lines of steps. Reading them by reflection would be most of
// the start of an instance.
type quantisedArcs [][][2]int32

// UnmarshalJSON reads [[[dx,dy],…],…]; package json has checked the syntax.
func (a *quantisedArcs) UnmarshalJSON(raw []byte) error {
	var arc [][2]int32
	var step [2]int32
	depth, at := 0, 0
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '[':
			depth++
			at = 0
		case c == ']':
			if depth == 3 {
				arc = append(arc, step)
			} else if depth == 2 {
				*a = append(*a, arc)
				arc = nil
			}
			depth--
		case c == '-' || '0' <= c && c <= '9':
			end := i + 1
			for end < len(raw) && '0' <= raw[end] && raw[end] <= '9' {
				end++
			}
			n, err := strconv.ParseInt(string(raw[i:end]), 10, 32)
			if err != nil || depth != 3 || at > 1 {
				return fmt.Errorf("arc %d: a step is two whole numbers", len(*a))
			}
			step[at] = int32(n)
			at++
			i = end - 1
		case c == '.' || c == '"' || c == '{':
			return fmt.Errorf("arc %d: a step is two whole numbers", len(*a))
		}
	}
	return nil
}

type geometry struct {
	ID         string          `json:"id"` // of an area: its code
	Type       string          `json:"type"`
	Arcs       json.RawMessage `json:"arcs"`
	Geometries []geometry      `json:"geometries"`
}

// shape is a polygon (its rings, open) or a set of lines, with its bounds.
type shape struct {
	parts [][]point
	box   box
}

// degrees is a position in longitude and latitude.
type degrees [2]float64

// arcsInDegrees undoes the quantisation and the deltas.
func (t *topology) arcsInDegrees() [][]degrees {
	arcs := make([][]degrees, len(t.Arcs))
	for i, arc := range t.Arcs {
		x, y := 0.0, 0.0
		out := make([]degrees, len(arc))
		for j, d := range arc {
			x += float64(d[0])
			y += float64(d[1])
			out[j] = degrees{x*t.Transform.Scale[0] + t.Transform.Translate[0], y*t.Transform.Scale[1] + t.Transform.Translate[1]}
		}
		arcs[i] = out
	}
	return arcs
}

// shapes decodes the named object, polygons or lines.
func (t *topology) shapes(name string, arcs [][]degrees) ([]shape, error) {
	g, ok := t.Objects[name]
	if !ok {
		return nil, fmt.Errorf("no object %q in the outlines", name)
	}
	shapes, err := g.shapes(arcs)
	if err != nil {
		return nil, fmt.Errorf("object %q: %w", name, err)
	}
	return shapes, nil
}

func (g geometry) shapes(arcs [][]degrees) ([]shape, error) {
	switch g.Type {
	case "GeometryCollection":
		var all []shape
		for _, m := range g.Geometries {
			s, err := m.shapes(arcs)
			if err != nil {
				return nil, err
			}
			all = append(all, s...)
		}
		return all, nil
	case "LineString":
		return decodeShapes(g.Arcs, 1, arcs, false)
	case "MultiLineString":
		return decodeShapes(g.Arcs, 2, arcs, false)
	case "Polygon":
		return decodeShapes(g.Arcs, 2, arcs, true)
	case "MultiPolygon":
		return decodeShapes(g.Arcs, 3, arcs, true)
	case "":
		return nil, nil // a null geometry
	}
	return nil, fmt.Errorf("geometry type %q", g.Type)
}

// decodeShapes reads arc indexes nested depth levels deep.
func decodeShapes(raw json.RawMessage, depth int, arcs [][]degrees, closed bool) ([]shape, error) {
	if closed && depth == 3 || !closed && depth == 2 {
		var members []json.RawMessage
		if err := json.Unmarshal(raw, &members); err != nil {
			return nil, err
		}
		var all []shape
		for _, m := range members {
			s, err := decodeShapes(m, depth-1, arcs, closed)
			if err != nil {
				return nil, err
			}
			all = append(all, s...)
		}
		return all, nil
	}
	rings := make([][]int, 1)
	target := any(&rings[0])
	if closed {
		target = &rings
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return nil, err
	}
	s := shape{box: emptyBox()}
	for _, indexes := range rings {
		path, err := join(indexes, arcs)
		if err != nil {
			return nil, err
		}
		part := unwrap(path, closed)
		b := boundsOf(part)
		s.parts = append(s.parts, part)
		s.box = box{math.Min(s.box.minX, b.minX), math.Min(s.box.minY, b.minY), math.Max(s.box.maxX, b.maxX), math.Max(s.box.maxY, b.maxY)}
	}
	return []shape{s}, nil
}

// join stitches arcs end to end; a negative index ^i is arc i backwards.
func join(indexes []int, arcs [][]degrees) ([]degrees, error) {
	var path []degrees
	for _, i := range indexes {
		back := i < 0
		if back {
			i = ^i
		}
		if i >= len(arcs) {
			return nil, fmt.Errorf("arc %d of %d", i, len(arcs))
		}
		arc := arcs[i]
		for j := range arc {
			if j == 0 && len(path) > 0 {
				continue // the end of the arc before
			}
			if back {
				path = append(path, arc[len(arc)-1-j])
			} else {
				path = append(path, arc[j])
			}
		}
	}
	return path, nil
}

// unwrap projects a path so that a step over the antimeridian goes on beyond
// the edge of the world instead of jumping back across it. A ring that goes all
// the way round a pole (Antarctica) is closed below the map's edge.
func unwrap(path []degrees, closed bool) []point {
	out := make([]point, 0, len(path)+2)
	turn := 0.0
	for i, d := range path {
		if i > 0 {
			if step := d[0] - path[i-1][0]; step > 180 {
				turn -= 360
			} else if step < -180 {
				turn += 360
			}
		}
		out = append(out, project(d[0]+turn, d[1]))
	}
	if !closed || len(out) == 0 {
		return out
	}
	first, last := out[0], out[len(out)-1]
	if math.Abs(first.x-last.x) < 1e-9 {
		return out[:len(out)-1]
	}
	edge := -0.1
	if last.y > 0.5 {
		edge = 1.1
	}
	return append(out, point{last.x, edge}, point{first.x, edge})
}
