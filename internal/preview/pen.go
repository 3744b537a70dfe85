package preview

import (
	"fmt"
	"image"
	"image/color"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"codeberg.org/bocage/bocage/internal/typeface"
)

// fonts are parsed once: each upright and bold.
var fonts = sync.OnceValues(func() (map[typeface.Font][2]*sfnt.Font, error) {
	out := map[typeface.Font][2]*sfnt.Font{}
	for name, files := range map[typeface.Font][2][]byte{
		typeface.Latin:  {goregular.TTF, gobold.TTF},
		typeface.Arabic: {typeface.Arabic.File(false), typeface.Arabic.File(true)},
		typeface.Hebrew: {typeface.Hebrew.File(false), typeface.Hebrew.File(true)},
	} {
		var pair [2]*sfnt.Font
		for i, file := range files {
			f, err := opentype.Parse(file)
			if err != nil {
				return nil, fmt.Errorf("font %q: %w", name, err)
			}
			pair[i] = f
		}
		out[name] = pair
	}
	return out, nil
})

// pen writes lines in one weight and size, each letter in a font that has it.
type pen struct {
	which int // 1 = bold
	size  float64
	faces map[typeface.Font]font.Face
}

func newPen(bold bool, size float64) (*pen, error) {
	p := &pen{size: size, faces: map[typeface.Font]font.Face{}}
	if bold {
		p.which = 1
	}
	_, err := p.face(typeface.Latin)
	return p, err
}

// face is a font at the pen's size; one that there is not is the Latin one.
func (p *pen) face(name typeface.Font) (font.Face, error) {
	if f, ok := p.faces[name]; ok {
		return f, nil
	}
	all, err := fonts()
	if err != nil {
		return nil, err
	}
	pair, ok := all[name]
	if !ok {
		return p.faces[typeface.Latin], nil
	}
	f, err := opentype.NewFace(pair[p.which], &opentype.FaceOptions{Size: p.size, DPI: 72, Hinting: font.HintingNone})
	if err == nil {
		p.faces[name] = f
	}
	return f, err
}

// close gives back what the faces hold, which is nothing today.
func (p *pen) close() {
	for _, f := range p.faces {
		_ = f.Close()
	}
}

// width is that of a line in pixels.
func (p *pen) width(s string) int {
	var w fixed.Int26_6
	for _, r := range typeface.Runs(s) {
		if f, err := p.face(r.Font); err == nil {
			w += font.MeasureString(f, r.Text)
		}
	}
	return w.Ceil()
}

// write draws a line from x, or to the end of its room when the text that it is of
// reads from the right.
func (p *pen) write(img *image.RGBA, s string, fromRight bool, x, y, room int, c color.Color) error {
	if fromRight {
		x += room - p.width(s)
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Dot: fixed.P(x, y)}
	for _, r := range typeface.Runs(s) {
		f, err := p.face(r.Font)
		if err != nil {
			return err
		}
		d.Face = f
		d.DrawString(r.Text)
	}
	return nil
}
