package qr

// draw places the patterns and the bytes, and masks the latter.
func draw(version int, all []byte, mask int) *Code {
	size := 17 + 4*version
	c := &Code{Size: size, dark: make([]bool, size*size), fixed: make([]bool, size*size)}
	for i := range size {
		c.set(6, i, i%2 == 0)
		c.set(i, 6, i%2 == 0)
	}
	for _, at := range [3][2]int{{3, 3}, {size - 4, 3}, {3, size - 4}} {
		c.finder(at[0], at[1])
	}
	where := alignments(version)
	for i, x := range where {
		for j, y := range where {
			last := len(where) - 1
			if !(i == 0 && j == 0 || i == 0 && j == last || i == last && j == 0) {
				c.alignment(x, y)
			}
		}
	}
	c.format(mask)
	c.version(version)
	c.fill(all, mask)
	return c
}

// set is a module that holds no data.
func (c *Code) set(x, y int, dark bool) {
	if x < 0 || y < 0 || x >= c.Size || y >= c.Size {
		return
	}
	c.dark[y*c.Size+x], c.fixed[y*c.Size+x] = dark, true
}

// finder draws a finder pattern with its separator.
func (c *Code) finder(x, y int) {
	for dy := -4; dy <= 4; dy++ {
		for dx := -4; dx <= 4; dx++ {
			far := max(dx, -dx, dy, -dy)
			c.set(x+dx, y+dy, far != 2 && far != 4)
		}
	}
}

func (c *Code) alignment(x, y int) {
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			c.set(x+dx, y+dy, max(dx, -dx, dy, -dy) != 1)
		}
	}
}

// alignments are the coordinates of the alignment patterns (annex E).
func alignments(version int) []int {
	if version == 1 {
		return nil
	}
	n := version/7 + 2
	step := (version*8 + n*3 + 5) / (n*4 - 4) * 2
	out := make([]int, n)
	out[0] = 6
	for i, at := n-1, version*4+10; i > 0; i, at = i-1, at-step {
		out[i] = at
	}
	return out
}

// format writes the level and the mask twice (§7.9). The bits of level M are 00.
func (c *Code) format(mask int) {
	rem := mask
	for range 10 {
		rem = rem<<1 ^ rem>>9*0x537
	}
	bits := (mask<<10 | rem) ^ 0x5412
	bit := func(i int) bool { return bits>>i&1 == 1 }
	for i := range 6 {
		c.set(8, i, bit(i))
	}
	c.set(8, 7, bit(6))
	c.set(8, 8, bit(7))
	c.set(7, 8, bit(8))
	for i := 9; i < 15; i++ {
		c.set(14-i, 8, bit(i))
	}
	for i := range 8 {
		c.set(c.Size-1-i, 8, bit(i))
	}
	for i := 8; i < 15; i++ {
		c.set(8, c.Size-15+i, bit(i))
	}
	c.set(8, c.Size-8, true)
}

// version writes the version twice, from 7 on (§7.10).
func (c *Code) version(version int) {
	if version < 7 {
		return
	}
	rem := version
	for range 12 {
		rem = rem<<1 ^ rem>>11*0x1f25
	}
	bits := version<<12 | rem
	for i := range 18 {
		a, b := c.Size-11+i%3, i/3
		c.set(a, b, bits>>i&1 == 1)
		c.set(b, a, bits>>i&1 == 1)
	}
}

// fill writes the bytes in columns of two, up and down from the right, masked.
func (c *Code) fill(all []byte, mask int) {
	at := 0
	for right := c.Size - 1; right >= 1; right -= 2 {
		if right == 6 {
			right = 5
		}
		for v := range c.Size {
			for j := range 2 {
				x, y := right-j, v
				if (right+1)&2 == 0 {
					y = c.Size - 1 - v
				}
				if c.fixed[y*c.Size+x] {
					continue
				}
				dark := at < 8*len(all) && all[at/8]>>(7-at%8)&1 == 1
				at++
				c.dark[y*c.Size+x] = dark != masked(mask, x, y)
			}
		}
	}
}

// masked reports whether a mask turns a module over (table 10).
func masked(mask, x, y int) bool {
	switch mask {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (x/3+y/2)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	}
	return ((x+y)%2+x*y%3)%2 == 0
}

// penalty says how hard a code is to read (§7.8.3).
func (c *Code) penalty() int {
	total, darks := 0, 0
	for i := range c.Size {
		total += c.line(func(j int) bool { return c.Dark(j, i) }) + c.line(func(j int) bool { return c.Dark(i, j) })
	}
	for y := range c.Size {
		for x := range c.Size {
			d := c.Dark(x, y)
			if d {
				darks++
			}
			if x > 0 && y > 0 && d == c.Dark(x-1, y) && d == c.Dark(x, y-1) && d == c.Dark(x-1, y-1) {
				total += 3
			}
		}
	}
	off := 20*darks - 10*c.Size*c.Size
	return total + 10*(max(off, -off)/(c.Size*c.Size))
}

// line counts long runs, and what looks like a finder pattern, in a row or column.
func (c *Code) line(dark func(int) bool) int {
	total, run := 0, 0
	const finder, light = 0b10111010000, 0b00001011101
	window := 0
	for i := range c.Size {
		if i > 0 && dark(i) == dark(i-1) {
			run++
		} else {
			run = 1
		}
		if run == 5 {
			total += 3
		} else if run > 5 {
			total++
		}
		window = window << 1 & 0x7ff
		if dark(i) {
			window |= 1
		}
		if i >= 10 && (window == finder || window == light) {
			total += 40
		}
	}
	return total
}
