package atlas

import "sync"

const (
	// rawZoom is the first zoom that shows points and not clusters.
	rawZoom = 13
	// maxZoom is the last zoom that has tiles.
	maxZoom = 22
	// maxRawFeatures bounds the places in a tile of points; one with more is
	// clustered.
	maxRawFeatures = 4096
	// extentBits: a tile is 2¹² units wide.
	extentBits = 12
)

// Tile returns the Mapbox vector tile z/x/y (version 2, extent 4096, layer
// "entries"), or nil when nothing is in it or there is no such tile.
//
// Below zoom 13 the points are clustered. A feature with n = 1 has the entry's
// number as feature id, kind, theme unless it has none, and a = 1 when it is
// approximate. One with n > 1 has
// the counts c0 to c7 by dominant root theme and cx for none, those above 0;
// theme, the largest of c0 to c7; and e, the zoom at which it comes apart, or
// stack = 1 with lat and lon when all its points are at one place.
func (a *Atlas) Tile(z, x, y uint32, f Filter) []byte {
	if z > maxZoom || x>>z != 0 || y>>z != 0 {
		return nil
	}
	s := a.current.Load()
	m := a.mask(f)
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	e.cells = s.tileCells(&m, z, x, y, e.cells[:0])
	if len(e.cells) == 0 {
		return nil
	}
	return e.tile(z, x, y)
}

var encoders = sync.Pool{New: func() any { return new(encoder) }}

func (s *snapshot) tileCells(m *mask, z, x, y uint32, out []cell) []cell {
	shift := uint(2 * (axisBits - z))
	code := morton(x, y)
	p := s.narrow(s.whole(), code<<shift, (code+1)<<shift)
	if seen, all := s.through(m, p.points()); seen != s {
		s, m = seen, all
		p = s.narrow(s.whole(), code<<shift, (code+1)<<shift)
	}
	if z >= rawZoom {
		if cells, all := s.cells(m, p, 0, maxRawFeatures, out); all {
			return cells
		}
	}
	cells, _ := s.cells(m, p, shift-2*gridBits, noLimit, out)
	return declutter(cells, z)
}

// tile encodes e.cells.
func (e *encoder) tile(z, x, y uint32) []byte {
	e.reset()
	for i := range e.cells {
		c := &e.cells[i]
		e.tags = e.tags[:0]
		e.tag(keyN, uint64(c.n))
		if c.n == 1 {
			e.tag(keyKind, uint64(c.kind))
			if c.root != noRoot {
				e.tag(keyTheme, uint64(c.root))
			}
			if c.approximate {
				e.tag(keyApproximate, 1)
			}
		} else {
			e.clusterTags(c, z)
		}
		e.feature(uint64(c.num), c.n == 1, unit(c.x, z, x), unit(c.y, z, y))
	}
	return e.layer()
}

func (e *encoder) clusterTags(c *cell, z uint32) {
	if t := c.dominant(); t != NoTheme {
		e.tag(keyTheme, uint64(t))
	}
	for r, n := range c.shares {
		if n > 0 {
			e.tag(keyShares+uint32(r), uint64(n))
		}
	}
	if !c.stack() {
		e.tag(keyExpand, uint64(c.expand(z)))
		return
	}
	lat, lon := centre(c.lo)
	e.tag(keyStack, 1)
	e.tagDouble(keyLat, lat)
	e.tagDouble(keyLon, lon)
}

// unit is a coordinate in tile units; below one cell a unit, in whole cells.
func unit(v, z, tile uint32) int32 {
	if z+extentBits > axisBits {
		return int32(int64(v)<<(z+extentBits-axisBits) - int64(tile)<<extentBits)
	}
	return int32(int64(v>>(axisBits-extentBits-z)) - int64(tile)<<extentBits)
}
