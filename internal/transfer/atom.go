package transfer

import (
	"bufio"
	"encoding/xml"
	"io"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// atomEncoder writes a feed (RFC 4287) of entries, in the order that they come.
type atomEncoder struct {
	w    *bufio.Writer
	info ExportInfo
	held []atomEntry
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomText struct {
	Lang string `xml:"xml:lang,attr,omitempty"`
	Text string `xml:",chardata"`
}

type atomCategory struct {
	Term   string `xml:"term,attr"`
	Scheme string `xml:"scheme,attr,omitempty"`
}

type atomPerson struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomEntry struct {
	XMLName    xml.Name       `xml:"entry"`
	ID         string         `xml:"id"`
	Title      atomText       `xml:"title"`
	Updated    string         `xml:"updated"`
	Published  string         `xml:"published,omitempty"`
	Author     atomPerson     `xml:"author"`
	Links      []atomLink     `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Rights     string         `xml:"rights,omitempty"`
	Summary    *atomText      `xml:"summary,omitempty"`
	Point      string         `xml:"http://www.georss.org/georss point,omitempty"`
}

type atomFeed struct {
	XMLName   xml.Name   `xml:"http://www.w3.org/2005/Atom feed"`
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Updated   string     `xml:"updated"`
	Author    atomPerson `xml:"author"`
	Generator string     `xml:"generator"`
	Links     []atomLink `xml:"link"`
	Entries   []atomEntry
}

func (a *atomEncoder) begin() error { return nil }

func (a *atomEncoder) entry(p directory.Public) error {
	name, lang := p.Name.In()
	e := atomEntry{
		ID: p.URI, Title: atomText{lang, name}, Updated: rfc3339(p.Updated), Rights: p.Licence,
		Author:     atomPerson{Name: origin(p, a.info.Base), URI: p.OwnerURI},
		Links:      []atomLink{{"alternate", "text/html", PageURL(p, a.info.Base)}},
		Categories: []atomCategory{{string(p.Kind), "kind"}},
	}
	if !p.PublishedAt.IsZero() {
		e.Published = rfc3339(p.PublishedAt)
	}
	for _, t := range p.Themes {
		e.Categories = append(e.Categories, atomCategory{t, "theme"})
	}
	for _, t := range p.Tags {
		e.Categories = append(e.Categories, atomCategory{t, "tag"})
	}
	e.Summary = summary(p)
	if p.Place != nil && p.Place.Point != nil {
		e.Point = coordinateText(p.Place.Point.Lat) + " " + coordinateText(p.Place.Point.Lon)
	}
	a.held = append(a.held, e)
	return nil
}

// summary is the pitch, after the date when it is an event's; nil without both.
func summary(p directory.Public) *atomText {
	text, lang := p.Summary.In()
	if lang == "" {
		_, lang = p.Name.In()
	}
	if when := p.Period.Human(lang); p.Kind == directory.KindEvent && when != "" {
		if text != "" {
			when += " – "
		}
		text = when + text
	}
	if text == "" {
		return nil
	}
	return &atomText{lang, text}
}

// end writes the feed: its own date is that of its newest entry, so that the
// same entries give the same bytes. A feed is bounded by its caller.
func (a *atomEncoder) end() error {
	f := atomFeed{
		ID: a.info.Self, Title: a.info.Title, Author: atomPerson{Name: a.info.Title}, Generator: "Bocage",
		Updated: rfc3339(a.info.Now), Entries: a.held,
		Links: []atomLink{{"self", "application/atom+xml", a.info.Self}, {"alternate", "text/html", a.info.Home}},
	}
	newest := ""
	for _, e := range a.held {
		newest = max(newest, e.Updated)
	}
	if newest != "" {
		f.Updated = newest
	}
	if _, err := io.WriteString(a.w, xml.Header); err != nil {
		return err
	}
	if err := xml.NewEncoder(a.w).Encode(f); err != nil {
		return err
	}
	return a.w.WriteByte('\n')
}

func origin(p directory.Public, base string) string {
	if p.Origin != "" {
		return p.Origin
	}
	return base
}

func rfc3339(t time.Time) string {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	return t.UTC().Format(time.RFC3339)
}
