package federation

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ReadObject reads a document of any known software, within the byte and
// depth limits: scalars and arrays are the same, numbers may be strings, a
// location may be a string, a Place, a VirtualLocation or several. Strings are
// as received: HTML stays HTML. What is missing stays zero; only an id and a
// type are needed.
func ReadObject(raw []byte) (Object, error) {
	m, err := ParseObject(raw)
	if err != nil {
		return Object{}, err
	}
	o := Object{
		ID: m.Text("id", "@id"), Type: m.Text("type", "@type"), Kind: m.Text("kind"),
		PreferredUsername: m.Text("preferredUsername"), WebFinger: m.Text("webfinger"),
		Actor: m.Ref("actor").ID, AttributedTo: m.Ref("attributedTo").ID, Audience: m.IDs("audience"),
		Name: m.Text("name"), NameMap: m.LangMap("nameMap"),
		Summary: m.Text("summary"), SummaryMap: m.LangMap("summaryMap"),
		Content: m.Text("content"), ContentMap: m.LangMap("contentMap"),
		InLanguage: m.Text("inLanguage"), Pitch: m.LangMap("pitch"),
		URL:       readURL(m),
		StartTime: m.Text("startTime"), EndTime: m.Text("endTime"), Timezone: m.Text("timezone"),
		Status:      m.Text("status", "ical:status", "eventStatus"),
		ExternalURL: m.Text("externalParticipationUrl"), IsOnline: m.Bool("isOnline"),
		To: m.IDs("to"), CC: m.IDs("cc"),
		Published: m.Time("published"), Updated: m.Time("updated"),
		AlsoKnownAs: m.IDs("alsoKnownAs"), MovedTo: m.Ref("movedTo").ID,
		Archived: m.Bool("archived"), Themes: texts(m, "themes"), Keywords: texts(m, "keywords"),
		DateEDTF: m.Text("dateEdtf"), License: m.Ref("license").ID, Website: m.Text("website"),
		OnlineURL: m.Text("onlineUrl"), OpeningHours: m.Text("openingHours"), LastConfirmed: m.Time("lastConfirmed"),
		Edition: m["edition"], Text: m["text"], Concept: m["concept"], Pillars: m["pillars"],
		Links: m["links"], Pictures: m["pictures"], Sources: m["sources"], Identifiers: m["identifiers"],
		Image: readImage(m.Object("image")), Icon: readImage(m.Object("icon")),
	}
	if o.ID == "" || o.Type == "" || !isID(o.ID) || !isID(o.Type) {
		return Object{}, fmt.Errorf("%w: a document needs an id and a type", ErrMalformed)
	}
	o.Location, o.OnlineURL = readLocation(m, o.OnlineURL)
	o.Attachment, o.Tag, o.received = readAttachments(m), readTags(m), m["relations"]
	return o, nil
}

// Relationships are the typed edges of a document that was read, in order;
// those that are given by id only are left out.
func (o Object) Relationships() []Relationship {
	list := listOf(o.received)
	if first(o.received) == '{' {
		c, err := parseMembers(o.received)
		if err != nil {
			return nil
		}
		if c.Text("relationship") == "" {
			list = append(c.List("items"), c.List("orderedItems")...)
		}
	}
	var out []Relationship
	for _, item := range list {
		r, err := parseMembers(item)
		if err != nil {
			continue // an id: not embedded, not read
		}
		out = append(out, Relationship{
			ID: r.Text("id"), Type: r.Text("type"), Subject: r.Ref("subject").ID,
			Relationship: r.Text("relationship"), Object: r.Ref("object").ID,
			Name: r.Text("name"), Summary: r.Text("summary"), DateEDTF: r.Text("dateEdtf"), URL: r.Text("url"),
		})
	}
	return out
}

func texts(m Members, key string) []string {
	var out []string
	for _, raw := range m.List(key) {
		if s := firstText(raw); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// readURL prefers a link to a page over one to a file.
func readURL(m Members) string {
	var url string
	for _, raw := range m.List("url") {
		if first(raw) == '"' {
			if s := firstText(raw); url == "" {
				url = s
			}
			continue
		}
		link, err := parseMembers(raw)
		if err != nil {
			continue
		}
		href := link.Text("href")
		if url == "" || (href != "" && strings.HasPrefix(link.Text("mediaType"), "text/html")) {
			url = href
		}
	}
	return url
}

func readImage(m Members) *Image {
	if m == nil {
		return nil
	}
	img := &Image{Type: m.Text("type"), MediaType: m.Text("mediaType"), URL: m.Text("url"), Name: m.Text("summary", "name")}
	if img.URL == "" {
		img.URL = m.Ref("url").ID
	}
	if img.URL == "" {
		return nil
	}
	return img
}

// readLocation returns the first physical place, and the URL of the first
// virtual one when online is empty.
func readLocation(m Members, online string) (*Place, string) {
	var place *Place
	for _, raw := range m.List("location") {
		switch first(raw) {
		case '"':
			s := firstText(raw)
			switch {
			case isWebURL(s) && online == "":
				online = s
			case s != "" && !isWebURL(s) && place == nil:
				place = &Place{Type: "Place", Name: s}
			}
		case '{':
			l, err := parseMembers(raw)
			if err != nil {
				continue
			}
			if l.Text("type") == "VirtualLocation" {
				if online == "" {
					online = l.Text("url", "id", "name")
				}
				continue
			}
			if place == nil {
				place = readPlace(l)
			}
			if online == "" && place.URL != "" {
				online = place.URL
			}
		}
	}
	return place, online
}

func readPlace(m Members) *Place {
	p := &Place{Type: "Place", Name: m.Text("name"), Precision: m.Text("precision"), PointSource: m.Text("pointSource")}
	lat, okLat := m.Number("latitude")
	lon, okLon := m.Number("longitude")
	if okLat && okLon && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 {
		p.Latitude, p.Longitude = (*Decimal)(&lat), (*Decimal)(&lon)
	}
	if raw := m["shape"]; first(raw) == '{' {
		p.Shape = raw
	}
	if a := m.Object("address"); a != nil {
		p.Address = &Address{Type: "PostalAddress", Street: a.Text("streetAddress", "street"), Postal: a.Text("postalCode"),
			Locality: a.Text("addressLocality", "locality"), Region: a.Text("addressRegion", "region"), Country: a.Text("addressCountry", "country")}
		p.URL = a.Text("url")
	} else if s := m.Text("address"); isWebURL(s) {
		p.URL = s
	} else if s != "" {
		p.Address = &Address{Type: "PostalAddress", Text: s}
	}
	return p
}

func isWebURL(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// firstOf are as many items as are read.
func firstOf(list []json.RawMessage) []json.RawMessage { return list[:min(len(list), maxItems)] }

func readAttachments(m Members) Attachments {
	var out Attachments
	for _, raw := range firstOf(m.List("attachment")) {
		a, err := parseMembers(raw)
		if err != nil {
			continue
		}
		att := Attachment{Type: a.Text("type"), MediaType: a.Text("mediaType"), Name: a.Text("name", "summary"),
			Value: a.Text("value"), URL: a.Ref("url").ID, Href: a.Text("href"), Rel: a.Text("rel")}
		out = append(out, att)
	}
	return out
}

func readTags(m Members) Tags {
	var out Tags
	for _, raw := range firstOf(m.List("tag")) {
		switch first(raw) {
		case '"':
			out = append(out, Tag{Type: "Hashtag", Name: firstText(raw)})
		case '{':
			if t, err := parseMembers(raw); err == nil {
				out = append(out, Tag{Type: t.Text("type"), Name: t.Text("name"), Href: t.Text("href")})
			}
		}
	}
	return out
}
