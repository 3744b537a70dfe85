package atlas

import (
	"math"
	"math/bits"
)

// Sizes of what the map draws, in CSS pixels, for tiles of 512 pixels.
const (
	pointRadius      = 10
	minClusterRadius = 14
	maxClusterRadius = 44
	tilePixelBits    = 9
)

// radius is that of the circle drawn for n points; the front end uses the same
// formula. No square root of n: ten times as many is 9 pixels more.
func radius(n int) float64 {
	if n == 1 {
		return pointRadius
	}
	return max(minClusterRadius, min(maxClusterRadius, 8+9*math.Log10(float64(n))))
}

// reach is how many cells away a circle may still touch another: two of the
// largest radius over the width of a cell.
const reach = (2*maxClusterRadius + 1<<(tilePixelBits-gridBits) - 1) >> (tilePixelBits - gridBits)

// declutter merges cells whose circles would touch, the most numerous taking
// in the others, so that the map does not show the grid. The order of cells is
// kept; the counts stay exact.
func declutter(cells []cell, z uint32) []cell {
	if len(cells) < 2 {
		return cells
	}
	g := newGrid(cells, z)
	for _, i := range bySize(cells) {
		if cells[i].n > 0 {
			g.absorb(cells, int(i))
		}
	}
	kept := cells[:0]
	for i := range cells {
		if cells[i].n > 0 {
			kept = append(kept, cells[i])
		}
	}
	return kept
}

// bySize orders cells by magnitude of n, the largest first, ties in order.
func bySize(cells []cell) []int32 {
	var start [66]int32
	for i := range cells {
		start[65-bits.Len64(uint64(cells[i].n))]++
	}
	sum := int32(0)
	for b, n := range start {
		start[b] = sum
		sum += n
	}
	order := make([]int32, len(cells))
	for i := range cells {
		b := 65 - bits.Len64(uint64(cells[i].n))
		order[start[b]] = int32(i)
		start[b]++
	}
	return order
}

// grid finds the cells near another.
type grid struct {
	shift         uint    // from axis to grid
	scale         float64 // from axis to pixels
	x0, y0        int
	width, height int
	at            []int32 // index + 1 of the cell there, 0 for none or done
	radii         []float64
}

func newGrid(cells []cell, z uint32) *grid {
	g := &grid{shift: uint(axisBits - gridBits - z), scale: math.Ldexp(1, int(z)+tilePixelBits-axisBits)}
	x0, y0, x1, y1 := math.MaxInt, math.MaxInt, 0, 0
	for i := range cells {
		x, y := int(cells[i].x>>g.shift), int(cells[i].y>>g.shift)
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	g.x0, g.y0, g.width, g.height = x0, y0, x1-x0+1, y1-y0+1
	g.at = make([]int32, g.width*g.height)
	g.radii = make([]float64, len(cells))
	for i := range cells {
		g.radii[i] = radius(cells[i].n)
		g.at[g.index(&cells[i])] = int32(i + 1)
	}
	return g
}

func (g *grid) index(c *cell) int {
	return (int(c.y>>g.shift)-g.y0)*g.width + int(c.x>>g.shift) - g.x0
}

// absorb merges into cell i those not yet done whose circles touch its own.
func (g *grid) absorb(cells []cell, i int) {
	into := &cells[i]
	g.at[g.index(into)] = 0
	cx, cy := int(into.x>>g.shift)-g.x0, int(into.y>>g.shift)-g.y0
	px, py, r := float64(into.x), float64(into.y), g.radii[i]
	for y := max(0, cy-reach); y <= min(g.height-1, cy+reach); y++ {
		for x := max(0, cx-reach); x <= min(g.width-1, cx+reach); x++ {
			j := int(g.at[y*g.width+x]) - 1
			if j < 0 {
				continue
			}
			other := &cells[j]
			dx, dy := (float64(other.x)-px)*g.scale, (float64(other.y)-py)*g.scale
			if d := r + g.radii[j]; dx*dx+dy*dy >= d*d {
				continue
			}
			into.take(other)
			g.at[y*g.width+x] = 0
			other.n = 0
		}
	}
}

// take adds the points of o.
func (c *cell) take(o *cell) {
	n := uint64(c.n + o.n)
	c.x = uint32((uint64(c.x)*uint64(c.n) + uint64(o.x)*uint64(o.n)) / n)
	c.y = uint32((uint64(c.y)*uint64(c.n) + uint64(o.y)*uint64(o.n)) / n)
	c.n = int(n)
	for r := range c.shares {
		c.shares[r] += o.shares[r]
	}
	c.lo, c.hi = min(c.lo, o.lo), max(c.hi, o.hi)
}
