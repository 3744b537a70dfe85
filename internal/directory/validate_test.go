package directory

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func valid() *Entry {
	return &Entry{Kind: KindCommons, Name: LangText{"fr": "Le Talus"}, Status: StatusPublished}
}

func TestValidateNormalises(t *testing.T) {
	e := &Entry{
		Kind: KindPlace, Handle: " Le-Talus ",
		Name:        LangText{"fr": "  Cafe\u0301\u00a0 des\nvoisins ", "en": " "},
		Description: LangText{"FR": "un\r\ndeux\r"},
		Themes:      []string{"eau", " eau", "", "foret"}, Tags: []string{"#Eau", "eau", "  ", "Événement "},
		Place:       &Place{Country: "fr", Point: &Point{Lat: 43, Lon: 5}},
		Identifiers: &Identifiers{SIREN: "356 000 000", SIRET: "356 000 000 00048", RNA: "w595037092"},
		Licence:     "odbl-1.0",
	}
	if err := Validate(e); err != nil {
		t.Fatal(err)
	}
	want := &Entry{
		Kind: KindPlace, Handle: "le-talus", Status: StatusDraft,
		Name:        LangText{"fr": "Café des voisins"},
		Description: LangText{"fr": "un\ndeux"},
		Themes:      []string{"eau", "foret"}, Tags: []string{"Eau", "Événement"},
		Place:       &Place{Country: "FR", Precision: PrecisionExact, Point: &Point{Lat: 43, Lon: 5}},
		Identifiers: &Identifiers{SIREN: "356000000", SIRET: "35600000000048", RNA: "W595037092"},
		Licence:     "ODbL-1.0",
	}
	if d := cmp.Diff(want, e); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if err := Validate(e); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if d := cmp.Diff(want, e); d != "" {
		t.Errorf("a second time changes it:\n%s", d)
	}
}

func TestValidateRefuses(t *testing.T) {
	long := func(n int) string { return strings.Repeat("é", n) }
	for _, tt := range []struct {
		edit func(*Entry)
		want string // field code
	}{
		{func(e *Entry) { e.Kind = "unicorn" }, "kind unknown_kind"},
		{func(e *Entry) { e.Kind = "" }, "kind unknown_kind"},
		{func(e *Entry) { e.Name = nil }, "name required"},
		{func(e *Entry) { e.Name = LangText{"fr": " \n "} }, "name required"},
		{func(e *Entry) { e.Name = LangText{"fr": long(MaxName + 1)} }, "name.fr too_long"},
		{func(e *Entry) { e.Name = LangText{"klingon!": "x"} }, "name.klingon! invalid_language"},
		{func(e *Entry) { e.Name = LangText{"fr": "a\x00b"} }, "name.fr control_character"},
		{func(e *Entry) { e.Name = LangText{"fr": "a\u202eb"} }, "name.fr control_character"},
		{func(e *Entry) { e.Name = LangText{"fr": "a\xffb"} }, "name.fr invalid_utf8"},
		{func(e *Entry) { e.Summary = LangText{"fr": long(MaxSummary + 1)} }, "summary.fr too_long"},
		{func(e *Entry) { e.Description = LangText{"fr": long(MaxDescription + 1)} }, "description.fr too_long"},
		{func(e *Entry) { e.Status = "deleted" }, "status unknown_status"},
		{func(e *Entry) { e.Handle = "é" }, "handle invalid_handle"},
		{func(e *Entry) { e.Handle = "relay" }, "handle reserved_handle"},
		{func(e *Entry) { e.Kind, e.Handle = KindText, "texte" }, "handle not_allowed"},
		{func(e *Entry) { e.Themes = []string{"nope"} }, "themes[0] unknown_theme"},
		{func(e *Entry) { e.Tags = strings.Split(strings.Repeat("x,", MaxTags)+"y", ","); numberTags(e) }, "tags too_many"},
		{func(e *Entry) { e.Tags = []string{long(MaxTag + 1)} }, "tags[0] too_long"},
		{func(e *Entry) { e.Place = &Place{Point: &Point{91, 5}} }, "place.point.lat swapped"},
		{func(e *Entry) { e.Place = &Place{Point: &Point{-95, 170}} }, "place.point.lat out_of_range"},
		{func(e *Entry) { e.Place = &Place{Point: &Point{5, 181}} }, "place.point.lon out_of_range"},
		{func(e *Entry) { e.Place = &Place{Point: &Point{math.NaN(), 5}} }, "place.point.lat out_of_range"},
		{func(e *Entry) { e.Place = &Place{Point: &Point{0, 0}} }, "place.point null_island"},
		{func(e *Entry) { e.Place = &Place{Country: "France"} }, "place.country invalid_country"},
		{func(e *Entry) { e.Place = &Place{Precision: "blurred"} }, "place.precision unknown_precision"},
		{func(e *Entry) { e.Place = &Place{Online: "javascript:alert(1)"} }, "place.online invalid_url"},
		{func(e *Entry) { e.Period = &Period{Start: "hier"} }, "period.start invalid_date"},
		{func(e *Entry) { e.Period = &Period{Start: "2011", End: "2010"} }, "period.end before_start"},
		{func(e *Entry) { e.Kind = KindEvent }, "period.start required"},
		{func(e *Entry) { e.Event = &Event{} }, "event not_allowed"},
		{func(e *Entry) {
			e.Kind, e.Period, e.Event = KindEvent, &Period{Start: "2011"}, &Event{Status: "maybe"}
		}, "event.status unknown_status"},
		{func(e *Entry) { e.Text = &Text{} }, "text not_allowed"},
		{func(e *Entry) { e.Kind, e.Text = KindText, &Text{Form: "poem"} }, "text.form unknown_form"},
		{func(e *Entry) { e.Concept = &Concept{} }, "concept not_allowed"},
		{func(e *Entry) { e.Kind, e.Concept = KindConcept, &Concept{FirstUse: ".."} }, "concept.firstUse invalid_date"},
		{func(e *Entry) { e.Kind, e.Concept = KindConcept, &Concept{Definitions: []Definition{{}}} }, "concept.definitions[0].text required"},
		{func(e *Entry) { e.Pillars = &Pillars{RulesURL: "rules"} }, "pillars.rulesUrl invalid_url"},
		{func(e *Entry) { e.Pillars = &Pillars{Ostrom: []Ostrom{{Principle: 9, Answer: "yes"}}} }, "pillars.ostrom[0].principle out_of_range"},
		{func(e *Entry) { e.Pillars = &Pillars{Ostrom: []Ostrom{{Principle: 1, Answer: "5/10"}}} }, "pillars.ostrom[0].answer unknown_answer"},
		{func(e *Entry) { e.Relations = []Relation{{Type: "likes", Object: "https://b.example/1"}} }, "relations[0].type unknown_type"},
		{func(e *Entry) { e.Relations = []Relation{{Type: RelCites}} }, "relations[0].object required"},
		{func(e *Entry) {
			e.URI = "https://b.example/1"
			e.Relations = []Relation{{Type: RelCites, Object: e.URI}}
		}, "relations[0].object self"},
		{func(e *Entry) { e.Licence = "all rights reserved" }, "licence unknown_licence"},
		{func(e *Entry) { e.Website = "www.example.org" }, "website invalid_url"},
		{func(e *Entry) { e.Website = "https://user:pw@example.org" }, "website invalid_url"},
		{func(e *Entry) { e.Website = "https://b.example/" + strings.Repeat("x", MaxURL) }, "website too_long"},
		{func(e *Entry) { e.Links = []Link{{Name: "x"}} }, "links[0].url required"},
		{func(e *Entry) { e.Images = []Image{{URL: "data:image/png;base64,AA"}} }, "images[0].url invalid_url"},
		{func(e *Entry) { e.Sources = []Source{{Licence: "?"}} }, "sources[0].licence unknown_licence"},
		{func(e *Entry) { e.Identifiers = &Identifiers{RNA: "W59"} }, "identifiers.rna invalid_rna"},
		{func(e *Entry) { e.Identifiers = &Identifiers{SIREN: "123456789"} }, "identifiers.siren invalid_siren"},
		{func(e *Entry) { e.Identifiers = &Identifiers{SIRET: "73282932000075"} }, "identifiers.siret invalid_siret"},
		{func(e *Entry) { e.Identifiers = &Identifiers{SIREN: "404833048", SIRET: "73282932000074"} }, "identifiers.siret mismatch"},
		{func(e *Entry) { e.Contact = &Contact{Email: "no"} }, "contact.email invalid_email"},
		{func(e *Entry) { e.Contact = &Contact{Email: "A <a@b.example>"} }, "contact.email invalid_email"},
		{func(e *Entry) { e.Extra = map[string]json.RawMessage{"x": make([]byte, MaxExtraBytes)} }, "extra too_long"},
	} {
		e := valid()
		tt.edit(e)
		err := Validate(e)
		var bad Invalid
		if !errors.As(err, &bad) || !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: err = %v, want Invalid", tt.want, err)
			continue
		}
		if len(bad) != 1 || bad[0].Field+" "+bad[0].Code != tt.want || bad[0].Message == "" {
			t.Errorf("errors = %v, want only %s", bad, tt.want)
		}
	}
}

func numberTags(e *Entry) {
	for i := range e.Tags {
		e.Tags[i] += strings.Repeat("i", i)
	}
}

func TestValidateGivesAllErrors(t *testing.T) {
	e := &Entry{
		Kind: KindEvent, Themes: []string{"nope"}, Website: "x", Licence: "?",
		Place: &Place{Point: &Point{100, 200}, Country: "?"}, Period: &Period{Start: "?", End: "!"},
	}
	var bad Invalid
	if !errors.As(Validate(e), &bad) {
		t.Fatal("no error")
	}
	got := map[string]bool{}
	for _, f := range bad {
		got[f.Field] = true
	}
	for _, field := range []string{"name", "themes[0]", "website", "licence", "place.point.lat", "place.point.lon",
		"place.country", "period.start", "period.end"} {
		if !got[field] {
			t.Errorf("%s is not among the errors: %v", field, bad)
		}
	}
}

func TestIdentifiers(t *testing.T) {
	for s, want := range map[string]bool{"732829320": true, "404833048": true, "404833047": false, "": false, "40483304a": false} {
		if ValidSIREN(s) != want {
			t.Errorf("ValidSIREN(%q) = %v, want %v", s, !want, want)
		}
	}
	for s, want := range map[string]bool{
		"73282932000074": true, "73282932000075": false, "732829320": false,
		"35600000000048": true,  // La Poste, passes Luhn too
		"35600000049837": true,  // La Poste, digits sum to a multiple of 5
		"35600000049838": false, // La Poste, neither
	} {
		if ValidSIRET(s) != want {
			t.Errorf("ValidSIRET(%q) = %v, want %v", s, !want, want)
		}
	}
}

func FuzzValidate(f *testing.F) {
	f.Add([]byte(`{"kind":"commons","name":{"fr":"Le Talus"},"place":{"point":{"lat":43,"lon":5}},"tags":["#a"]}`))
	f.Add([]byte(`{"kind":"event","name":{"fr":"a\u0000"},"period":{"start":"2011-03/..","end":".."}}`))
	f.Add([]byte(`{"kind":"text","name":{"und":"x"},"text":{"form":"law"},"relations":[{"type":"cites","object":"https://b.example"}]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		var e Entry
		if json.Unmarshal(doc, &e) != nil || Validate(&e) != nil {
			return
		}
		before, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if err := Validate(&e); err != nil {
			t.Fatalf("valid entry is invalid the second time: %v", err)
		}
		if after, _ := json.Marshal(e); string(after) != string(before) {
			t.Fatalf("validation is not idempotent:\n%s\n%s", before, after)
		}
	})
}
