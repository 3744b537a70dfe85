package vocab

import (
	gocmp "cmp"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
)

// gancioDoc is what Gancio 1.21 reads of an event.
type gancioDoc struct {
	Name, Content string
	Attachment    []struct{ MediaType, URL string }
	Location      json.RawMessage
	Proof         json.RawMessage
}

// gancioPlaces is what Gancio takes an event's location for: a place with an
// address and links of a new one (parsePlace), a place and its address of an edited
// one (update), which fails when either is missing. The first of them counts.
func gancioPlaces(t *testing.T, d gancioDoc, isNew bool) (name, address string, links []string) {
	t.Helper()
	type place struct {
		Name    string
		Address json.RawMessage
	}
	var all []place
	if err := json.Unmarshal(d.Location, &all); err != nil {
		all = make([]place, 1)
		if err := json.Unmarshal(d.Location, &all[0]); err != nil {
			t.Fatalf("location %s: %v", d.Location, err)
		}
	} else if !isNew {
		t.Errorf("an Update with the locations %s", d.Location)
	}
	for _, p := range all {
		var text string
		var parts struct{ URL, StreetAddress, AddressLocality, AddressCountry string }
		_ = json.Unmarshal(p.Address, &text)
		_ = json.Unmarshal(p.Address, &parts)
		if parts.URL != "" {
			if !isNew {
				t.Errorf("an Update with the address %s", p.Address)
			}
			links = append(links, parts.URL)
			continue
		}
		for _, s := range []string{parts.StreetAddress, parts.AddressLocality, parts.AddressCountry} {
			if text == "" {
				text = s
			}
		}
		if name == "" {
			name, address = p.Name, text
		}
	}
	if name == "" && len(links) > 0 {
		name = "online" // Gancio's word
	}
	return name, address, links
}

// TestForGancio: every event of ours can be created and updated at a Gancio, is
// at a place there, and a cancelled one says so.
func TestForGancio(t *testing.T) {
	t.Parallel()
	const room, png = "https://visio.example/r", "https://b.ex/a.png"
	at := func(p directory.Place) func(e *directory.Public) {
		return func(e *directory.Public) { e.Place = &p }
	}
	for what, tt := range map[string]struct {
		change        func(e *directory.Public)
		name, address string
		link          bool
		pictures      int
		title         string
	}{
		"at a place":       {func(*directory.Public) {}, "La Halle", "Rennes", false, 0, ""},
		"with a website":   {func(e *directory.Public) { e.Website = "https://forum.example/" }, "La Halle", "Rennes", false, 0, ""},
		"a name alone":     {at(directory.Place{Name: "Le Pré"}), "Le Pré", "Le Pré", false, 0, ""},
		"a region":         {at(directory.Place{PostalCode: "35000", Region: "Bretagne"}), "Bretagne", "35000 Bretagne", false, 0, ""},
		"a point":          {at(directory.Place{Point: &directory.Point{Lat: 48, Lon: -1.5}}), "48, -1.5", "48, -1.5", false, 0, ""},
		"hidden":           {at(directory.Place{Precision: directory.PrecisionHidden}), "?", "?", false, 0, ""},
		"nowhere":          {func(e *directory.Public) { e.Place = nil }, "?", "?", false, 0, ""},
		"online":           {at(directory.Place{Online: room}), "online", "", true, 0, ""},
		"hybrid":           {at(directory.Place{Name: "La Halle", Locality: "Rennes", Online: room}), "La Halle", "Rennes", true, 0, ""},
		"no words":         {func(e *directory.Public) { e.Summary, e.Description = nil, nil }, "La Halle", "Rennes", false, 0, ""},
		"online, pictured": {func(e *directory.Public) { e.Place.Online, e.Images = room, []directory.Image{{URL: png}} }, "La Halle", "Rennes", true, 1, ""},
		"cancelled": {func(e *directory.Public) { e.Event = &directory.Event{Status: directory.EventCancelled} }, "La Halle", "Rennes", false, 0,
			"Événement annulé\u00a0: Assemblée <des> communs"},
	} {
		e := event()
		tt.change(&e)
		raw, err := env.Document(e, Keys{})
		if err != nil {
			t.Fatal(err)
		}
		for _, isNew := range []bool{true, false} {
			d := forGancio(t, raw, isNew)
			name, address, links := gancioPlaces(t, d, isNew)
			if name != tt.name || isNew && (len(links) == 1) != tt.link || !isNew && address != tt.address {
				t.Errorf("%s, new %v: at %q, %q, links %v of %s", what, isNew, name, address, links, d.Location)
			}
			if d.Attachment == nil || len(d.Attachment) != tt.pictures || tt.pictures == 1 && d.Attachment[0].URL != png {
				t.Errorf("%s: attachments %+v", what, d.Attachment)
			}
			if title := gocmp.Or(tt.title, "Assemblée <des> communs"); d.Name != title || d.Content == "" || d.Proof != nil {
				t.Errorf("%s: %q, content %q, proof %s", what, d.Name, d.Content, d.Proof)
			}
		}
	}
}

// forGancio embeds a document in a Create or Update with proofs, and reads what
// Gancio is sent of it.
func forGancio(t *testing.T, doc []byte, isNew bool) gancioDoc {
	t.Helper()
	verb := map[bool]func(Act, []byte) ([]byte, error){true: env.Create, false: env.Update}[isNew]
	proven := []byte(strings.TrimSuffix(string(doc), "}") + `,"proof":{"type":"DataIntegrityProof"}}`)
	body, err := verb(Act{ID: "https://b.ex/activities/1", Actor: "https://b.ex/entries/org"}, proven)
	if err != nil {
		t.Fatal(err)
	}
	var act struct {
		ID, Type, Actor string
		To              []string
		Object          gancioDoc
		Proof           json.RawMessage
	}
	sent := ForGancio([]byte(strings.TrimSuffix(string(body), "}") + `,"proof":{"type":"DataIntegrityProof"}}`))
	if err := json.Unmarshal(sent, &act); err != nil || act.Actor != "https://b.ex/entries/org" || len(act.To) != 1 || act.Proof != nil {
		t.Fatalf("%s, %v", sent, err)
	}
	return act.Object
}

// TestForGancioOthers: what is no new or edited event goes out as it is.
func TestForGancioOthers(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"type":"Delete","object":{"type":"Tombstone","formerType":"Event"},"proof":{}}`, `{"type":"Announce","object":"https://b.ex/events/1"}`,
		`{"type":"Create","object":{"type":"Note","name":"x"}}`, `{"type":"Announce","object":{"type":"Event"}}`, `not json`,
	} {
		if diff := cmp.Diff(body, string(ForGancio([]byte(body)))); diff != "" {
			t.Error(diff)
		}
	}
}
