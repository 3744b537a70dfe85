package basemap

import "math"

// Recognisable reports whether a view shows something by which a person knows
// where it is: a coast, a border, or a city among other places.
func (b *Basemap) Recognisable(v View) bool {
	if b == nil {
		return true
	}
	v = v.sane()
	inner := v.frame().grown(-12 / v.pixels())
	return b.showsCity(v, inner) || b.showsLine(v, inner)
}

// cityRank is the rank of the smallest city that many know, some 100 000 people.
const cityRank = 4

func (b *Basemap) showsCity(v View, inner box) bool {
	zoom := int(math.Min(MaxZoom, math.Max(0, math.Round(v.Zoom)-1)))
	named, city := 0, false
	for _, p := range b.places {
		if p.rank > lastRank[zoom] {
			break
		}
		if inner.contains(p.at) {
			named++
			city = city || p.rank <= cityRank
		}
		if city && named > 1 {
			return true
		}
	}
	return false
}

func (b *Basemap) showsLine(v View, inner box) bool {
	zoom := uint32(math.Min(MaxZoom, math.Max(0, math.Round(v.Zoom)-1)))
	for _, l := range b.viewLayers(v) {
		if l.name != "land" && l.name != "borders" || zoom < l.minZoom || zoom > l.maxZoom {
			continue
		}
		for _, s := range l.shapes {
			if !s.box.meets(inner) {
				continue
			}
			for _, part := range s.parts {
				for _, p := range part {
					if inner.contains(p) {
						return true
					}
				}
			}
		}
	}
	return false
}
