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
	p.ShownAs = ""
	p.Contact, p.Extra = nil, nil // Extra holds the columns of an import that nobody has looked at
	p.Place = e.Place.public()
	return p, e.Status.Public() && !e.Withheld
}

func (p *Place) public() *Place {
	if p == nil {
		return nil
	}
	q := *p
	switch p.Precision {
	case PrecisionApproximate:
		q.Street, q.Name, q.Shape = "", "", ""
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

// secrecy orders precisions; what is unknown is shown as exact, see public.
func (p Precision) secrecy() int {
	switch p {
	case PrecisionHidden:
		return 2
	case PrecisionApproximate:
		return 1
	}
	return 0
}

// Coarser reports whether p gives away less than q.
func (p Precision) Coarser(q Precision) bool { return p.secrecy() > q.secrecy() }

// AtMost returns the place with a precision of at most limit, the place itself
// when it gives away no more than that: older versions of an entry must not
// tell what the newest one hides.
func (p *Place) AtMost(limit Precision) *Place {
	if p == nil || !limit.Coarser(p.Precision) {
		return p
	}
	q := *p
	q.Precision = limit
	return &q
}

// snap puts v at the centre of its cell, inside ±limit.
func snap(v, limit float64) float64 {
	c := (math.Floor(v/ApproximateDegrees) + 0.5) * ApproximateDegrees
	c = math.Round(c*1e4) / 1e4
	return math.Max(-limit, math.Min(limit, c))
}
