package transfer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
)

// Distances, in kilometres, that tell a swapped position from a right one.
const (
	farKilometres  = 300
	nearKilometres = 100
)

// place reads where the entry is.
func (d *draft) place(r row) {
	v := d.values
	p := directory.Place{
		Name: v["place"], Street: v["street"], PostalCode: v["postcode"], Locality: v["locality"],
		Region: v["region"], Country: country(v["country"]), PointSource: v["pointSource"],
	}
	p.Online = d.online(&p)
	if p.Street == "" {
		p.Street = v["address"]
	}
	switch pr := directory.Precision(strings.ToLower(v["precision"])); pr {
	case "", directory.PrecisionExact, directory.PrecisionApproximate, directory.PrecisionHidden:
		p.Precision = pr
	default:
		d.problem("precision", "unknown", fmt.Sprintf("unknown precision %q: use exact, approximate or hidden", clip(string(pr))))
	}
	if len(p.Country) > 2 {
		d.warn("country", "unknown", fmt.Sprintf("unknown country %q: use two letters, such as FR", clip(p.Country)))
		p.Country = ""
	}
	d.shape(r, &p)
	d.point(r, &p)
	if p.Point == nil && p.Shape == "" && d.opt.Geocode && d.places != nil {
		d.geocode(&p)
	}
	if p != (directory.Place{}) {
		d.Place = &p
	}
}

// shape reads the line or the area from the geometry or from its cell; a cell
// that holds none is only told, since other files use the word otherwise.
func (d *draft) shape(r row, p *directory.Place) {
	p.Shape = r.shape
	text := d.values["shape"]
	if p.Shape != "" || text == "" {
		return
	}
	var err error
	if p.Shape, err = directory.ParseShape([]byte(text)); err != nil {
		d.warn("shape", "shape", fmt.Sprintf("%q is not a GeoJSON line or area: left out", clip(text)))
	}
}

// online is the address at which it takes place. Files say so by an address, by
// yes or no, or instead of the name of a place: the entry's site is meant then.
func (d *draft) online(p *directory.Place) string {
	v := d.values["online"]
	yes := false
	switch squash(v) {
	case "true", "yes", "oui", "vrai", "1", "online", "enligne":
		yes = true
	case "", "false", "no", "non", "faux", "0":
	default:
		return d.web("online", v)
	}
	nowhere := saysOnline(p.Name)
	site := withScheme(strings.TrimSpace(d.values["website"]))
	if !yes && !nowhere || !isWeb(site) {
		return ""
	}
	if nowhere {
		p.Name = ""
	}
	return site
}

// saysOnline reports whether the name of a place means that there is none.
func saysOnline(name string) bool {
	switch squash(name) {
	case "online", "enligne", "visio", "visioconference", "webinaire", "webinar":
		return true
	}
	return false
}

// point reads the position from the geometry or from the cells.
func (d *draft) point(r row, p *directory.Place) {
	lat, lon, given := d.values["lat"], d.values["lon"], "given"
	switch {
	case r.point != nil:
		p.Point = &directory.Point{Lat: r.point[1], Lon: r.point[0]}
		if r.centre {
			given = "centre"
		}
	case lat == "" && lon == "" && d.values["latlon"] != "":
		var ok bool
		if lat, lon, ok = pair(d.values["latlon"]); !ok {
			d.problem("latlon", "coordinates", fmt.Sprintf("%q is not “latitude, longitude”", clip(d.values["latlon"])))
			return
		}
		d.names["lat"], d.names["lon"] = d.names["latlon"], d.names["latlon"]
		fallthrough
	case lat != "" || lon != "":
		if p.Point = d.pointFrom(lat, lon); p.Point == nil {
			return
		}
	default:
		return
	}
	if p.Point.Lat == 0 && p.Point.Lon == 0 {
		d.warn("lat", "coordinates", "0, 0 is in the Gulf of Guinea: taken as no coordinates")
		p.Point = nil
		return
	}
	if p.PointSource == "" {
		p.PointSource = given
	}
	d.checkSwapped(p)
}

func (d *draft) pointFrom(latText, lonText string) *directory.Point {
	if latText == "" || lonText == "" {
		missing := field("lat")
		if latText != "" {
			missing = "lon"
		}
		d.problem(missing, "required", "a latitude and a longitude go together, one of them is missing")
		return nil
	}
	lat, errLat := degrees(latText, "latitude", 90)
	lon, errLon := degrees(lonText, "longitude", 180)
	if errLat != nil && errLon == nil && math.Abs(lon) <= 90 {
		if swapped, err := degrees(latText, "longitude", 180); err == nil {
			d.problem("lat", "swapped", fmt.Sprintf("%v: latitude and longitude look swapped (%g, %g?)", errLat, lon, swapped))
			return nil
		}
	}
	if errLat != nil {
		d.problem("lat", "out_of_range", errLat.Error())
	}
	if errLon != nil {
		d.problem("lon", "out_of_range", errLon.Error())
	}
	if errLat != nil || errLon != nil {
		return nil
	}
	return &directory.Point{Lat: lat, Lon: lon}
}

// checkSwapped compares the position with the town that the row names. Without
// one, a position of Somalia's sea that is France when turned is only doubtful.
func (d *draft) checkSwapped(p *directory.Place) {
	pt := *p.Point
	if d.places != nil && p.Locality != "" {
		if m, ok := d.places.Find(query(p)); ok {
			town := directory.Point(m.Point)
			turned := directory.Point{Lat: pt.Lon, Lon: pt.Lat}
			if kilometres(pt, town) > farKilometres && kilometres(turned, town) < nearKilometres {
				d.problem("lat", "swapped", fmt.Sprintf("latitude and longitude are swapped: %g, %g is far from %s, %g, %g is near",
					pt.Lat, pt.Lon, m.Name, turned.Lat, turned.Lon))
				return
			}
		}
	}
	inTurnedFrance := pt.Lat > -5.5 && pt.Lat < 10 && pt.Lon > 41 && pt.Lon < 51.5
	switch {
	case inTurnedFrance && p.Country == "FR":
		d.problem("lat", "swapped", fmt.Sprintf("latitude and longitude are swapped: %g, %g is not in France, %g, %g is", pt.Lat, pt.Lon, pt.Lon, pt.Lat))
	case inTurnedFrance && p.Country == "":
		d.warn("lat", "swapped", fmt.Sprintf("are latitude and longitude swapped? %g, %g would be in France", pt.Lon, pt.Lat))
	}
}

func query(p *directory.Place) gazetteer.Query {
	return gazetteer.Query{PostalCode: p.PostalCode, Locality: p.Locality, Region: p.Region, Country: p.Country}
}

// geocode gives the entry the centre of its town, and says that it did.
func (d *draft) geocode(p *directory.Place) {
	if p.Locality == "" && p.PostalCode == "" {
		return
	}
	m, ok := d.places.Find(query(p))
	if !ok {
		d.warn("locality", "not_found", fmt.Sprintf("%q is not in the gazetteer: the entry is not on the map", clip(strings.TrimSpace(p.PostalCode+" "+p.Locality))))
		return
	}
	p.Point, p.PointSource = &directory.Point{Lat: m.Point.Lat, Lon: m.Point.Lon}, m.Source
	if p.Country == "" {
		p.Country = m.Country
	}
	d.geocoded = true
}

func kilometres(a, b directory.Point) float64 {
	const perDegree = 111.195
	return perDegree * math.Hypot(a.Lat-b.Lat, (a.Lon-b.Lon)*math.Cos(a.Lat*math.Pi/180))
}

// particulars reads what only some kinds have.
func (d *draft) particulars() {
	v := d.values
	d.Website = d.web("website", v["website"])
	if v["licence"] != "" {
		d.Licence = licence(v["licence"])
	}
	d.OpeningHours = v["openingHours"]
	if d.Kind.IsActor() {
		d.Handle = v["handle"]
	}
	switch d.Kind {
	case directory.KindEvent:
		e := directory.Event{Status: directory.EventStatus(strings.ToUpper(v["eventStatus"])), Series: v["series"], Edition: v["edition"], Organisers: v["organisers"]}
		if e != (directory.Event{}) {
			d.Event = &e
		}
	case directory.KindText:
		t := directory.Text{Form: v["form"], Authors: v["authors"], Language: v["textLanguage"], Country: v["textCountry"], URL: d.web("textUrl", v["textUrl"])}
		if t != (directory.Text{}) {
			d.Text = &t
		}
	case directory.KindConcept:
		d.Concept = &directory.Concept{FirstUse: v["firstUse"], FirstAuthor: v["firstAuthor"], SourceWork: v["sourceWork"]}
		if v["altLabels"] != "" {
			d.Concept.AltLabels = list(v["altLabels"])
		}
		if v["definitions"] != "" {
			d.decode("definitions", &d.Concept.Definitions)
		}
	}
	if v["rna"]+v["siren"]+v["siret"] != "" {
		space := strings.NewReplacer(" ", "", "\u00a0", "", ".", "")
		d.Identifiers = &directory.Identifiers{RNA: space.Replace(v["rna"]), SIREN: space.Replace(v["siren"]), SIRET: space.Replace(v["siret"])}
	}
	if v["email"]+v["phone"]+v["contactName"] != "" {
		d.Contact = &directory.Contact{Name: v["contactName"], Email: v["email"], Phone: v["phone"]}
	}
	if v["rulesUrl"]+v["legalForm"]+v["members"]+v["ostrom"] != "" {
		p := d.pillars()
		p.RulesURL, p.LegalForm, p.Members = d.web("rulesUrl", v["rulesUrl"]), v["legalForm"], v["members"]
		if v["ostrom"] != "" {
			d.decode("ostrom", &p.Ostrom)
		}
	}
}

// licence turns the names and addresses under which licences are known into SPDX ids.
func licence(s string) string {
	w := squash(s)
	switch {
	case strings.Contains(w, "odbl"):
		return "ODbL-1.0"
	case strings.Contains(w, "cc0"), strings.Contains(w, "publicdomainzero"):
		return "CC0-1.0"
	case w == "licenceouverte", strings.Contains(w, "licenceouverte2"), strings.Contains(w, "etalab"):
		return "etalab-2.0"
	case strings.Contains(w, "ccbysa4"), strings.Contains(w, "licensesbysa40"):
		return "CC-BY-SA-4.0"
	case strings.Contains(w, "ccby4"), strings.Contains(w, "licensesby40"):
		return "CC-BY-4.0"
	}
	return s
}

// documents reads the lists of links, images, sources and relations.
func (d *draft) documents() {
	v := d.values
	for _, f := range [...]struct {
		field field
		into  any
	}{{"links", &d.Links}, {"relations", &d.Relations}, {"sources", &d.Sources}} {
		if v[f.field] != "" {
			d.decode(f.field, f.into)
		}
	}
	if v["images"] != "" {
		if strings.HasPrefix(v["images"], "[{") {
			d.decode("images", &d.Images)
		} else {
			for _, u := range list(v["images"]) {
				if u = d.web("images", u); u != "" {
					d.Images = append(d.Images, directory.Image{URL: u})
				}
			}
		}
	}
	if t, warn, err := date(v["lastConfirmed"], nil); err != nil {
		d.problem("lastConfirmed", "date", err.Error())
	} else if t != "" && warn == "" {
		if e, err := directory.ParseEDTF(t); err == nil {
			d.LastConfirmed = unix(e.From)
		}
	}
	if v["extra"] != "" {
		d.decode("extra", &d.Extra)
	}
	if v["source"]+v["sourceUrl"]+d.opt.Source != "" && len(d.Sources) == 0 {
		s := directory.Source{Name: v["source"], URL: d.web("sourceUrl", v["sourceUrl"]), Licence: d.Licence}
		if s.Name == "" {
			s.Name = d.opt.Source
		}
		d.Sources = []directory.Source{s}
	}
	d.Links = slices.DeleteFunc(d.Links, func(l directory.Link) bool { return l.URL == "" })
}
