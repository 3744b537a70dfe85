package atlas

import "math"

const (
	// axisBits is the resolution of the index: 2³⁰ cells across the world,
	// 3.7 cm at the equator.
	axisBits  = 30
	axisCells = 1 << axisBits
	// maxLat is where web-mercator's square world ends.
	maxLat = 85.05112877980659
	// earthRadius is the mean radius in metres (IUGG R1).
	earthRadius = 6371008.8
)

// spread puts a zero between the bits of a 30-bit number.
func spread(x uint64) uint64 {
	x &= 0x3fffffff
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	x = (x | x<<1) & 0x5555555555555555
	return x
}

// compact takes every second bit: spread's inverse.
func compact(x uint64) uint32 {
	x &= 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	x = (x | x>>16) & 0x00000000ffffffff
	return uint32(x)
}

// morton interleaves a cell's column and row, x in the even bits.
func morton(x, y uint32) uint64 { return spread(uint64(x)) | spread(uint64(y))<<1 }

// cellOf returns the cell of a position. Positions on an edge of the world
// belong to the last cell.
func cellOf(lat, lon float64) (x, y uint32) {
	sin := math.Sin(math.Max(-maxLat, math.Min(maxLat, lat)) * math.Pi / 180)
	fy := 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
	return toAxis((lon + 180) / 360), toAxis(fy)
}

func toAxis(f float64) uint32 {
	v := math.Floor(f * axisCells)
	return uint32(math.Max(0, math.Min(axisCells-1, v)))
}

// lonOf is the longitude of a place on the x axis, in cells from the west.
func lonOf(x float64) float64 { return x/axisCells*360 - 180 }

// latOf is the latitude of a place on the y axis, in cells from the north.
func latOf(y float64) float64 {
	return math.Atan(math.Sinh(math.Pi*(1-2*y/axisCells))) * 180 / math.Pi
}

// centre is the position of a cell's centre.
func centre(code uint64) (lat, lon float64) {
	return latOf(float64(compact(code>>1)) + 0.5), lonOf(float64(compact(code)) + 0.5)
}

// validPosition reports whether a position is finite and on Earth.
func validPosition(lat, lon float64) bool {
	return lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180
}

// rect is a box in cells, edges included.
type rect struct{ x0, y0, x1, y1 uint32 }

func (r rect) has(code uint64) bool {
	x, y := compact(code), compact(code>>1)
	return x >= r.x0 && x <= r.x1 && y >= r.y0 && y <= r.y1
}

// rects turns a box into one rectangle of cells, or two when it crosses the
// antimeridian, from west to east; none when it is empty or not a number.
func (b BBox) rects() []rect {
	if !(b.South <= b.North) || math.IsNaN(b.West) || math.IsNaN(b.East) || math.IsInf(b.West, 0) || math.IsInf(b.East, 0) {
		return nil
	}
	west, east := b.West, b.East
	if east-west >= 360 {
		west, east = -180, 180
	}
	west, east = wrapLon(west), wrapLon(east)
	x0, y0 := cellOf(b.North, west)
	x1, y1 := cellOf(b.South, east)
	if west <= east {
		return []rect{{x0, y0, x1, y1}}
	}
	return []rect{{x0, y0, axisCells - 1, y1}, {0, y0, x1, y1}}
}

func wrapLon(lon float64) float64 {
	if lon >= -180 && lon <= 180 {
		return lon
	}
	return math.Mod(math.Mod(lon+180, 360)+360, 360) - 180
}
