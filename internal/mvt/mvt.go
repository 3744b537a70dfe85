// Package mvt writes Mapbox vector tiles, version 2: points, lines and polygons
// with tags, in tile units. It knows no projection and reads no tile; packages
// that make tiles call it.
//
// Source: the Mapbox Vector Tile Specification 2.1 (CC BY 3.0 US).
package mvt

// Extent is the side of a tile in tile units.
const Extent = 4096

// Point is a position in tile units, y down; a little outside 0..Extent is allowed.
type Point struct{ X, Y int32 }

// Tag is a property of a feature: a string when Text is set, else a number.
type Tag struct {
	Key  string
	Text string
	Int  int64
}

type value struct {
	text string
	num  int64
}

// Layer collects features under a name. It is not safe for concurrent use.
type Layer struct {
	name     string
	features []byte
	keys     map[string]uint32
	keyList  []string
	values   map[value]uint32
	valList  []value
	tags     []byte // scratch
	geometry []byte // scratch
	cursor   Point
}

// NewLayer returns an empty layer.
func NewLayer(name string) *Layer {
	return &Layer{name: name, keys: map[string]uint32{}, values: map[value]uint32{}}
}

const (
	typePoint   = 1
	typeLine    = 2
	typePolygon = 3

	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// AddPoint adds a point. An id of 0 is left out.
func (l *Layer) AddPoint(id uint64, p Point, tags ...Tag) {
	l.begin()
	l.move(p)
	l.end(id, typePoint, tags)
}

// AddLines adds the lines as one feature; those shorter than two points are left out.
func (l *Layer) AddLines(id uint64, lines [][]Point, tags ...Tag) {
	l.begin()
	for _, line := range lines {
		if len(line) >= 2 {
			l.path(line)
		}
	}
	l.end(id, typeLine, tags)
}

// AddPolygon adds the rings as one polygon feature. A ring is open (its first
// point is not repeated); one that encloses others must come before its holes,
// clockwise on screen, and holes counter-clockwise. Rings of fewer than three points
// are left out.
func (l *Layer) AddPolygon(id uint64, rings [][]Point, tags ...Tag) {
	l.begin()
	for _, ring := range rings {
		if len(ring) >= 3 {
			l.path(ring)
			l.geometry = uvarint(l.geometry, closePath|1<<3)
		}
	}
	l.end(id, typePolygon, tags)
}

// Empty reports whether the layer has no feature.
func (l *Layer) Empty() bool { return len(l.features) == 0 }

// Append appends the layer to tile, in the form of the Tile message's layers
// field. An empty layer adds nothing.
func (l *Layer) Append(tile []byte) []byte {
	if l.Empty() {
		return tile
	}
	var b []byte
	b = append(b, 15<<3, 2) // version
	b = bytesField(b, 1, l.name)
	b = append(b, l.features...)
	for _, k := range l.keyList {
		b = bytesField(b, 3, k)
	}
	for _, v := range l.valList {
		b = appendValue(b, v)
	}
	b = uvarint(append(b, 5<<3), Extent)
	tile = uvarint(append(tile, 3<<3|2), uint64(len(b)))
	return append(tile, b...)
}

func (l *Layer) begin() {
	l.geometry, l.tags, l.cursor = l.geometry[:0], l.tags[:0], Point{}
}

func (l *Layer) move(p Point) {
	l.geometry = uvarint(l.geometry, moveTo|1<<3)
	l.delta(p)
}

func (l *Layer) delta(p Point) {
	l.geometry = uvarint(l.geometry, zigzag(p.X-l.cursor.X))
	l.geometry = uvarint(l.geometry, zigzag(p.Y-l.cursor.Y))
	l.cursor = p
}

func (l *Layer) path(points []Point) {
	l.move(points[0])
	l.geometry = uvarint(l.geometry, lineTo|uint64(len(points)-1)<<3)
	for _, p := range points[1:] {
		l.delta(p)
	}
}

func (l *Layer) end(id uint64, kind byte, tags []Tag) {
	if len(l.geometry) == 0 {
		return
	}
	for _, t := range tags {
		l.tags = uvarint(l.tags, uint64(l.key(t.Key)))
		l.tags = uvarint(l.tags, uint64(l.value(t)))
	}
	var b []byte
	if id != 0 {
		b = uvarint(append(b, 1<<3), id)
	}
	if len(l.tags) > 0 {
		b = bytesField(b, 2, string(l.tags))
	}
	b = append(b, 3<<3, kind)
	b = bytesField(b, 4, string(l.geometry))
	l.features = bytesField(l.features, 2, string(b))
}

func (l *Layer) key(k string) uint32 {
	i, ok := l.keys[k]
	if !ok {
		i = uint32(len(l.keyList))
		l.keys[k] = i
		l.keyList = append(l.keyList, k)
	}
	return i
}

func (l *Layer) value(t Tag) uint32 {
	v := value{text: t.Text, num: t.Int}
	i, ok := l.values[v]
	if !ok {
		i = uint32(len(l.valList))
		l.values[v] = i
		l.valList = append(l.valList, v)
	}
	return i
}

// appendValue writes a Value message: string_value (1) or sint_value (6).
func appendValue(b []byte, v value) []byte {
	var m []byte
	if v.text != "" {
		m = bytesField(m, 1, v.text)
	} else {
		m = uvarint(append(m, 6<<3), uint64(v.num<<1)^uint64(v.num>>63))
	}
	return bytesField(b, 4, string(m))
}

func bytesField(b []byte, field byte, s string) []byte {
	b = uvarint(append(b, field<<3|2), uint64(len(s)))
	return append(b, s...)
}

func uvarint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func zigzag(v int32) uint64 { return uint64(uint32(v<<1) ^ uint32(v>>31)) }
