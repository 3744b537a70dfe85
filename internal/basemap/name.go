package basemap

import (
	"fmt"
	"html"
	"math"
)

const maxNames = 30

// disc is what a mark covers, in pixels of the view.
type disc struct{ x, y, r float64 }

// names writes the most important places that find room.
func (d *drawing) names() {
	zoom := int(math.Min(MaxZoom, math.Max(0, math.Round(d.view.Zoom)-1)))
	d.WriteString(`<g class="m-villes" aria-hidden="true">`)
	written := 0
	for _, p := range d.places {
		if p.rank > lastRank[zoom] || written == maxNames {
			break
		}
		x, y := d.at(p.at)
		if x < 4 || y < 14 || x > float64(d.view.Width)-4 || y > float64(d.view.Height)-6 {
			continue
		}
		if d.name(p.in(d.opt.Lang), x, y, p.rank) {
			written++
		}
	}
	d.WriteString(`</g>`)
}

// spot is where a name may be written, from its anchor, with the room it takes.
type spot struct {
	x, y   float64
	anchor string
	box    box
}

// around are the spots beside a disc, w wide: right, left, above, below, then between.
func around(at disc, w float64) []spot {
	x, y, r := at.x, at.y, at.r
	k := 0.71 * r
	start := func(x, y float64) spot { return spot{x, y + 5, "start", box{x - 2, y - 8, x + w + 2, y + 8}} }
	end := func(x, y float64) spot { return spot{x, y + 5, "end", box{x - w - 2, y - 8, x + 2, y + 8}} }
	middle := func(x, y float64) spot {
		return spot{x, y + 5, "middle", box{x - w/2 - 2, y - 8, x + w/2 + 2, y + 8}}
	}
	spots := []spot{start(x+r+3, y), end(x-r-3, y), middle(x, y-r-10), middle(x, y+r+10)}
	if r > 8 { // beside a cluster, its top and its foot come first
		spots[0], spots[1], spots[2], spots[3] = spots[2], spots[3], spots[0], spots[1]
	}
	return append(spots, start(x+k+2, y-k-6), start(x+k+2, y+k+6), end(x-k-2, y-k-6), end(x-k-2, y+k+6))
}

// name writes a place's name beside its dot; one whose dot is under a mark, or
// nearly, beside the mark and without dot.
func (d *drawing) name(text string, x, y float64, rank int) bool {
	const dot = 3
	size := 15.0 - math.Min(3, float64(rank)/2)
	at, covered := disc{x, y, dot}, false
	for _, o := range d.discs {
		if math.Hypot(o.x-x, o.y-y) < o.r+dot {
			at, covered = o, true
			break
		}
	}
	for _, s := range around(at, 0.54*size*float64(len([]rune(text)))) {
		if s.box.minX < 0 || s.box.maxX > float64(d.view.Width) || d.occupied(s.box) {
			continue
		}
		d.busy = append(d.busy, s.box)
		if !covered {
			d.busy = append(d.busy, box{x - dot, y - dot, x + dot, y + dot})
			fmt.Fprintf(d, `<circle cx="%.1f" cy="%.1f" r="2"/>`, x, y)
		}
		fmt.Fprintf(d, `<text x="%.1f" y="%.1f" font-size="%.1f" text-anchor="%s">%s</text>`, s.x, s.y, size, s.anchor, html.EscapeString(text))
		return true
	}
	return false
}

func (d *drawing) occupied(b box) bool {
	for _, o := range d.busy {
		if o.meets(b) {
			return true
		}
	}
	return false
}
