package qr

import (
	"bytes"
	"fmt"
	"html"
)

// quiet is the light border that readers need, in modules (§9.1).
const quiet = 4

// SVG draws the code, dark on light whatever the theme of the page: readers need
// it so. title is its accessible name.
func (c *Code) SVG(title string) []byte {
	var b bytes.Buffer
	side := c.Size + 2*quiet
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" shape-rendering="crispEdges"><title>%s</title>`,
		side, side, 6*side, 6*side, html.EscapeString(title))
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, side, side)
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			n := 0
			for c.Dark(x+n, y) {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, n, n)
				x += n
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}
