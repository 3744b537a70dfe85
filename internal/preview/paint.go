package preview

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"strings"

	"golang.org/x/image/vector"

	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/typeface"
)

// painter draws on one picture.
type painter struct {
	img  *image.RGBA
	clip image.Rectangle // empty = the whole picture
}

func (p *painter) fill(r image.Rectangle, c color.RGBA) {
	draw.Draw(p.img, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// shape fills closed outlines, by the nonzero rule, in one colour.
func (p *painter) shape(c color.Color, outlines ...[][2]float64) {
	clip := p.clip
	if clip.Empty() {
		clip = p.img.Bounds()
	}
	if clip = clip.Intersect(bounds(outlines)); clip.Empty() {
		return
	}
	r := vector.NewRasterizer(clip.Dx(), clip.Dy())
	for _, o := range outlines {
		for i, pt := range o {
			x, y := float32(pt[0])-float32(clip.Min.X), float32(pt[1])-float32(clip.Min.Y)
			if i == 0 {
				r.MoveTo(x, y)
			} else {
				r.LineTo(x, y)
			}
		}
		r.ClosePath()
	}
	r.Draw(p.img, clip, image.NewUniform(c), image.Point{})
}

// bounds is the smallest rectangle of whole pixels around outlines.
func bounds(outlines [][][2]float64) image.Rectangle {
	const far = 1 << 20
	minX, minY, maxX, maxY := float64(far), float64(far), float64(-far), float64(-far)
	for _, o := range outlines {
		for _, pt := range o {
			minX, maxX = math.Min(minX, pt[0]), math.Max(maxX, pt[0])
			minY, maxY = math.Min(minY, pt[1]), math.Max(maxY, pt[1])
		}
	}
	return image.Rect(int(math.Floor(minX)), int(math.Floor(minY)), int(math.Ceil(maxX)), int(math.Ceil(maxY)))
}

// line draws lines of some width, as rows of thin quadrangles. They all turn the
// same way, so that where they overlap they add up.
func (p *painter) line(c color.Color, width float64, lines ...[][2]float64) {
	var quads [][][2]float64
	for _, points := range lines {
		for i := 1; i < len(points); i++ {
			a, b := points[i-1], points[i]
			dx, dy := b[0]-a[0], b[1]-a[1]
			l := math.Hypot(dx, dy)
			if l == 0 {
				continue
			}
			nx, ny := -dy/l*width/2, dx/l*width/2
			quads = append(quads, [][2]float64{{a[0] + nx, a[1] + ny}, {b[0] + nx, b[1] + ny}, {b[0] - nx, b[1] - ny}, {a[0] - nx, a[1] - ny}})
		}
	}
	if len(quads) > 0 {
		p.shape(c, quads...)
	}
}

// circle is a polygon that is round enough.
func circle(x, y, r float64) [][2]float64 {
	const sides = 40
	out := make([][2]float64, sides)
	for i := range out {
		a := 2 * math.Pi * float64(i) / sides
		out[i] = [2]float64{x + r*math.Cos(a), y + r*math.Sin(a)}
	}
	return out
}

// leaf is the mark of the design: a square with round corners but one.
func (p *painter) leaf(x, y, side int, c color.Color) {
	s, r := float64(side), float64(side)/2
	pts := [][2]float64{{0, s - r/8}}
	for i := 10; i <= 20; i++ { // from the left, over the top, to the right
		a := math.Pi * float64(i) / 10
		pts = append(pts, [2]float64{r + r*math.Cos(a), r + r*math.Sin(a)})
	}
	for i := range 6 {
		a := math.Pi / 2 * float64(i) / 5
		pts = append(pts, [2]float64{r + r*math.Cos(a), r + r*math.Sin(a)})
	}
	pts = append(pts, [2]float64{r / 8, s})
	for i := range pts {
		pts[i][0] += float64(x)
		pts[i][1] += float64(y)
	}
	p.shape(c, pts)
	vein := [][2]float64{{float64(x) + s*0.24, float64(y) + s*0.76}, {float64(x) + s*0.68, float64(y) + s*0.32}}
	p.line(chalk, s/14, vein)
	for _, t := range [...]float64{0.35, 0.62} {
		at := [2]float64{vein[0][0] + (vein[1][0]-vein[0][0])*t, vein[0][1] + (vein[1][1]-vein[0][1])*t}
		p.line(chalk, s/18, [][2]float64{at, {at[0] + s*0.2, at[1]}})
		p.line(chalk, s/18, [][2]float64{at, {at[0], at[1] - s*0.2}})
	}
}

// fields draws the parcels and their hedgerow at the foot of the picture.
func (p *painter) fields(c color.RGBA) {
	top := Height - hedge
	parcels := [...]color.RGBA{rgb(0xe2ecdf), rgb(0xf0e3c6), rgb(0xd9e7d3), rgb(0xf3efe3)}
	x := 0
	for i := 0; x < Width; i++ {
		w := 90 + (i*53)%80
		p.fill(image.Rect(x, top, min(Width, x+w), Height), parcels[i%len(parcels)])
		x += w
	}
	var dots [][][2]float64
	for x := 5.0; x < Width; x += 14 {
		dots = append(dots, circle(x, float64(top), 5))
	}
	p.shape(c, dots...)
}

// ground draws the map on the right side, from the top to the hedgerow.
func (p *painter) ground(v basemap.View, b *basemap.Basemap) {
	frame := image.Rect(mapLeft, 0, Width, Height-hedge)
	v.Width, v.Height = frame.Dx(), frame.Dy()
	p.fill(frame, sea)
	p.clip = frame
	defer func() { p.clip = image.Rectangle{} }()
	byLayer := map[string][][][2]float64{}
	for _, s := range b.Shapes(v) {
		pts := s.Points
		for i := range pts {
			pts[i][0] += float64(frame.Min.X)
		}
		byLayer[s.Layer] = append(byLayer[s.Layer], pts)
	}
	p.shape(land, byLayer["land"]...)
	p.line(coast, 1.6, byLayer["land"]...)
	p.shape(sea, byLayer["lakes"]...)
	for _, l := range [...]struct {
		layer string
		c     color.RGBA
		width float64
	}{{"rivers", river, 1.6}, {"departements", region, 0.8}, {"regions", region, 1.4}, {"borders", border, 1.8}} {
		p.line(l.c, l.width, byLayer[l.layer]...)
	}
	p.line(green, 3, [][2]float64{{mapLeft, 0}, {mapLeft, float64(Height - hedge)}})
}

// pin marks the middle of the map.
func (p *painter) pin(c Card) {
	x, y := float64(mapLeft+Width)/2, float64(Height-hedge)/2
	if c.Approximate {
		h := c.colour()
		h.R, h.G, h.B, h.A = h.R/4, h.G/4, h.B/4, 0x40 // premultiplied
		p.shape(h, circle(x, y, 70))
		p.shape(c.colour(), circle(x, y, 12))
		return
	}
	pin := func(grow float64) [][2]float64 {
		r := 26 + grow
		pts := [][2]float64{{x, y + grow*1.4}}
		for i := range 25 {
			a := math.Pi*0.85 + math.Pi*1.3*float64(i)/24
			pts = append(pts, [2]float64{x + r*math.Cos(a), y - 44 + r*math.Sin(a)})
		}
		return pts
	}
	p.shape(chalk, pin(5))
	p.shape(c.colour(), pin(0))
	p.shape(chalk, circle(x, y-44, 10))
}

// text writes at most most lines from the baseline y and returns the last one's.
func (p *painter) text(s string, size float64, bold bool, x, y, room, most int, c color.Color) (int, error) {
	f, err := newPen(bold, size)
	if err != nil {
		return y, err
	}
	defer f.close()
	step := int(size * 1.16)
	for i, line := range wrap(f, s, room, most) {
		if i > 0 {
			y += step
		}
		if err := f.write(p.img, line, typeface.RightToLeft(s), x, y, room, c); err != nil {
			return y, err
		}
	}
	return y, nil
}

// lines is how many lines a text takes.
func (p *painter) lines(s string, size float64, bold bool, room int) (int, error) {
	f, err := newPen(bold, size)
	if err != nil {
		return 0, err
	}
	defer f.close()
	return len(wrap(f, s, room, 99)), nil
}

// breaks reports whether a word of a bold text is wider than its room.
func (p *painter) breaks(s string, size float64, room int) bool {
	f, err := newPen(true, size)
	if err != nil {
		return false
	}
	defer f.close()
	return slices.ContainsFunc(strings.Fields(s), func(w string) bool { return f.width(w) > room })
}

// wrap breaks a text between words, and a word that is too long where it must;
// the last line ends with an ellipsis when there is more.
func wrap(f *pen, s string, room, most int) []string {
	const longest = 600 // characters; nobody reads more from a picture
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest])
	}
	wide := func(t string) bool { return f.width(t) > room }
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		for {
			next := word
			if line != "" {
				next = line + " " + word
			}
			if !wide(next) {
				line = next
				break
			}
			if line != "" {
				out, line = append(out, line), ""
				continue
			}
			head, rest := cut(word, wide)
			out, word = append(out, head), rest
		}
	}
	if line != "" {
		out = append(out, line)
	}
	if len(out) <= most {
		return out
	}
	out = out[:most]
	last := []rune(out[most-1])
	for len(last) > 0 && wide(string(last)+"…") {
		last = last[:len(last)-1]
	}
	out[most-1] = strings.TrimRight(string(last), " ,;:.") + "…"
	return out
}

// cut parts a word that is wider than a line.
func cut(word string, wide func(string) bool) (head, rest string) {
	r := []rune(word)
	n := len(r) - 1
	for n > 1 && wide(string(r[:n])) {
		n--
	}
	return string(r[:max(1, n)]), string(r[max(1, n):])
}
