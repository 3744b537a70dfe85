package basemap

import (
	"fmt"
	"math"
)

// heatRadius is how far a spot of warmth reaches, in pixels.
const heatRadius = 34

// heat draws spots that add up: the more entries, the warmer.
func (d *drawing) heat(marks []Mark) {
	if len(marks) == 0 {
		return
	}
	d.WriteString(`<defs><radialGradient id="chaleur"><stop class="ch-0" offset="0"/><stop class="ch-1" offset="1"/></radialGradient></defs><g aria-hidden="true">`)
	for _, m := range marks {
		x, y := d.at(project(m.Lon, m.Lat))
		fmt.Fprintf(d, `<circle cx="%s" cy="%s" r="%d" fill="url(#chaleur)" opacity="%.2f"/>`, short(x), short(y), heatRadius, warmth(m.N))
	}
	d.WriteString("</g>")
}

// warmth is the opacity of a spot of n entries; web/src/heat.ts has the same.
func warmth(n int) float64 {
	return math.Min(0.95, 0.22+0.2*math.Log10(float64(max(1, n))))
}
