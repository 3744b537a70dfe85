package plate

import (
	"math"
	"strconv"
)

// step is one command of a path, in absolute coordinates: 'M', 'L', 'C' or 'Z'.
type step struct {
	op byte
	p  [6]float64
}

// maxSteps bounds a path.
const maxSteps = 20000

// steps reads the data of a path (SVG 2, 9.3): all commands but T; arcs and
// quadratic curves become cubic ones. It ends where it cannot read on.
func steps(d string) []step {
	s := &pathReader{data: d}
	for len(s.out) < maxSteps && s.next() {
	}
	return s.out
}

type pathReader struct {
	data           string
	at             int
	op             byte
	x, y           float64 // where the pen is
	startX, startY float64
	lastX, lastY   float64 // the last control point, for S
	out            []step
}

func (s *pathReader) skip() {
	for s.at < len(s.data) && (s.data[s.at] <= ' ' || s.data[s.at] == ',') {
		s.at++
	}
}

// next reads one command, or the next arguments of the one before.
func (s *pathReader) next() bool {
	s.skip()
	if s.at == len(s.data) {
		return false
	}
	c := s.data[s.at]
	if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
		s.op = c
		s.at++
	} else if s.op == 'Z' || s.op == 'z' || s.op == 0 {
		return false
	}
	counts := map[byte]int{'M': 2, 'L': 2, 'H': 1, 'V': 1, 'C': 6, 'S': 4, 'Q': 4, 'A': 7, 'Z': 0}
	upper := s.op &^ 0x20
	n, known := counts[upper]
	if !known {
		return false
	}
	var a [7]float64
	for i := range n {
		v, ok := s.number()
		if !ok {
			return false
		}
		a[i] = v
	}
	dx, dy := 0.0, 0.0
	if s.op != upper {
		dx, dy = s.x, s.y
	}
	s.draw(upper, a, dx, dy)
	return true
}

func (s *pathReader) draw(op byte, a [7]float64, dx, dy float64) {
	smoothX, smoothY := 2*s.x-s.lastX, 2*s.y-s.lastY
	switch op {
	case 'M':
		s.add('M', a[0]+dx, a[1]+dy)
		s.startX, s.startY = s.x, s.y
		s.op = s.op - 'M' + 'L' // what follows are lines
	case 'L':
		s.add('L', a[0]+dx, a[1]+dy)
	case 'H':
		s.add('L', a[0]+dx, s.y)
	case 'V':
		s.add('L', s.x, a[0]+dy)
	case 'C':
		s.add('C', a[0]+dx, a[1]+dy, a[2]+dx, a[3]+dy, a[4]+dx, a[5]+dy)
	case 'S':
		s.add('C', smoothX, smoothY, a[0]+dx, a[1]+dy, a[2]+dx, a[3]+dy)
	case 'Q':
		qx, qy, x, y := a[0]+dx, a[1]+dy, a[2]+dx, a[3]+dy
		s.add('C', s.x+2*(qx-s.x)/3, s.y+2*(qy-s.y)/3, x+2*(qx-x)/3, y+2*(qy-y)/3, x, y)
	case 'A':
		s.arc(a[0], a[1], a[2]*math.Pi/180, a[3] != 0, a[4] != 0, a[5]+dx, a[6]+dy)
	case 'Z':
		s.add('Z')
		s.x, s.y, s.lastX, s.lastY = s.startX, s.startY, s.startX, s.startY
	}
}

func (s *pathReader) add(op byte, p ...float64) {
	v := step{op: op}
	copy(v.p[:], p)
	s.out = append(s.out, v)
	if n := len(p); n > 0 {
		s.x, s.y = p[n-2], p[n-1]
		s.lastX, s.lastY = s.x, s.y
		if n == 6 {
			s.lastX, s.lastY = p[2], p[3]
		}
	}
}

// number reads a number; the flags of an arc may be written together, which ours are not.
func (s *pathReader) number() (float64, bool) {
	s.skip()
	from, dot, exponent := s.at, false, false
	for ; s.at < len(s.data); s.at++ {
		c := s.data[s.at]
		switch {
		case c >= '0' && c <= '9':
			continue
		case (c == '-' || c == '+') && (s.at == from || s.data[s.at-1]|0x20 == 'e'):
			continue
		case c == '.' && !dot && !exponent:
			dot = true
			continue
		case c|0x20 == 'e' && s.at > from && !exponent:
			exponent = true
			continue
		}
		break
	}
	v, err := strconv.ParseFloat(s.data[from:s.at], 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// arc draws an elliptical arc as cubic curves (SVG 2, B.2.4).
func (s *pathReader) arc(rx, ry, phi float64, large, sweep bool, x, y float64) {
	rx, ry = math.Abs(rx), math.Abs(ry)
	if rx == 0 || ry == 0 || s.x == x && s.y == y {
		s.add('L', x, y)
		return
	}
	sin, cos := math.Sincos(phi)
	hx, hy := (s.x-x)/2, (s.y-y)/2
	px, py := cos*hx+sin*hy, -sin*hx+cos*hy
	if lambda := px*px/(rx*rx) + py*py/(ry*ry); lambda > 1 {
		rx, ry = rx*math.Sqrt(lambda), ry*math.Sqrt(lambda)
	}
	share := math.Sqrt(max(0, (rx*rx*ry*ry-rx*rx*py*py-ry*ry*px*px)/(rx*rx*py*py+ry*ry*px*px)))
	if large == sweep {
		share = -share
	}
	cx, cy := share*rx*py/ry, -share*ry*px/rx
	middleX, middleY := cos*cx-sin*cy+(s.x+x)/2, sin*cx+cos*cy+(s.y+y)/2
	from := math.Atan2((py-cy)/ry, (px-cx)/rx)
	turn := math.Atan2((-py-cy)/ry, (-px-cx)/rx) - from
	if sweep && turn < 0 {
		turn += 2 * math.Pi
	} else if !sweep && turn > 0 {
		turn -= 2 * math.Pi
	}
	parts := int(math.Ceil(math.Abs(turn)/(math.Pi/2) - 1e-9))
	parts = max(1, min(parts, 4))
	delta := turn / float64(parts)
	t := 4.0 / 3 * math.Tan(delta/4)
	at := func(ux, uy float64) (float64, float64) {
		return middleX + cos*rx*ux - sin*ry*uy, middleY + sin*rx*ux + cos*ry*uy
	}
	for i := range parts {
		a, b := from+float64(i)*delta, from+float64(i+1)*delta
		sa, ca := math.Sincos(a)
		sb, cb := math.Sincos(b)
		x1, y1 := at(ca-t*sa, sa+t*ca)
		x2, y2 := at(cb+t*sb, sb-t*cb)
		x3, y3 := at(cb, sb)
		s.add('C', x1, y1, x2, y2, x3, y3)
	}
}
