package atlas

// maxBoxCells bounds the cells along a side of what Clusters answers: a screen
// has some 60, so a larger box is answered at a lower zoom.
const maxBoxCells = 128

// Clusters returns what tiles of zoom z show inside the box, for a map drawn
// without script. Cells are merged across the edges of tiles; one that is
// partly in the box counts as a whole, so the sum is that of a slightly larger
// box. The zoom is that of tiles 512 pixels wide: for a view whose world is
// 256·2^z pixels wide, ask for z − 1. Num, Kind and Theme are set for single points; Theme, also for clusters,
// is their dominant one.
func (a *Atlas) Clusters(box BBox, z uint32, f Filter) []Cluster {
	s, m := a.current.Load(), a.mask(f)
	z = min(z, maxZoom)
	var cells []cell
	for _, r := range box.rects() {
		z := zoomFor(r, z)
		cells = append(cells, s.boxCells(&m, r, z)...)
	}
	out := make([]Cluster, 0, len(cells))
	for i := range cells {
		out = append(out, cells[i].cluster(z))
	}
	return out
}

// zoomFor lowers z until the box has few enough cells.
func zoomFor(r rect, z uint32) uint32 {
	side := max(r.x1-r.x0, r.y1-r.y0)
	for z > 0 && side>>(axisBits-gridBits-z) >= maxBoxCells {
		z--
	}
	return z
}

func (s *snapshot) boxCells(m *mask, r rect, z uint32) []cell {
	size := uint(axisBits - gridBits - z)
	spans, points := s.boxSpans(r, size)
	if seen, all := s.through(m, points); seen != s {
		s, m = seen, all
		spans, _ = s.boxSpans(r, size)
	}
	if z >= rawZoom {
		if out, all := s.spanCells(m, spans, 0, maxRawFeatures); all {
			return inBox(out, r)
		}
	}
	out, _ := s.spanCells(m, spans, 2*size, noLimit)
	return declutter(out, z)
}

// boxSpans are the quads that hold the points of the box, and how many those are.
func (s *snapshot) boxSpans(r rect, size uint) (spans []quad, points int) {
	s.descend(s.world(), r, size, func(q quad, _ bool) bool {
		spans = append(spans, q)
		points += q.span.points()
		return true
	})
	return spans, points
}

func (s *snapshot) spanCells(m *mask, spans []quad, shift uint, limit int) (out []cell, all bool) {
	for _, q := range spans {
		if out, all = s.cells(m, q.span, shift, limit, out); !all {
			return nil, false
		}
	}
	return out, true
}

// inBox keeps the cells whose position is in the box.
func inBox(cells []cell, r rect) []cell {
	kept := cells[:0]
	for _, c := range cells {
		if r.has(c.lo) {
			kept = append(kept, c)
		}
	}
	return kept
}

func (c *cell) cluster(z uint32) Cluster {
	out := Cluster{N: c.n, Shares: c.shares, Num: int64(c.num), Kind: c.kind, Theme: c.dominant(), Expand: c.expand(z), Stack: c.stack(), Box: codeBox(c.lo, c.hi)}
	out.Lat, out.Lon = latOf(float64(c.y)+0.5), lonOf(float64(c.x)+0.5)
	if c.n > 1 {
		out.Num, out.Kind = 0, 0
	} else {
		out.Approximate = c.approximate
	}
	return out
}

// codeBox is the smallest quad that holds both codes, as a box.
func codeBox(lo, hi uint64) BBox {
	size := uint(0)
	for lo>>(2*size) != hi>>(2*size) {
		size++
	}
	x, y := compact(lo)>>size<<size, compact(lo>>1)>>size<<size
	side := float64(uint64(1) << size)
	// A tenth of a cell inside, so that rounding does not take in neighbours.
	const inset = 0.1
	return BBox{
		West: lonOf(float64(x) + inset), East: lonOf(float64(x) + side - inset),
		North: latOf(float64(y) + inset), South: latOf(float64(y) + side - inset),
	}
}
