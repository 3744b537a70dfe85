package gazetteer

import (
	"math"
	"slices"
	"sync"
)

// Departments returns the French départements by code, in a fresh slice.
func (g *Gazetteer) Departments() []Area { return slices.Clone(g.depts) }

// Regions returns the French régions by code, in a fresh slice.
func (g *Gazetteer) Regions() []Area { return slices.Clone(g.regions) }

// Department returns the département of an INSEE code such as "35" or "2A".
func (g *Gazetteer) Department(code string) (Area, bool) { return areaOf(g.depts, code) }

// Region returns the région of an INSEE code such as "53".
func (g *Gazetteer) Region(code string) (Area, bool) { return areaOf(g.regions, code) }

func areaOf(areas []Area, code string) (Area, bool) {
	for _, a := range areas {
		if a.Code == code {
			return a, true
		}
	}
	return Area{}, false
}

// AreasOf is the codes of the département and the région of a commune's INSEE
// code; "" for what is not known.
func (g *Gazetteer) AreasOf(insee string) (department, region string) {
	if n := inseeNumber(insee); n != 0 {
		if d := g.department(n); d != nil {
			return d.Code, d.Region
		}
	}
	return "", ""
}

// Overseas reports whether ISO 3166-1 gives the code to a part of France.
func Overseas(country string) bool { return overseas(country) }

const (
	cellDegrees    = 0.2
	maxNearestKm   = 25 // what is farther from any town is in the sea or a desert
	kmPerDegree    = 111.2
	polarLatitudes = 89
)

// grid holds the rows of each cell of cellDegrees.
type grid map[[2]int16][]int32

// gridOf is built once for the process: the table is a constant.
var gridOf = sync.OnceValue(func() grid {
	g, err := load()
	if err != nil {
		return nil
	}
	cells := make(grid, 1<<14)
	for i, p := range g.points {
		if g.class[i] == ClassFormer || g.class[i] == ClassCity && overseas(g.country(i)) {
			continue // the communes say it better
		}
		c := cell(float64(p[0])*unit, float64(p[1])*unit)
		cells[c] = append(cells[c], int32(i))
	}
	return cells
})

func cell(lat, lon float64) [2]int16 {
	return [2]int16{int16(math.Floor(lat / cellDegrees)), int16(math.Floor(lon / cellDegrees))}
}

// Nearest returns the commune, or abroad the city, whose centre is nearest to a
// position, and false when none is within 25 km.
func (g *Gazetteer) Nearest(lat, lon float64) (Match, bool) {
	if !(math.Abs(lat) < polarLatitudes && math.Abs(lon) <= 180) {
		return Match{}, false
	}
	cells := gridOf()
	best, bestKm := none, float64(maxNearestKm)
	scale := math.Cos(lat * math.Pi / 180)
	rows := int(math.Ceil(maxNearestKm / kmPerDegree / cellDegrees))
	columns := int(math.Ceil(maxNearestKm / kmPerDegree / cellDegrees / scale))
	at := cell(lat, lon)
	for dy := -rows; dy <= rows; dy++ {
		for dx := -columns; dx <= columns; dx++ {
			for _, i := range cells[[2]int16{at[0] + int16(dy), at[1] + int16(dx)}] {
				p := g.points[i]
				km := kmPerDegree * math.Hypot(float64(p[0])*unit-lat, (float64(p[1])*unit-lon)*scale)
				if km < bestKm {
					best, bestKm = int(i), km
				}
			}
		}
	}
	if best == none {
		return Match{}, false
	}
	return g.match(best, ""), true
}
