package vocab

import (
	"encoding/json"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// GancioSoftware is Gancio's name in NodeInfo.
const GancioSoftware = "gancio"

// ForGancio is a Create or an Update of an event of ours in the shape that
// Gancio (1.21) can take; any other body is given back as it is. An Update fails
// there when the first attachment is not a picture, when there is no content,
// and when the place has no name or no address; an event without a place is in
// none of its lists; it has no word for a cancelled one; the link of an online
// event is read as the address of a location. The proofs, which it does not read, are
// left out: they are of the documents that everybody else is sent.
func ForGancio(body []byte) []byte {
	act, err := federation.ParseObject(body)
	if err != nil {
		return body
	}
	verb, event := act.Text("type"), act.Object("object")
	if event.Text("type") != "Event" || verb != "Create" && verb != "Update" {
		return body
	}
	o := gancioEvent{event}
	o.set("attachment", o.pictures())
	locations := o.locations(verb == "Create")
	if o.set("location", locations); len(locations) == 1 { // an Update reads no list
		o.set("location", locations[0])
	}
	if o.Text("content") == "" {
		o.set("content", o.Text("summary"))
	}
	if o.Text("status") == string(directory.EventCancelled) {
		lang := o.Text("inLanguage")
		o.set("name", label(string(NoteCancelled), lang)+label("colon", lang)+" "+o.Text("name"))
	}
	delete(act, "proof")
	delete(event, "proof")
	gancioEvent{act}.set("object", event)
	out, err := json.Marshal(act)
	if err != nil {
		return body
	}
	return out
}

// gancioEvent is a document whose members are replaced one by one.
type gancioEvent struct{ federation.Members }

// set puts v, which marshals, in the place of a member.
func (o gancioEvent) set(key string, v any) {
	if raw, err := json.Marshal(v); err == nil {
		o.Members[key] = raw
	}
}

// pictures are the attachments that are pictures, never nil.
func (o gancioEvent) pictures() []json.RawMessage {
	out := []json.RawMessage{}
	for _, raw := range o.List("attachment") {
		if a, err := federation.ParseObject(raw); err == nil && strings.HasPrefix(a.Text("mediaType"), "image/") {
			out = append(out, raw)
		}
	}
	return out
}

// locations are where the event is, the place first, and one that nobody knows
// when it does not say. The link of an online one is in a new event only: an Update
// keeps the link that is there, and fails over one.
func (o gancioEvent) locations(isNew bool) []any {
	var out []any
	room, place := o.Text("onlineUrl"), o.Object("location")
	if place != nil || room == "" {
		out = append(out, gancioPlace(place))
	}
	if room == "" || len(out) > 0 && !isNew {
		return out
	}
	online := map[string]any{"type": "VirtualLocation", "name": "online", "url": room}
	if isNew {
		online["address"] = map[string]string{"type": "VirtualLocation", "url": room}
	}
	return append(out, online)
}

// gancioPlace is a place with what it lacks of a name and an address, "?" when
// it says neither; nil is such a place.
func gancioPlace(place federation.Members) federation.Members {
	if place == nil {
		place = federation.Members{"type": json.RawMessage(`"Place"`)}
	}
	p, a := gancioEvent{place}, place.Object("address")
	name := p.Text("name")
	if lat, ok := p.Number("latitude"); ok && name == "" {
		lon, _ := p.Number("longitude")
		name = strconv.FormatFloat(lat, 'f', -1, 64) + ", " + strconv.FormatFloat(lon, 'f', -1, 64)
	}
	if name == "" {
		name = "?"
	}
	p.set("name", name)
	if a.Text("streetAddress", "addressLocality", "addressCountry") == "" {
		address := strings.TrimSpace(a.Text("postalCode") + " " + a.Text("addressRegion"))
		if address == "" {
			address = name
		}
		p.set("address", address)
	}
	return p.Members
}
