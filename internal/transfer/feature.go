package transfer

import (
	"encoding/json"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Feature is a public entry as a GeoJSON feature (RFC 7946 §3.2), the same in
// the API and in files.
type Feature struct {
	Type string `json:"type"`
	// ID is the ActivityPub id.
	ID         string     `json:"id"`
	Geometry   *Geometry  `json:"geometry"` // null without a public point or shape
	Properties Properties `json:"properties"`
}

// Geometry is the public place of an entry: in JSON its shape when it has one,
// else a GeoJSON Point.
type Geometry struct {
	Coordinates [2]float64 // of the point: longitude, latitude
	Shape       directory.Shape
}

// MarshalJSON writes the shape, or the point.
func (g Geometry) MarshalJSON() ([]byte, error) {
	if g.Shape != "" {
		return g.Shape.MarshalJSON()
	}
	return json.Marshal(pointJSON{"Point", g.Coordinates})
}

// UnmarshalJSON is MarshalJSON's inverse; a shape's point is in the properties.
func (g *Geometry) UnmarshalJSON(raw []byte) error {
	var p pointJSON
	if err := json.Unmarshal(raw, &p); err == nil && p.Type == "Point" {
		*g = Geometry{Coordinates: p.Coordinates}
		return nil
	}
	return g.Shape.UnmarshalJSON(raw)
}

type pointJSON struct {
	Type        string     `json:"type"`
	Coordinates [2]float64 `json:"coordinates"`
}

// Properties are what an entry says of itself.
type Properties struct {
	Kind         directory.Kind         `json:"kind"`
	Name         string                 `json:"name"` // in French, else English, else any language
	Names        directory.LangText     `json:"names"`
	Summary      directory.LangText     `json:"summary,omitempty"`
	Description  directory.LangText     `json:"description,omitempty"`
	Themes       []string               `json:"themes,omitempty"`
	Tags         []string               `json:"tags,omitempty"`
	Place        *Place                 `json:"place,omitempty"`
	Dates        *directory.Period      `json:"dates,omitempty"`
	Event        *directory.Event       `json:"event,omitempty"`
	Text         *directory.Text        `json:"text,omitempty"`
	Concept      *directory.Concept     `json:"concept,omitempty"`
	Pillars      *directory.Pillars     `json:"pillars,omitempty"`
	Relations    []directory.Relation   `json:"relations,omitempty"`
	Licence      string                 `json:"licence,omitempty"`
	Website      string                 `json:"website,omitempty"`
	Links        []directory.Link       `json:"links,omitempty"`
	Images       []directory.Image      `json:"images,omitempty"`
	Sources      []directory.Source     `json:"sources,omitempty"`
	Identifiers  *directory.Identifiers `json:"identifiers,omitempty"`
	OpeningHours string                 `json:"openingHours,omitempty"`
	Status       directory.Status       `json:"status"`
	Handle       string                 `json:"handle,omitempty"`
	// Origin is the instance that the entry comes from, scheme://host.
	Origin string `json:"origin"`
	// Owner is the ActivityPub id of the organisation that publishes it.
	Owner string `json:"owner,omitempty"`
	// URL is the entry's page on this instance.
	URL           string                     `json:"url"`
	LastConfirmed time.Time                  `json:"lastConfirmed,omitzero"`
	Created       time.Time                  `json:"created,omitzero"`
	Updated       time.Time                  `json:"updated,omitzero"`
	Extra         map[string]json.RawMessage `json:"extra,omitempty"`
}

// Place is a directory.Place without its point, which is the geometry; beside a
// shape the point is Lat and Lon.
type Place struct {
	Name        string              `json:"name,omitempty"`
	Street      string              `json:"street,omitempty"`
	PostalCode  string              `json:"postalCode,omitempty"`
	Locality    string              `json:"locality,omitempty"`
	Region      string              `json:"region,omitempty"`
	Country     string              `json:"country,omitempty"`
	Precision   directory.Precision `json:"precision,omitempty"`
	PointSource string              `json:"pointSource,omitempty"`
	Online      string              `json:"online,omitempty"`
	Lat         *float64            `json:"lat,omitempty"`
	Lon         *float64            `json:"lon,omitempty"`
}

// NewFeature is the feature of an entry, on the instance at base.
func NewFeature(p directory.Public, base string) Feature {
	name, _ := p.Name.In()
	f := Feature{Type: "Feature", ID: p.URI, Properties: Properties{
		Kind: p.Kind, Name: name, Names: p.Name, Summary: p.Summary, Description: p.Description,
		Themes: p.Themes, Tags: p.Tags, Dates: p.Period, Event: p.Event, Text: p.Text, Concept: p.Concept,
		Pillars: p.Pillars, Relations: p.Relations, Licence: p.Licence, Website: p.Website, Links: p.Links,
		Images: p.Images, Sources: p.Sources, Identifiers: p.Identifiers, OpeningHours: p.OpeningHours,
		Status: p.Status, Handle: p.Handle, Origin: p.Origin, Owner: p.OwnerURI, URL: PageURL(p, base),
		LastConfirmed: p.LastConfirmed, Created: p.Created, Updated: p.Updated, Extra: p.Extra,
	}}
	if f.Properties.Origin == "" {
		f.Properties.Origin = base
	}
	pl := p.Place
	if pl == nil {
		return f
	}
	f.Properties.Place = &Place{Name: pl.Name, Street: pl.Street, PostalCode: pl.PostalCode, Locality: pl.Locality,
		Region: pl.Region, Country: pl.Country, Precision: pl.Precision, PointSource: pl.PointSource, Online: pl.Online}
	if pl.Point != nil {
		f.Geometry = &Geometry{Coordinates: [2]float64{pl.Point.Lon, pl.Point.Lat}, Shape: pl.Shape}
	}
	if pl.Point != nil && pl.Shape != "" {
		f.Properties.Place.Lat, f.Properties.Place.Lon = &pl.Point.Lat, &pl.Point.Lon
	}
	return f
}

// PageURL is the address of an entry's page on the instance at base: its
// ActivityPub id when it is the instance's own.
func PageURL(p directory.Public, base string) string {
	if p.Origin == "" && p.URI != "" {
		return p.URI
	}
	return base + "/" + p.Kind.Path() + "/" + p.ID
}
