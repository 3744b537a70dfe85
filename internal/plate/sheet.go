package plate

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/glyph"
)

// Sheet is a drawing with what a reader of it alone has to know.
type Sheet struct {
	// Title is the heading, Under the lines below it; Lang is a BCP 47 tag.
	Title, Lang string
	Under       []string
	// Drawing is an svg element of one of the drawing packages. Legend is more of
	// the kind, "" for none; it stands above the drawing.
	Drawing, Legend []byte
	// Foot are the last lines: the licence, the address, the date.
	Foot []string
	// Author is who publishes it; Base goes before the addresses of its links.
	Author, Base string
	Created      time.Time
}

const (
	margin    = 24
	titleSize = 26
	textSize  = 13
	textLine  = 19
	leastWide = 560
)

// SVG writes the sheet as a file of its own: no style sheet, no script, nothing
// that is fetched.
func (s Sheet) SVG() ([]byte, error) {
	root, _, _, err := s.compose()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	root.write(&b)
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// compose puts the parts below one another.
func (s Sheet) compose() (root *element, width, height float64, err error) {
	drawing, err := parse(s.Drawing, s.Base)
	if err != nil {
		return nil, 0, 0, err
	}
	width = max(leastWide, drawing.number("width")+2*margin)
	root = &element{name: "svg"}
	y := float64(margin)
	line := func(size float64, bold bool, text string) {
		y += size
		root.children = append(root.children, node{element: textAt(margin, y, size, bold, text)})
		y += size * 0.45
	}
	titles := glyph.Wrap(s.Title, titleSize*1.08, width-2*margin, 4)
	for _, t := range titles {
		line(titleSize, true, t)
	}
	for _, part := range s.Under {
		for _, t := range glyph.Wrap(part, textSize, width-2*margin, 6) {
			line(textSize, false, t)
		}
	}
	y += 10
	for _, part := range [][]byte{s.Legend, s.Drawing} {
		if len(part) == 0 {
			continue
		}
		e, err := parse(part, s.Base)
		if err != nil {
			return nil, 0, 0, err
		}
		e.set("x", fmt.Sprint(margin))
		e.set("y", glyph.Pixels(y))
		root.children = append(root.children, node{element: e})
		y += e.number("height") + 12
	}
	for _, part := range s.Foot {
		for _, t := range glyph.Wrap(part, textSize, width-2*margin, 6) {
			line(textSize, false, t)
		}
	}
	height = y + margin
	s.dress(root, width, height)
	return root, width, height, nil
}

// dress gives the root its size, its name and a white ground.
func (s Sheet) dress(root *element, width, height float64) {
	w, h := glyph.Pixels(width), glyph.Pixels(height)
	for _, a := range []attr{{"xmlns", "http://www.w3.org/2000/svg"}, {"width", w}, {"height", h}, {"viewBox", "0 0 " + w + " " + h}, {"font-family", textFamily}} {
		root.set(a.name, a.value)
	}
	if s.Lang != "" {
		root.set("xml:lang", s.Lang)
	}
	ground := &element{name: "rect", attrs: []attr{{"width", w}, {"height", h}, {"fill", colours["papier"]}}}
	name := &element{name: "title", children: []node{{text: s.Title}}}
	root.children = append([]node{{element: name}, {element: ground}}, root.children...)
}

func textAt(x, y, size float64, bold bool, text string) *element {
	e := &element{name: "text", attrs: []attr{{"x", glyph.Pixels(x)}, {"y", glyph.Pixels(y)}, {"font-size", fmt.Sprint(size)}, {"fill", colours["encre"]}},
		children: []node{{text: text}}}
	if bold {
		e.set("font-family", titleFamily)
		e.set("font-weight", "700")
	}
	return e
}

// write writes an element as XML.
func (e *element) write(b *bytes.Buffer) {
	b.WriteString("<" + e.name)
	for _, a := range e.attrs {
		b.WriteString(" " + a.name + `="` + glyph.Escape(a.value) + `"`)
	}
	if len(e.children) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteByte('>')
	for _, c := range e.children {
		if c.element != nil {
			c.write(b)
		} else {
			b.WriteString(glyph.Escape(c.text))
		}
	}
	b.WriteString("</" + e.name + ">")
}
