// Package gazetteer finds where a town is without asking anybody: it holds
// every French commune, the former communes, and the world's cities of more
// than 15 000 people, in one compressed file inside the program.
//
// What belongs here: turning a postcode and a locality into a point, and
// completing a locality as it is typed. What does not: streets, and changing
// an entry (package transfer and the pages decide what to do with a Match).
// Its callers are transfer, demo and site. The data and their licences are in
// data/CREDITS.md; gen makes the file.
package gazetteer

// Point is a position in degrees, WGS 84.
type Point struct{ Lat, Lon float64 }

// Precision says what a Match's point is the centre of.
type Precision string

// The precisions, from the finest to the coarsest.
const (
	PrecisionDistrict Precision = "district" // a municipal arrondissement of Paris, Lyon or Marseille
	PrecisionCommune  Precision = "commune"  // a French commune, by name
	PrecisionFormer   Precision = "former-commune"
	PrecisionCity     Precision = "city"     // a city outside France
	PrecisionPostcode Precision = "postcode" // the name is unknown: the largest commune of the postcode
)

// Query is an address as people write it. Zero fields are unknown.
type Query struct {
	PostalCode string
	Locality   string
	// Region is a French region or département, by name or code, or the
	// GeoNames first-level code of another country.
	Region string
	// Country is ISO 3166-1 alpha-2 in either case; "" lets France win.
	Country string
}

// Match is one place of the gazetteer.
type Match struct {
	Point      Point
	Name       string // as officially written
	Code       string // INSEE code in France, "" elsewhere
	PostalCode string // the first postcode in France, "" elsewhere
	Department string // name, in France
	Region     string // name in France, GeoNames code elsewhere
	Country    string // ISO 3166-1 alpha-2
	Population int
	Precision  Precision
	// Source is "gazetteer:" and the precision, as kept in an entry's PointSource.
	Source string
}
