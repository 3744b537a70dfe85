package basemap

import (
	"fmt"
	"html"
	"math"
	"strconv"
)

// Mark is what stands on the map: a cluster when N > 1, else a point.
type Mark struct {
	Lat, Lon float64
	N        int
	// Shares counts the entries by root theme, the last by no theme; for the ring.
	Shares [9]int
	// Theme is the dominant root theme, 0 to 7, -1 for none.
	Theme int
	// Href is where a click leads, Label what it is, for those who cannot see it.
	Href, Label string
	// Crown draws a cluster's crown also when N is 1.
	Crown bool
	// Approximate draws a soft disc in place of a pin: it is somewhere in it.
	Approximate bool
}

// themeNames are the root themes in the taxonomy's order, then no theme; they
// name colour classes and icons.
var themeNames = [9]string{"nature", "nourrir", "habiter", "soin", "savoir", "numerique", "echanger", "gouverner", "autre"}

func (m Mark) themeName() string {
	if m.Theme < 0 || m.Theme >= len(themeNames) {
		return themeNames[len(themeNames)-1]
	}
	return themeNames[m.Theme]
}

// radius is the mark's, in pixels: the formula by which package atlas keeps
// clusters apart, but never too small for a finger.
func (m Mark) radius() float64 {
	return math.Max(14, math.Min(44, 8+9*math.Log10(float64(max(1, m.N)))))
}

// disc is what the mark covers: a cluster its circle, a pin its head, which
// stands above the place.
func (m Mark) disc(x, y float64) disc {
	if m.N > 1 || m.Crown {
		return disc{x, y, m.radius() + 3}
	}
	if m.Approximate {
		return disc{x, y, 14}
	}
	return disc{x, y - 17, 18}
}

func (d *drawing) reserve(marks []Mark) {
	for _, m := range marks {
		at := m.disc(d.at(project(m.Lon, m.Lat)))
		d.discs = append(d.discs, at)
		d.busy = append(d.busy, box{at.x - at.r, at.y - at.r, at.x + at.r, at.y + at.r})
	}
}

func (d *drawing) mark(m Mark) {
	x, y := d.at(project(m.Lon, m.Lat))
	if x < -40 || y < -40 || x > float64(d.view.Width)+40 || y > float64(d.view.Height)+40 {
		return
	}
	tag, class := "g", "amas"
	if m.N <= 1 && !m.Crown {
		class = "point c-" + m.themeName()
		if m.Approximate {
			class = "vague c-" + m.themeName()
		}
	}
	attributes := ""
	if !d.opt.Decorative && m.Href != "" {
		tag = "a"
		attributes = fmt.Sprintf(` href="%s" aria-label="%s"`, html.EscapeString(m.Href), html.EscapeString(m.Label))
	}
	fmt.Fprintf(d, `<%s class="%s" transform="translate(%s %s)"%s>`, tag, class, short(x), short(y), attributes)
	if m.N > 1 || m.Crown {
		d.cluster(m)
	} else {
		d.pin(m)
	}
	fmt.Fprintf(d, "</%s>", tag)
}

// short writes a number of pixels with at most one decimal.
func short(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// cluster draws the crown of a tree: a disc with the count, and a ring with the
// share of each theme.
func (d *drawing) cluster(m Mark) {
	r := m.radius()
	fmt.Fprintf(d, `<circle class="fondanneau" r="%s"/>`, short(r))
	total := 0
	for _, n := range m.Shares {
		total += max(0, n)
	}
	from := 0.0
	for i, n := range m.Shares {
		if n <= 0 {
			continue
		}
		to := from + float64(n)/float64(total)
		d.arc(themeNames[i], r, from, to)
		from = to
	}
	fmt.Fprintf(d, `<circle class="f" r="%s"/><text y="4.5">%s</text>`, short(r-4), shortCount(m.N, d.opt.Lang))
}

// arc draws the part of the ring between two shares of a turn, from the top, clockwise.
func (d *drawing) arc(theme string, r, from, to float64) {
	if to-from > 0.999 {
		fmt.Fprintf(d, `<circle class="anneau c-%s" r="%s"/>`, theme, short(r))
		return
	}
	on := func(t float64) string {
		return short(r*math.Sin(t*2*math.Pi)) + " " + short(-r*math.Cos(t*2*math.Pi))
	}
	large := 0
	if to-from > 0.5 {
		large = 1
	}
	fmt.Fprintf(d, `<path class="anneau c-%s" d="M%sA%s %s 0 %d 1 %s"/>`, theme, on(from), short(r), short(r), large, on(to))
}

// pinShape is drawn once and used by every pin; a page has one map.
const pinShape = `<defs><path id="epingle" class="epingle" d="M0 0C-7.5-9-11.5-14-11.5-19a11.5 11.5 0 0 1 23 0C11.5-14 7.5-9 0 0z"/></defs>`

func (d *drawing) pin(m Mark) {
	if m.Approximate {
		d.vague(m)
		return
	}
	d.WriteString(`<use href="#epingle"/>`)
	d.icon(m, -26.5)
}

func (d *drawing) icon(m Mark, y float64) {
	if d.opt.Icons != "" {
		fmt.Fprintf(d, `<use href="%s#%s" x="-7.5" y="%s" width="15" height="15"/>`, html.EscapeString(d.opt.Icons), m.themeName(), short(y))
	}
}

// The disc of an approximate place: what it stands for on the ground, and the
// least and most that it is drawn with.
const (
	approximateMetres     = 1500
	leastVague, mostVague = 16.0, 220.0
	metresRoundTheWorld   = 40_075_017.0
)

func (d *drawing) vague(m Mark) {
	wide := metresRoundTheWorld * math.Max(0.05, math.Cos(m.Lat*math.Pi/180))
	r := math.Max(leastVague, math.Min(mostVague, approximateMetres/wide*d.scale))
	fmt.Fprintf(d, `<circle class="halo" r="%s"/><circle class="coeur" r="10"/>`, short(r))
	d.icon(m, -7.5)
}

// shortCount writes 1250 as "1,3 k" in French and "1.3k" in English.
func shortCount(n int, lang string) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	v, unit := float64(n)/1000, "k"
	if v >= 1000 {
		v, unit = v/1000, "M"
	}
	s := strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
	if v >= 10 {
		s = strconv.Itoa(int(math.Round(v)))
	}
	if lang == "fr" {
		out := []byte(s)
		for i := range out {
			if out[i] == '.' {
				out[i] = ','
			}
		}
		return string(out) + "\u202f" + unit
	}
	return s + unit
}
