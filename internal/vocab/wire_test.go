package vocab

import (
	"encoding/json"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TestEventLinks: where an event can be joined online is the link that
// Mobilizon shows; an event without a picture has no other attachment, and one
// without tags no `tag`, since Gancio fails over both.
func TestEventLinks(t *testing.T) {
	t.Parallel()
	const room, site, page = "https://visio.example/r", "https://forum.example/", "https://b.ex/events/1"
	online := &directory.Place{Online: room, Precision: directory.PrecisionExact}
	hybrid := &directory.Place{Name: "La Halle", Locality: "Rennes", Online: room, Precision: directory.PrecisionExact}
	for name, tt := range map[string]struct {
		change    func(e *directory.Public)
		links     []string
		pictures  int
		place     bool
		isOnline  bool
		hasNoTags bool
	}{
		"at a place":     {func(e *directory.Public) {}, nil, 0, true, false, false},
		"with a website": {func(e *directory.Public) { e.Website = site }, nil, 0, true, false, false},
		"a picture": {func(e *directory.Public) {
			e.Images = []directory.Image{{URL: "https://b.ex/a.png"}}
		}, []string{page}, 1, true, false, false},
		"a picture and a website": {func(e *directory.Public) {
			e.Website, e.Images = site, []directory.Image{{URL: "https://b.ex/a.png"}}
		}, []string{site}, 1, true, false, false},
		"online":              {func(e *directory.Public) { e.Place = online }, []string{room}, 0, false, true, false},
		"hybrid":              {func(e *directory.Public) { e.Place = hybrid }, []string{room}, 0, true, false, false},
		"hybrid, with a site": {func(e *directory.Public) { e.Place, e.Website = hybrid, site }, []string{room}, 0, true, false, false},
		"without tags":        {func(e *directory.Public) { e.Tags = nil }, nil, 0, true, false, true},
	} {
		e := event()
		tt.change(&e)
		raw, err := env.Document(e, Keys{})
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Attachment []struct{ Type, Name, Href, URL, MediaType string }
			Location   json.RawMessage
			Tag        json.RawMessage
			IsOnline   bool
		}
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		var links []string
		pictures := 0
		for i, a := range doc.Attachment {
			switch {
			case a.Type == "Document" && a.URL != "" && i == pictures:
				pictures++
			case a.Type == "Link" && a.Name == "Website" && a.MediaType == "text/html":
				links = append(links, a.Href)
			default:
				t.Errorf("%s: attachment %+v", name, a)
			}
		}
		if len(links) != len(tt.links) || len(links) > 0 && links[0] != tt.links[0] || pictures != tt.pictures {
			t.Errorf("%s: links %v, want %v, %d pictures", name, links, tt.links, pictures)
		}
		if tt.place != (len(doc.Location) > 0 && doc.Location[0] == '{') || tt.isOnline != doc.IsOnline || tt.hasNoTags != (doc.Tag == nil) {
			t.Errorf("%s: location %s, isOnline %v, tag %s", name, doc.Location, doc.IsOnline, doc.Tag)
		}
		back, err := Entry(raw, "https://b.ex")
		if err != nil || back.Website != e.Website || (back.Place.Online != "") != (e.Place.Online != "") {
			t.Errorf("%s: read back as %+v, %v", name, back, err)
		}
	}
}

// TestMobilizonOnline: an event that Mobilizon says is online is at its link.
func TestMobilizonOnline(t *testing.T) {
	t.Parallel()
	const event = `{"id":"https://m.ex/1","type":"Event","name":"Visio","startTime":"2031-01-01T18:00:00+01:00","to":["as:Public"],"url":"https://m.ex/1",` +
		`"attachment":[{"type":"Link","href":"https://visio.example/r","mediaType":"text/html","name":"Website"}],"isOnline":`
	for flag, want := range map[string]string{"true": "https://visio.example/r", "false": ""} {
		e, err := Entry([]byte(event+flag+"}"), "")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if e.Place != nil {
			got = e.Place.Online
		}
		if got != want || e.Website != "https://visio.example/r" || e.Period.Start != time.Date(2031, 1, 1, 18, 0, 0, 0, time.FixedZone("", 3600)).Format(time.RFC3339) {
			t.Errorf("isOnline %s: online at %q, website %q, %s", flag, got, e.Website, e.Period.Start)
		}
	}
}
