package directory

import "math"

// ApproximateDegrees is the grid to which an approximate point is snapped:
// 0.02°, about 2.2 km north to south.
const ApproximateDegrees = 0.02

// Public is an entry without its private parts: what pages, tiles, the API,
// feeds, exports and ActivityPub may show. Only Entry.Public makes one.
type Public Entry

// Public returns the entry as anyone may see it, and whether anyone may. The
// copy shares no memory that the caller may change with the entry's place.
func (e Entry) Public() (Public, bool) {
	p := Public(e)
	p.Contact = nil
	p.Place = e.Place.public()
	return p, e.Status.Public()
}

func (p *Place) public() *Place {
	if p == nil {
		return nil
	}
	q := *p
	switch p.Precision {
	case PrecisionApproximate:
		q.Street, q.Name = "", ""
		if p.Point != nil {
			q.Point = &Point{Lat: snap(p.Point.Lat, 90), Lon: snap(p.Point.Lon, 180)}
		}
	case PrecisionHidden:
		q = Place{Locality: p.Locality, Region: p.Region, Country: p.Country, Precision: p.Precision, Online: p.Online}
	default:
		q.Precision = PrecisionExact
		if p.Point != nil {
			pt := *p.Point
			q.Point = &pt
		}
	}
	return &q
}

// snap puts v at the centre of its cell, inside ±limit.
func snap(v, limit float64) float64 {
	c := (math.Floor(v/ApproximateDegrees) + 0.5) * ApproximateDegrees
	c = math.Round(c*1e4) / 1e4
	return math.Max(-limit, math.Min(limit, c))
}
