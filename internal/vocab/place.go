package vocab

import (
	"encoding/json"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// placeDoc writes the physical part of a public place, nil when there is none:
// Mobilizon loses an event whose location is an array or has another type.
func placeDoc(p *directory.Place) *federation.Place {
	if p == nil {
		return nil
	}
	physical := *p
	physical.Online = ""
	if p.Precision == directory.PrecisionExact {
		physical.Precision = ""
	}
	if physical == (directory.Place{}) {
		return nil
	}
	doc := &federation.Place{Type: "Place", Name: placeName(p), Precision: string(p.Precision), PointSource: p.PointSource}
	if p.Point != nil {
		lat, lon := federation.Decimal(p.Point.Lat), federation.Decimal(p.Point.Lon)
		doc.Latitude, doc.Longitude = &lat, &lon
	}
	if p.Shape != "" {
		doc.Shape = json.RawMessage(p.Shape)
	}
	a := federation.Address{Type: "PostalAddress", Street: p.Street, Postal: p.PostalCode, Locality: p.Locality, Region: p.Region, Country: p.Country}
	if a != (federation.Address{Type: "PostalAddress"}) {
		doc.Address = &a
	}
	return doc
}

// placeName is the place's name, else its locality: a Place without a name
// shows as nothing on other software.
func placeName(p *directory.Place) string {
	for _, s := range []string{p.Name, p.Locality, p.Region, p.Country} {
		if s != "" {
			return s
		}
	}
	return ""
}

// readPlace is placeDoc's inverse, and reads anybody's place. own says that
// the document is of our dialect.
func readPlace(doc *federation.Place, online string, own bool) *directory.Place {
	online = webURL(online)
	if doc == nil {
		if online == "" {
			return nil
		}
		p := &directory.Place{Online: online}
		if own {
			p.Precision = directory.PrecisionExact
		}
		return p
	}
	p := &directory.Place{Name: doc.Name, Online: online, PointSource: doc.PointSource, Precision: directory.PrecisionExact}
	switch precision := directory.Precision(doc.Precision); precision {
	case directory.PrecisionApproximate, directory.PrecisionHidden:
		p.Precision = precision
	}
	if a := doc.Address; a != nil {
		p.Street, p.PostalCode, p.Locality, p.Region, p.Country = a.Street, a.Postal, a.Locality, a.Region, countryCode(a.Country)
		if a.Text != "" && !own {
			p.Street = clip(foreignText(a.Text), 200)
		}
	}
	if doc.Latitude != nil && doc.Longitude != nil {
		p.Point = &directory.Point{Lat: float64(*doc.Latitude), Lon: float64(*doc.Longitude)}
		if !own {
			p.PointSource = "given"
		}
	}
	p.Shape = readShape(doc.Shape, p)
	name := p.Name
	p.Name = ""
	if name != placeName(p) { // else it was made up from the address
		p.Name = name
	}
	return p
}

// readShape reads the shape of a place that is exact. One that is no shape, or
// larger than ours may be, is left out: the entry stays a point.
func readShape(raw json.RawMessage, p *directory.Place) directory.Shape {
	if len(raw) == 0 || len(raw) > directory.MaxShapeBytes || p.Precision != directory.PrecisionExact || p.Point == nil {
		return ""
	}
	s, err := directory.ParseShape(raw)
	if err != nil {
		return ""
	}
	return s
}

// countries are names that other software writes where we write a code.
var countries = map[string]string{
	"france": "FR", "belgique": "BE", "belgium": "BE", "belgië": "BE", "suisse": "CH", "switzerland": "CH", "schweiz": "CH",
	"allemagne": "DE", "germany": "DE", "deutschland": "DE", "italie": "IT", "italy": "IT", "italia": "IT",
	"espagne": "ES", "spain": "ES", "españa": "ES", "luxembourg": "LU", "pays-bas": "NL", "netherlands": "NL", "nederland": "NL",
	"royaume-uni": "GB", "united kingdom": "GB", "portugal": "PT", "autriche": "AT", "austria": "AT", "österreich": "AT",
	"canada": "CA", "québec": "CA", "united states": "US", "états-unis": "US", "maroc": "MA", "tunisie": "TN", "sénégal": "SN",
}

// countryCode is an ISO 3166-1 alpha-2 code, "" when the name is unknown.
func countryCode(s string) string {
	s = strings.TrimSpace(s)
	if len(s) == 2 && strings.ToUpper(s) == s && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	if len(s) == 2 {
		return countryCode2(s)
	}
	return countries[strings.ToLower(s)]
}

func countryCode2(s string) string {
	up := strings.ToUpper(s)
	for i := range len(up) {
		if up[i] < 'A' || up[i] > 'Z' {
			return ""
		}
	}
	return up
}
