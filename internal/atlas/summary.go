package atlas

import "math/bits"

const (
	// blockPoints is how many points there are between two rows of counts,
	// finePoints between two rows of coordinate sums and root counts.
	blockPoints = 256
	finePoints  = 64
	roots       = 9 // eight and none
	kinds       = 8
)

// summary holds running counts over columns: row b counts the points before
// position b·blockPoints, so a range's count is the difference of two rows.
//
// A row is kind × root, then theme, then kind × theme, then theme × root; the
// number of themes is that of the highest bit in use.
type summary struct {
	nThemes int
	width   int
	rows    []uint32
	// fine rows count by root, sums add up coordinates, every finePoints.
	fine       []uint32
	sumX, sumY []uint64
}

// Offsets of the parts of a row.
func kindRoot(kind, root int) int            { return kind*roots + root }
func (s *summary) themeAt(t int) int         { return kinds*roots + t }
func (s *summary) kindTheme(kind, t int) int { return kinds*roots + s.nThemes*(1+kind) + t }
func (s *summary) themeRoot(t, root int) int {
	return kinds*roots + s.nThemes*(1+kinds) + t*roots + root
}
func (s *summary) row(block int) []uint32        { return s.rows[block*s.width : (block+1)*s.width] }
func (s *summary) fineRow(fine int) []uint32     { return s.fine[fine*roots : (fine+1)*roots] }
func blocksInside(i, j, size int) (from, to int) { return (i + size - 1) / size, j / size }

// summarise computes the running counts.
func (c *columns) summarise() {
	all := uint64(0)
	for _, m := range c.themes {
		all |= m
	}
	n := c.len()
	s := summary{nThemes: bits.Len64(all)}
	s.width = kinds*roots + s.nThemes*(1+kinds+roots)
	s.rows = make([]uint32, (n/blockPoints+1)*s.width)
	run := make([]uint32, s.width)
	for i := 0; i <= n; i++ {
		if i%blockPoints == 0 {
			copy(s.row(i/blockPoints), run)
		}
		if i == n {
			break
		}
		kind, root := int(c.kind(i)), int(c.root(i))
		run[kindRoot(kind, root)]++
		for m := c.themes[i]; m != 0; m &= m - 1 {
			t := bits.TrailingZeros64(m)
			run[s.themeAt(t)]++
			run[s.kindTheme(kind, t)]++
			run[s.themeRoot(t, root)]++
		}
	}
	c.summary = s
	c.summariseFine()
}

// summariseFine computes the running counts by root and the coordinate sums.
func (c *columns) summariseFine() {
	n := c.len()
	c.fine = make([]uint32, (n/finePoints+1)*roots)
	c.sumX = make([]uint64, n/finePoints+1)
	c.sumY = make([]uint64, n/finePoints+1)
	var run [roots]uint32
	var x, y uint64
	for i := 0; i <= n; i++ {
		if i%finePoints == 0 {
			copy(c.fineRow(i/finePoints), run[:])
			c.sumX[i/finePoints], c.sumY[i/finePoints] = x, y
		}
		if i == n {
			break
		}
		run[c.root(i)]++
		code := c.code[i]
		x += uint64(compact(code))
		y += uint64(compact(code >> 1))
	}
}

// nearestRow is the row nearest to position i of n.
func nearestRow(i, size, n int) int { return min((i+size/2)/size, n/size) }

// sums adds up the coordinates of the points [i, j).
func (c *columns) sums(i, j int) (x, y uint64) {
	if j-i <= finePoints/2 {
		return c.scanSums(i, j)
	}
	xi, yi := c.sumsBefore(i)
	xj, yj := c.sumsBefore(j)
	return xj - xi, yj - yi
}

// sumsBefore adds up the coordinates of the points before i, from the nearest row.
func (c *columns) sumsBefore(i int) (x, y uint64) {
	row := nearestRow(i, finePoints, c.len())
	if at := row * finePoints; at > i {
		x, y = c.scanSums(i, at)
		return c.sumX[row] - x, c.sumY[row] - y
	}
	x, y = c.scanSums(row*finePoints, i)
	return c.sumX[row] + x, c.sumY[row] + y
}

func (c *columns) scanSums(i, j int) (x, y uint64) {
	for _, code := range c.code[i:j] {
		x += uint64(compact(code))
		y += uint64(compact(code >> 1))
	}
	return x, y
}
