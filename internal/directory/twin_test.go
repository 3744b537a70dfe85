package directory

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTwin(t *testing.T) {
	t.Parallel()
	at := func(lat, lon float64) *Place { return &Place{Point: &Point{Lat: lat, Lon: lon}} }
	named := func(uri, name string, change func(*Entry)) *Entry {
		e := &Entry{URI: uri, Kind: KindCommons, Name: LangText{"fr": name}}
		if change != nil {
			change(e)
		}
		return e
	}
	for name, tt := range map[string]struct {
		a, b   *Entry
		twin   bool
		reason []string
	}{
		"the same entry":      {named("u:1", "Lavoir", nil), named("u:1", "Lavoir", nil), false, nil},
		"only a name":         {named("u:1", "Lavoir", nil), named("u:2", "lavoir", nil), false, []string{"name"}},
		"name and place":      {named("u:1", "Le Lavoir", func(e *Entry) { e.Place = at(48, -2) }), named("u:2", "le lavoir", func(e *Entry) { e.Place = at(48.002, -2) }), true, []string{"name", "near"}},
		"name, another town":  {named("u:1", "Lavoir", func(e *Entry) { e.Place = at(48, -2) }), named("u:2", "Lavoir", func(e *Entry) { e.Place = at(47, -2) }), false, nil},
		"place, another name": {named("u:1", "Lavoir", func(e *Entry) { e.Place = at(48, -2) }), named("u:2", "Four", func(e *Entry) { e.Place = at(48, -2) }), false, nil},
		"website":             {named("u:1", "Lavoir", func(e *Entry) { e.Website = "https://www.lavoir.ex/" }), named("u:2", "Le bassin", func(e *Entry) { e.Website = "http://lavoir.ex" }), true, []string{"website"}},
		"siret and siren":     {named("u:1", "A", func(e *Entry) { e.Identifiers = &Identifiers{SIRET: "732 829 320 00074"} }), named("u:2", "B", func(e *Entry) { e.Identifiers = &Identifiers{SIREN: "732829320"} }), true, []string{"siren"}},
		"OpenStreetMap":       {named("u:1", "A", func(e *Entry) { e.Links = []Link{{URL: "https://www.openstreetmap.org/node/12"}} }), named("u:2", "B", func(e *Entry) { e.Sources = []Source{{URL: "http://openstreetmap.org/node/12/"}} }), true, []string{"osm"}},
		"Wikidata":            {named("u:1", "A", func(e *Entry) { e.Links = []Link{{URL: "https://www.wikidata.org/wiki/Q42"}} }), named("u:2", "B", func(e *Entry) { e.Links = []Link{{URL: "http://wikidata.org/entity/Q42"}} }), true, []string{"wikidata"}},
		"website, other town": {named("u:1", "Biocoop", func(e *Entry) { e.Place, e.Website = at(48, -2), "https://biocoop.ex" }), named("u:2", "Biocoop", func(e *Entry) { e.Place, e.Website = at(47, 1), "https://biocoop.ex" }), false, []string{"website"}},
	} {
		score, reasons := Twin(tt.a, tt.b)
		back, mirrored := Twin(tt.b, tt.a)
		if (score >= TwinScore) != tt.twin || !cmp.Equal(reasons, tt.reason) {
			t.Errorf("%s: %v %v", name, score, reasons)
		}
		if back != score || !cmp.Equal(reasons, mirrored) {
			t.Errorf("%s: %v %v the other way round", name, back, mirrored)
		}
	}
}

func TestTwinOfObjects(t *testing.T) {
	t.Parallel()
	text := func(uri, year string, k Kind) *Entry {
		return &Entry{URI: uri, Kind: k, Name: LangText{"en": "Charter of the Forest"}, Period: &Period{Start: year}}
	}
	if score, reasons := Twin(text("u:1", "1217", KindText), text("u:2", "1217-11", KindText)); score < TwinScore || !slices.Contains(reasons, "date") {
		t.Errorf("one year: %v %v", score, reasons)
	}
	if score, _ := Twin(text("u:1", "1217", KindText), text("u:2", "1225", KindText)); score >= TwinScore {
		t.Errorf("two years: %v", score)
	}
	if score, _ := Twin(text("u:1", "1217", KindText), text("u:2", "1217", KindEvent)); score != 0 {
		t.Errorf("two kinds: %v", score)
	}
}

func TestTwinKeys(t *testing.T) {
	t.Parallel()
	e := &Entry{Name: LangText{"fr": "L’Étang  commun", "en": "Common pond"}, Website: "https://WWW.Etang.ex/bassin/?a=1#b",
		Identifiers: &Identifiers{RNA: "w595037092", SIRET: "73282932000074"}}
	want := []string{"name:common pond", "name:l etang commun", "rna:W595037092", "siren:732829320", "siret:73282932000074", "website:etang.ex/bassin"}
	if diff := cmp.Diff(want, TwinKeys(e)); diff != "" {
		t.Error(diff)
	}
	if keys := TwinKeys(&Entry{Website: "javascript:alert(1)"}); len(keys) != 0 {
		t.Errorf("%q", keys)
	}
}
